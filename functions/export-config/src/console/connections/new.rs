//! *Add connection*.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::ConnectionAccess;
use configuration::{ConfigurationError, NewConnection, access};
use console::{Button, ButtonKind, Section, button, csrf_field, error_summary, link_button, page_header};
use maud::html;

use super::form::{access_field, access_of, consent_field, name_field};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, Notice, Page, PostedForm, SeeOther};

const TITLE: &str = "Add connection";

/// `GET /connections/new`.
pub(super) async fn show(State(app): State<App>, person: ConsolePerson) -> Result<Page, ConsoleError> {
    if !access::may_manage_connections(&person) {
        return Err(ConfigurationError::Forbidden { needs: "the Administrator role" }.into());
    }
    let empty = NewConnection {
        display_name: String::new(),
        access: ConnectionAccess::Administrators,
        agreed: false,
    };
    Ok(form(&app, &person, &empty, &FormFailure::none()))
}

/// `POST /connections`: the button *Connect*. The two steps of connecting follow on the connection's own page.
pub(super) async fn create(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let new = NewConnection {
        display_name: fields.text("display_name").to_owned(),
        access: access_of(&fields),
        agreed: fields.is_checked("agreed"),
    };
    match app.configuration().create_connection(&person, new.clone()).await {
        Ok(created) => {
            let said = Notice::success("The connection was added. Two steps are left to connect it.");
            let path = format!("/connections/{}", created.value.id);
            Ok(SeeOther::to(path).saying(said).into_response())
        }
        Err(error) => Ok(form(&app, &person, &new, &FormFailure::of(error)?).into_response()),
    }
}

fn form(app: &App, person: &ConsolePerson, entered: &NewConnection, failure: &FormFailure) -> Page {
    let problems = failure.problems();
    let content = html! {
        (page_header(TITLE, None, None))
        (error_summary(&problems))
        form.form method="post" action="/connections" {
            (csrf_field(person.csrf()))
            div.field { p { strong { "Type" } } p { (configuration::KIND) } }
            (name_field(&problems, &entered.display_name))
            (access_field(&problems, entered.access))
            (consent_field(&problems, &app.configuration().consent_text(), entered.agreed))
            div.button-row {
                (button(&Button::new("Connect").kind(ButtonKind::Primary)))
                (link_button(&Button::new("Cancel"), "/connections"))
            }
        }
    };
    Page::new(TITLE, content)
        .section(Section::Connections)
        .below("Connections", "/connections")
        .status(failure.status)
}
