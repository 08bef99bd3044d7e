//! *Add yourself as export user*: for somebody who has just signed in.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use configuration::ConfigurationError;
use console::{Confirmation, confirmation, moment};
use identity::ReturnPath;
use maud::html;

use super::{VERSION, connection_id, page_of, version};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, Notice, PostedForm, SeeOther};

/// `GET /connections/{id}/export-user`: through a fresh sign-in, then the question.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let id = connection_id(&id)?;
    let connection = app.configuration().connection(&person, &id).await?;
    let here = format!("/connections/{id}/export-user");
    if !person.signed_in_recently(app.now()) {
        return Err(ConsoleError::FreshSignIn(ReturnPath::or_home(Some(&here))));
    }
    let name = &connection.value.display_name;
    let content = confirmation(&Confirmation {
        title: &format!("Add yourself as export user of {name}?"),
        content: html! {
            p { "You answer for the runs of this connection that nobody starts by hand: those of a schedule and those after an "
                "upload. Your name stands in each of these runs and in the audit log. It grants no access to anybody." }
            @if let Some(user) = &connection.value.export_user {
                p { "You take over from " (user.who.name) ", export user since " (moment(user.at)) "." }
            }
        },
        confirm: "Add yourself as export user",
        danger: false,
        action: &here,
        csrf: person.csrf(),
        carries: &[(VERSION, connection.tag.as_str())],
        cancel: "Cancel",
        cancel_href: &format!("/connections/{id}"),
    });
    Ok(page_of("Add yourself as export user", &id, name, content).into_response())
}

/// `POST /connections/{id}/export-user`.
pub(super) async fn add(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let id = connection_id(&id)?;
    match app.configuration().add_export_user(&person, &id, &version(&fields)).await {
        Ok(_) => {
            let said = Notice::success("You are the export user of this connection.");
            Ok(SeeOther::to(format!("/connections/{id}")).saying(said))
        }
        Err(ConfigurationError::FreshSignInNeeded) => {
            let here = format!("/connections/{id}/export-user");
            Err(ConsoleError::FreshSignIn(ReturnPath::or_home(Some(&here))))
        }
        Err(error) => Err(error.into()),
    }
}
