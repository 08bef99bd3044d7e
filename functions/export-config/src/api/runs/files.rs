//! The files of a run: rows of people, for who may see them.

use axum::extract::State;
use axum::response::Response;

use super::super::extract::Named;
use super::RunPath;
use crate::app::App;
use crate::web::{ApiPerson, Problem, file};

/// Rejected rows
///
/// Of every rejected row its file, its number, the reason and the row itself. Needs the permission to edit the export;
/// each download is in the audit log. Where the files lie in Amazon S3, the answer is 303, because they may be larger
/// than this API can answer with: follow `Location` within five minutes, without the bearer token, and write it down
/// nowhere.
#[utoipa::path(
    get, path = "/exports/{id}/runs/{run}/report", tag = "runs", params(RunPath),
    responses(
        (status = OK, body = String, content_type = "text/csv", description = "The report; kept for 30 days."),
        (status = SEE_OTHER, description = "Where the report is, for five minutes.",
            headers(("Location" = String, description = "Whoever knows this address can download the file."))),
    ),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn download_report(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Response, Problem> {
    Ok(file(app.configuration().report(&person, &path.into()).await?))
}

/// Outcome of every row
///
/// Needs the permission to edit the export; each download is in the audit log. As for the rejected rows, the answer is
/// 303 where the files lie in Amazon S3.
#[utoipa::path(
    get, path = "/exports/{id}/runs/{run}/outcomes", tag = "runs", params(RunPath),
    responses(
        (status = OK, body = String, content_type = "text/csv", description = "The file."),
        (status = SEE_OTHER, description = "Where the file is, for five minutes.",
            headers(("Location" = String, description = "Whoever knows this address can download the file."))),
    ),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn download_outcomes(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Response, Problem> {
    Ok(file(app.configuration().outcomes(&person, &path.into()).await?))
}
