//! The files of a run, for people who may see its rows; each download is on record.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use configuration::Download;

use super::run_key;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson};

/// `GET /exports/{id}/runs/{run}/rejected.csv`.
pub(super) async fn report(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Response, ConsoleError> {
    Ok(file(app.configuration().report(&person, &run_key(&export, &run)?).await?))
}

/// `GET /exports/{id}/runs/{run}/outcomes.csv`.
pub(super) async fn outcomes(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Response, ConsoleError> {
    Ok(file(app.configuration().outcomes(&person, &run_key(&export, &run)?).await?))
}

/// Saved by the browser, never shown in its window: what is in it comes from others.
fn file(download: Download) -> Response {
    let Download { file_name, content_type, size, content } = download;
    let mut response = Body::from_stream(content).into_response();
    let disposition = format!("attachment; filename=\"{file_name}\"");
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    if let Ok(value) = HeaderValue::try_from(disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
