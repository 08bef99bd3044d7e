//! Removing a connection; first the exports that use it are removed or detached, one or several at once.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use configuration::{ConfigurationError, ConnectionDetails, ExportName, RemovedConnection};
use console::{
    Button, ButtonKind, Column, Confirmation, EmptyState, Level, Row, Selection, Table, button, confirmation,
    csrf_field, hidden_field, link_button, notice, page_header, table,
};
use domain::identifier::ExportId;
use maud::html;
use store::Tag;

use super::{VERSION, connection_id, page_of, version};
use crate::app::App;
use crate::console::chosen_exports::{chosen_exports, version_field};
use crate::console::unreadable::unreadable;
use crate::web::{ConsoleError, ConsolePerson, Notice, Page, PostedForm, SeeOther};

const TITLE: &str = "Remove";

/// `GET /connections/{id}/remove`: the exports in the way, or the question.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let connection = app.configuration().connection(&person, &connection_id(&id)?).await?;
    let details = &connection.value;
    if !details.exports.is_empty() {
        return Ok(in_use(&person, details));
    }
    let here = format!("/connections/{}", details.id);
    let content = confirmation(&Confirmation {
        title: &format!("Remove the connection {}?", details.display_name),
        content: html! {
            p { "Its permission at Constant Contact is withdrawn as far as Constant Contact lets us, and its tokens are deleted. "
                "Contacts and lists at Constant Contact stay as they are." }
            (unreadable(&details.unreadable_exports, "It can be removed only when these can be read: they may use it"))
        },
        confirm: "Remove connection",
        danger: true,
        action: &format!("{here}/remove"),
        csrf: person.csrf(),
        carries: &[(VERSION, connection.tag.as_str())],
        cancel: "Cancel",
        cancel_href: &here,
    });
    Ok(page_of(TITLE, &details.id, &details.display_name, content))
}

fn in_use(person: &ConsolePerson, connection: &ConnectionDetails) -> Page {
    let here = format!("/connections/{}", connection.id);
    let rows: Vec<_> = connection
        .exports
        .iter()
        .map(|export| Row {
            selection: Some(Selection {
                value: export.id.to_string().into(),
                label: export.name.as_str().into(),
            }),
            cells: vec![html! {
                a href={ "/exports/" (export.id) } { (export.name) }
                (hidden_field(&version_field(&export.id), export.tag.as_str()))
            }],
        })
        .collect();
    let why = html! {
        p { "These exports use it. Detach or remove them first, one or several at once. A detached export keeps its "
            "configuration, shows No connection, and does not run until it is given a connection again." }
    };
    let content = html! {
        (page_header(&format!("Remove {}", connection.display_name), None, None))
        (notice(Level::Warning, "This connection is in use", &why))
        form method="post" action={ (here) "/exports" } {
            (csrf_field(person.csrf()))
            (table(&Table {
                caption: "Exports that use this connection",
                columns: &[Column::new("Export")],
                rows: &rows,
                select: Some("export"),
                wide: false,
                empty: EmptyState { title: "", explanation: "", next_step: html! {} },
            }))
            div.button-row {
                (button(&Button::new("Detach chosen").kind(ButtonKind::Primary).sends("action", "detach")))
                (button(&Button::new("Remove chosen").kind(ButtonKind::Danger).sends("action", "remove")))
                (link_button(&Button::new("Detach all and remove"), &format!("{here}/detach-and-remove")))
                (link_button(&Button::new("Cancel"), &here))
            }
        }
    };
    page_of(TITLE, &connection.id, &connection.display_name, content)
}

