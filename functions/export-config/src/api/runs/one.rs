//! One run: looking at it and canceling it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::extract::Named;
use super::RunPath;
use super::view::Run;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// One run
///
/// With its progress while it is under way. Everybody sees it; it holds no rows of people.
#[utoipa::path(
    get, path = "/exports/{id}/runs/{run}", tag = "runs", params(RunPath),
    responses((status = OK, body = Run, description = "The run.")),
)]
pub(super) async fn show_run(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(app.configuration().run(&person, &path.into()).await?.into()))
}

/// Cancel a run
///
/// What Constant Contact has taken already is settled first; until then the run is canceling. Canceling it again changes
/// nothing. Of a run that only follows another one (`queued`) nothing is left.
#[utoipa::path(
    post, path = "/exports/{id}/runs/{run}/cancel", tag = "runs", params(RunPath),
    responses((status = ACCEPTED, description = "It ends as soon as it can.")),
    extensions(("x-problems" = json!(["forbidden", "nothing_to_do"]))),
)]
pub(super) async fn cancel_run(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<StatusCode, Problem> {
    app.configuration().cancel_run(&person, &path.into()).await?;
    Ok(StatusCode::ACCEPTED)
}
