//! *Save and run*: what will happen, to be confirmed.

use axum::response::{IntoResponse, Response};
use configuration::ConfigurationError;
use console::{
    Button, ButtonKind, Level, button, card, csrf_field, description_list, hidden_field, notice, page_header,
};
use domain::identifier::ConnectionId;
use futures_util::future;
use maud::html;

use super::entered::Entered;
use super::page::Subject;
use super::save;
use super::step::THEN;
use super::summary::{AccountCounts, account, destination};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson};

/// The question, or the form again with all that is wrong.
pub(super) async fn ask(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    entered: Entered,
) -> Result<Response, ConsoleError> {
    let configuration = app.configuration();
    let draft = entered.draft();
    let existing = match &subject {
        Subject::New => None,
        Subject::Existing { id, .. } => Some(id),
    };
    let review = configuration.review_export(person, existing, &draft);
    let (review, name) = future::join(review, subject.name(app, person)).await;
    let name = name?;
    let review = match review {
        Ok(review) if review.problems.is_empty() => review,
        Ok(review) => {
            let error = ConfigurationError::Invalid(review.problems);
            return save::refused(app, person, subject, entered, error).await;
        }
        Err(error) => return save::refused(app, person, subject, entered, error).await,
    };
    let counts = match ConnectionId::new(entered.connection.as_str()) {
        Ok(connection) => AccountCounts::of(&configuration.contact_counts(person, &connection).await),
        Err(_) => AccountCounts::Unknown(String::new()),
    };
    let content = html! {
        (page_header(&format!("Save and run {}?", draft.name.trim()), None, None))
        (card("What will happen", &html! {
            (description_list(&[("Segments", html! { (draft.segments.join(", ")) })]))
            (destination(&review))
            (account(review.members, &counts))
            @for hint in review.hints.iter().filter(|hint| hint.code != "list_shared") {
                (notice(Level::Warning, "Good to know", &html! { p { (hint.message) } }))
            }
        }))
        form method="post" action=(subject.action()) {
            (csrf_field(person.csrf()))
            @for (name, value) in entered.entries() { (hidden_field(&name, &value)) }
            div.button-row {
                (button(&Button::new("Save and run").kind(ButtonKind::Primary).sends(THEN, "confirmed")))
                (button(&Button::new("Save without running").sends(THEN, "save")))
                (button(&Button::new("Back to the form").kind(ButtonKind::Quiet).sends(THEN, "back")))
            }
        }
    };
    Ok(subject.frame(&name, "Save and run", content).into_response())
}
