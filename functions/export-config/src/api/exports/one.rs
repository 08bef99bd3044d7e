//! One export: looking at it, changing it, removing it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::answer::versioned;
use super::super::extract::{Input, Named};
use super::super::version::IfMatchHeader;
use super::ExportPath;
use super::body::{Draft, SegmentToAdd};
use super::view::{Export, Saved};
use crate::app::App;
use crate::web::{ApiPerson, IfMatch, Problem, etag};

/// One export
///
/// Everybody sees it; it holds no rows of people.
#[utoipa::path(
    get, path = "/exports/{id}", tag = "exports", params(ExportPath),
    responses((status = OK, body = Export, description = "The export.",
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(super) async fn show_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
) -> Result<Response, Problem> {
    Ok(versioned::<_, Export>(app.configuration().export(&person, &path.id).await?))
}

/// Change an export
///
/// It does not run, and a run that is under way goes on with what it has read.
#[utoipa::path(
    put, path = "/exports/{id}", tag = "exports", params(ExportPath, IfMatchHeader), request_body = Draft,
    responses((status = OK, body = Saved, description = "The export as it is now.",
        headers(("ETag" = String, description = "Its new version.")))),
    extensions(("x-problems" = json!(["forbidden", "service"]))),
)]
pub(super) async fn replace_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    version: IfMatch,
    Input(draft): Input<Draft>,
) -> Result<Response, Problem> {
    let tag = version.required()?;
    let saved = app.configuration().update_export(&person, &path.id, &tag, &draft.try_into()?).await?;
    Ok((etag(&saved.export.tag), Json(Saved::from(saved))).into_response())
}

/// Remove an export
///
/// Its runs are canceled. Contacts and the list at Constant Contact stay as they are.
#[utoipa::path(
    delete, path = "/exports/{id}", tag = "exports", params(ExportPath, IfMatchHeader),
    responses((status = NO_CONTENT, description = "It is removed.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn remove_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let tag = version.required()?;
    app.configuration().remove_export(&person, &path.id, &tag).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Add a segment
///
/// Behind those that the export has. Nothing runs.
#[utoipa::path(
    post, path = "/exports/{id}/segments", tag = "exports", params(ExportPath, IfMatchHeader),
    request_body = SegmentToAdd,
    responses((status = OK, body = Saved, description = "The export as it is now.",
        headers(("ETag" = String, description = "Its new version.")))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn add_segment_to_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    version: IfMatch,
    Input(body): Input<SegmentToAdd>,
) -> Result<Response, Problem> {
    let tag = version.required()?;
    let saved = app.configuration().add_segment(&person, &path.id, &tag, &body.segment).await?;
    Ok((etag(&saved.export.tag), Json(Saved::from(saved))).into_response())
}
