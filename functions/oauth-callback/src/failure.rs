//! What was in the way of an authorization, and what to do about it.

use axum::response::{IntoResponse, Response};
use configuration::ConfigurationError;
use console::{Button, ButtonKind, Level, Section, button, csrf_field, link_button, notice, page_header};
use domain::identifier::ConnectionId;
use export_config::web::{ConsoleError, FormFailure, Page};
use maud::{Markup, html};

use crate::START_PATH;

const TITLE: &str = "Not authenticated";

/// The page for `error`; with the connection and the token of a form, a button that tries again.
///
/// # Errors
/// The error itself where the console has a page for it already.
pub(crate) fn page(
    error: ConfigurationError,
    again: Option<(&ConnectionId, &str)>,
) -> Result<Response, ConsoleError> {
    let set_up = matches!(error, ConfigurationError::SetUpNeeded | ConfigurationError::ApplicationRefused);
    let failure = FormFailure::of(error)?;
    let reasons = html! { @for problem in failure.problems() { p { (problem.message) } } };
    let content = html! {
        (page_header(TITLE, None, None))
        (notice(Level::Error, "The connection was not authenticated", &reasons))
        div.button-row { (next_step(set_up, again)) }
    };
    let page = Page::new(TITLE, content).section(Section::Connections).below("Connections", "/connections");
    Ok(page.status(failure.status).into_response())
}

fn next_step(set_up: bool, again: Option<(&ConnectionId, &str)>) -> Markup {
    let primary = |label| Button::new(label).kind(ButtonKind::Primary);
    html! {
        @if set_up {
            (link_button(&primary("Set up"), "/set-up"))
        }
        @match again {
            Some((id, csrf)) => {
                @if !set_up {
                    form.post-button method="post" action=(START_PATH) {
                        (csrf_field(csrf))
                        (button(&primary("Try again").sends("connection", id.as_str())))
                    }
                }
                (link_button(&Button::new("Back to the connection"), &format!("/connections/{id}")))
            },
            None => (link_button(&Button::new("Connections"), "/connections")),
        }
    }
}
