//! Removing an export, after a question.

use axum::extract::{Path, State};
use console::{Confirmation, confirmation};
use maud::html;

use super::{VERSION, export_id, page_of, require_edit, version};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, Notice, Page, PostedForm, SeeOther};

/// `GET /exports/{id}/remove`.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let export = app.configuration().export(&person, &export_id(&id)?).await?;
    let standing = &export.value.standing;
    require_edit(&person, standing.your_permissions)?;
    let here = format!("/exports/{id}");
    let content = confirmation(&Confirmation {
        title: &format!("Remove the export {}?", standing.name),
        content: html! {
            p { "Contacts at Constant Contact stay as they are: nobody is taken off the list " strong { (export.value.list_name) }
                ", and nobody is deleted." }
            p { "The export does not run any more. What this product keeps about it is deleted after 30 days." }
            @if standing.active_run.is_some() { p { "The run that is under way is canceled." } }
        },
        confirm: "Remove export",
        danger: true,
        action: &format!("{here}/remove"),
        csrf: person.csrf(),
        carries: &[(VERSION, export.tag.as_str())],
        cancel: "Cancel",
        cancel_href: &here,
    });
    Ok(page_of("Remove", &standing.id, &standing.name, content))
}

/// `POST /exports/{id}/remove`.
pub(super) async fn confirmed(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let removed = app.configuration().remove_export(&person, &export_id(&id)?, &version(&fields)).await?;
    let said =
        format!("The export {} was removed. Contacts at Constant Contact stay as they are.", removed.name);
    Ok(SeeOther::to("/exports").saying(Notice::success(said)))
}
