//! *Detach all and remove*: the end of a connection at any time, in one confirmation.

use axum::extract::{Path, State};
use console::{Confirmation, confirmation};
use maud::html;

use super::remove::told;
use super::{connection_id, page_of};
use crate::app::App;
use crate::console::unreadable::unreadable;
use crate::web::{ConsoleError, ConsolePerson, Page, PostedForm, SeeOther};

const TITLE: &str = "Detach all and remove";

/// `GET /connections/{id}/detach-and-remove`.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let connection = app.configuration().connection(&person, &connection_id(&id)?).await?.value;
    let here = format!("/connections/{}", connection.id);
    let content = confirmation(&Confirmation {
        title: &format!("Detach all exports and remove {}?", connection.display_name),
        content: html! {
            p { "Runs that are under way or waiting stop before their next request, the tokens are deleted, and nothing is sent "
                "with this connection afterwards. What Constant Contact has accepted before stays there." }
            @if connection.exports.is_empty() {
                p { "No export uses it." }
            } @else {
                p { "These exports are detached. They keep their configuration and do not run until they are given a connection "
                    "again:" }
                ul { @for export in &connection.exports { li { (export.name) } } }
            }
            (unreadable(&connection.unreadable_exports, "If these use it, they have no connection once they can be read again"))
        },
        confirm: TITLE,
        danger: true,
        action: &format!("{here}/detach-and-remove"),
        csrf: person.csrf(),
        carries: &[],
        cancel: "Cancel",
        cancel_href: &here,
    });
    Ok(page_of(TITLE, &connection.id, &connection.display_name, content))
}

/// `POST /connections/{id}/detach-and-remove`. Sent again, it finishes what was interrupted.
pub(super) async fn confirmed(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let id = connection_id(&id)?;
    let removed = app.configuration().detach_all_and_remove(&posted.person, &id).await?;
    Ok(SeeOther::to("/connections").saying(told(&removed)))
}
