//! What each button of the form does.

use axum::response::{IntoResponse, Response};
use configuration::ConfigurationError;
use domain::identifier::ConnectionId;

use super::entered::{AttributeEntered, Entered};
use super::page::{Form, Subject};
use super::{question, save, segments};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, PostedForm};

/// The name under which the buttons say which of them it was.
pub(super) const THEN: &str = "then";

/// Does what the button says that the form was sent with.
pub(super) async fn take(app: &App, posted: &PostedForm, subject: Subject) -> Result<Response, ConsoleError> {
    let person = &posted.person;
    let mut entered = Entered::sent(&posted.fields);
    let then = posted.fields.text(THEN).to_owned();
    let finishes = matches!(then.as_str(), "save" | "run" | "confirmed");
    if finishes && !entered.connection_changed() {
        return match then.as_str() {
            "run" => question::ask(app, person, subject, entered).await,
            then => save::save(app, person, subject, entered, then == "confirmed").await,
        };
    }
    let mut failure = FormFailure::none();
    let mut said = None;
    if finishes {
        failure.add("list", "You chose another connection: now choose a list of its account.");
    } else if then == "add_attribute" {
        entered.attributes.push(AttributeEntered::default());
    } else if let Some(name) = then.strip_prefix(segments::UP) {
        entered.move_segment(name, true);
    } else if let Some(name) = then.strip_prefix(segments::DOWN) {
        entered.move_segment(name, false);
    } else if let Some(place) = then.strip_prefix("remove_attribute:").and_then(|place| place.parse().ok()) {
        if place < entered.attributes.len() {
            entered.attributes.remove(place);
        }
    } else if then == "create_field" {
        said = create_field(app, person, &mut entered, &mut failure).await?;
    }
    let form = Form::load(app, person, subject, entered).await?.saying(said);
    if then == "continue" {
        for (field, message) in form.missing() {
            failure.add(field, message);
        }
    }
    Ok(form.page(&failure).into_response())
}

/// Creates a custom field in the account, and a row of *Data matching* for it.
async fn create_field(
    app: &App,
    person: &ConsolePerson,
    entered: &mut Entered,
    failure: &mut FormFailure,
) -> Result<Option<String>, ConsoleError> {
    let Ok(connection) = ConnectionId::new(entered.connection.as_str()) else {
        failure.add("connection", "Choose a connection for export first.");
        return Ok(None);
    };
    match app.configuration().create_custom_field(person, &connection, &entered.new_field).await {
        Ok(field) => {
            entered.new_field.clear();
            let said = format!("The custom field {} was created. Choose below what fills it.", field.label);
            let field = format!("cf:{}", field.name);
            entered.attributes.push(AttributeEntered { field, ..AttributeEntered::default() });
            Ok(Some(said))
        }
        Err(ConfigurationError::Invalid(problems)) => {
            for problem in problems {
                failure.add("new_field", problem.message);
            }
            Ok(None)
        }
        Err(error) => {
            *failure = FormFailure::of(error)?;
            Ok(None)
        }
    }
}
