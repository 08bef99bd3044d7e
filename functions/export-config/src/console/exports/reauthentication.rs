//! An export whose connection Constant Contact no longer accepts: why it cannot run, and who can do something about it.

use axum::http::StatusCode;
use configuration::ExportDetails;
use console::{Button, ButtonKind, Level, link_button, notice, page_header};
use identity::{Person, Role};
use maud::{Markup, html};

use super::page_of;
use crate::web::Page;

/// Instead of the question whether to run it.
pub(in crate::console) fn instead_of_running(person: &Person, export: &ExportDetails) -> Page {
    let standing = &export.standing;
    let administrator = person.role == Role::Administrator;
    let content = html! {
        (page_header(&format!("{} cannot run now", standing.name), None, None))
        (notice(Level::Warning, "The connection needs re-authentication", &html! {
            p {
                "Constant Contact no longer accepts the connection. "
                @if administrator { "Authenticate it again, then run the export." }
                @else { "Ask an administrator to authenticate it again; then the export can run." }
            }
        }))
        (way_out(person, export))
        div.button-row { (link_button(&Button::new("Back to the export"), &format!("/exports/{}", standing.id))) }
    };
    page_of("Run", &standing.id, &standing.name, content).status(StatusCode::CONFLICT)
}

/// For administrators, the way to the connection that must be authenticated again, if it must.
pub(super) fn way_out(person: &Person, export: &ExportDetails) -> Markup {
    let connection = export.standing.connection.id();
    let connection =
        connection.filter(|_| export.needs_reauthentication && person.role == Role::Administrator);
    html! {
        @if let Some(id) = connection {
            div.button-row {
                (link_button(&Button::new("Go to the connection").kind(ButtonKind::Primary), &format!("/connections/{id}")))
            }
        }
    }
}
