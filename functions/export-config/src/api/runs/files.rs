//! The files of a run: rows of people, for who may see them.

use ::configuration::Download;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::super::extract::Named;
use super::RunPath;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// Passes a file on as it arrives.
fn attachment(download: Download) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(download.content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(download.size));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Made of letters, digits and hyphens by us.
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{}\"", download.file_name)) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    (headers, Body::from_stream(download.content)).into_response()
}

/// Rejected rows
///
/// Of every rejected row its file, its number, the reason and the row itself. Needs the permission to edit the export;
/// each download is in the audit log.
#[utoipa::path(
    get, path = "/exports/{id}/runs/{run}/report", tag = "runs", params(RunPath),
    responses((status = OK, body = String, content_type = "text/csv", description = "The report; kept for 30 days.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn download_report(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Response, Problem> {
    Ok(attachment(app.configuration().report(&person, &path.into()).await?))
}

/// Outcome of every row
///
/// Needs the permission to edit the export; each download is in the audit log.
#[utoipa::path(
    get, path = "/exports/{id}/runs/{run}/outcomes", tag = "runs", params(RunPath),
    responses((status = OK, body = String, content_type = "text/csv", description = "The file.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn download_outcomes(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Response, Problem> {
    Ok(attachment(app.configuration().outcomes(&person, &path.into()).await?))
}