/// `POST /connections/{id}/remove`.
pub(super) async fn confirmed(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let id = connection_id(&id)?;
    match app.configuration().remove_connection(&person, &id, &version(&fields)).await {
        Ok(removed) => Ok(SeeOther::to("/connections").saying(told(&removed))),
        // Somebody has given an export this connection meanwhile; the page names it.
        Err(ConfigurationError::InUse { .. }) => {
            let said = Notice::warning("Nothing was removed: an export uses this connection by now.");
            Ok(SeeOther::to(format!("/connections/{id}/remove")).saying(said))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was done when a connection was removed.
pub(super) fn told(removed: &RemovedConnection) -> Notice {
    let mut text = "The connection was removed and its tokens were deleted.".to_owned();
    if !removed.detached.is_empty() {
        text.push_str(&format!(" Detached: {}.", names(&removed.detached)));
    }
    if removed.stopped_runs > 0 {
        text.push_str(&format!(" Runs that were stopped: {}.", removed.stopped_runs));
    }
    if removed.revoked {
        return Notice::success(text);
    }
    text.push_str(
        " Constant Contact did not confirm that the permission is withdrawn; withdraw it in your Constant Contact account \
         under My Settings.",
    );
    Notice::warning(text)
}

fn names(exports: &[ExportName]) -> String {
    exports.iter().map(|export| export.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// `POST /connections/{id}/exports`: detaches the chosen exports, or removes them after a question.
pub(super) async fn change_exports(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<Response, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let id = connection_id(&id)?;
    let page = SeeOther::to(format!("/connections/{id}/remove"));
    let chosen = chosen_exports(&fields)?;
    if chosen.is_empty() {
        return Ok(page.saying(Notice::warning("Choose one or more exports first.")).into_response());
    }
    let done = if fields.text("action") != "remove" {
        let detached = app.configuration().detach_exports(&person, &chosen).await;
        detached.map(|detached| format!("Detached: {}.", names(&detached)))
    } else if fields.is_checked("confirmed") {
        remove(&app, &person, &chosen).await.map(|removed| format!("Removed: {}.", names(&removed)))
    } else {
        let connection = app.configuration().connection(&person, &id).await?.value;
        return Ok(question(&person, &connection, &chosen).into_response());
    };
    let said = match done {
        Ok(done) => Notice::success(done),
        Err(ConfigurationError::Stale | ConfigurationError::NotFound { what: "export" }) => Notice::warning(
            "Somebody else has changed or removed one of these exports meanwhile. Look at those that are left, then choose \
             again.",
        ),
        Err(error) => return Err(error.into()),
    };
    Ok(page.saying(said).into_response())
}

/// One after the other: when one is refused, those before it are removed and the page shows which are left.
async fn remove(
    app: &App,
    person: &ConsolePerson,
    chosen: &[(ExportId, Tag)],
) -> Result<Vec<ExportName>, ConfigurationError> {
    let mut removed = Vec::with_capacity(chosen.len());
    for (id, tag) in chosen {
        removed.push(app.configuration().remove_export(person, id, tag).await?);
    }
    Ok(removed)
}

fn question(person: &ConsolePerson, connection: &ConnectionDetails, chosen: &[(ExportId, Tag)]) -> Page {
    let here = format!("/connections/{}", connection.id);
    let versions: Vec<(String, &str)> =
        chosen.iter().map(|(id, tag)| (version_field(id), tag.as_str())).collect();
    let mut carries = vec![("action", "remove"), ("confirmed", "yes")];
    carries.extend(chosen.iter().map(|(id, _)| ("export", id.as_str())));
    carries.extend(versions.iter().map(|(name, tag)| (name.as_str(), *tag)));
    let exports = connection.exports.iter().filter(|export| chosen.iter().any(|(id, _)| *id == export.id));
    let content = confirmation(&Confirmation {
        title: if chosen.len() == 1 { "Remove this export?" } else { "Remove these exports?" },
        content: html! {
            ul { @for export in exports { li { (export.name) } } }
            p { "Contacts at Constant Contact stay as they are. What this product keeps about the exports is deleted after 30 days." }
        },
        confirm: if chosen.len() == 1 { "Remove export" } else { "Remove exports" },
        danger: true,
        action: &format!("{here}/exports"),
        csrf: person.csrf(),
        carries: &carries,
        cancel: "Cancel",
        cancel_href: &format!("{here}/remove"),
    });
    page_of("Remove exports", &connection.id, &connection.display_name, content)
}
