//! The guided form of an export: *New export*, *Edit*, *Create duplicate*. One page; every step is a form that the server
//! answers, so that all of it works without the script.

mod common_columns;
mod destination;
mod entered;
mod matching;
mod offer;
mod page;
mod question;
mod save;
mod schedule_fields;
mod segments;
mod step;
pub(super) mod summary;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use configuration::{ConfigurationError, ExportDraft, access};
use futures_util::future;

use self::entered::Entered;
use self::offer::Ground;
use self::page::{Form, Subject};
use super::{export_id, require_edit};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, FormFields, Page, PostedForm};

pub(in crate::console) use self::schedule_fields::zones;
pub(super) use self::schedule_fields::{schedule_fields, schedule_sent};

/// `GET /exports/new?segment=NAME`.
pub(super) async fn new(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    if !access::may_create_exports(&person) {
        return Err(ConfigurationError::Forbidden { needs: "the Contributor role" }.into());
    }
    let query = FormFields::parse(query.unwrap_or_default().as_bytes());
    let segments = query.all("segment").map(str::to_owned).collect();
    let draft = ExportDraft { segments, ..ExportDraft::default() };
    let ground = Ground::load(&app, &person).await?;
    shown(&app, &person, Subject::New, (ground, String::new()), Entered::of(&draft, "")).await
}

/// `GET /exports/{id}/duplicate`: the form of a new export, filled in from another one.
pub(super) async fn duplicate(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let id = export_id(&id)?;
    let draft = app.configuration().duplicate_export(&person, &id);
    let (draft, ground) = future::try_join(draft, Ground::load(&app, &person)).await?;
    shown(&app, &person, Subject::New, (ground, String::new()), Entered::of(&draft, "")).await
}

/// `GET /exports/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let id = export_id(&id)?;
    let export = app.configuration().export(&person, &id);
    let (export, ground) = future::try_join(export, Ground::load(&app, &person)).await?;
    require_edit(&person, export.value.standing.your_permissions)?;
    let entered = Entered::of(&export.value.draft, export.tag.as_str());
    let name = export.value.standing.name;
    shown(&app, &person, Subject::Existing { id }, (ground, name), entered).await
}

async fn shown(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    (ground, name): (Ground, String),
    entered: Entered,
) -> Result<Page, ConsoleError> {
    let request = match subject {
        Subject::New => save::request_key(app),
        Subject::Existing { .. } => String::new(),
    };
    let entered = Entered { request, ..entered };
    let form = Form::on(ground, name, app, person, subject, entered).await?;
    Ok(form.page(&FormFailure::none()))
}

/// `POST /exports`: a step of the form of a new export, or its end.
pub(super) async fn create(State(app): State<App>, posted: PostedForm) -> Result<Response, ConsoleError> {
    step::take(&app, &posted, Subject::New).await
}

/// `POST /exports/{id}/edit`.
pub(super) async fn save(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<Response, ConsoleError> {
    step::take(&app, &posted, Subject::Existing { id: export_id(&id)? }).await
}
