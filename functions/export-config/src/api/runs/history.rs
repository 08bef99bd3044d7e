//! The runs of an export.

use ::configuration::{ConfigurationError, FieldProblem};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::exports::ExportPath;
use super::super::extract::{Named, Parameters};
use super::super::words::Permission;
use super::progress::Progress;
use super::view::{EndedRun, WaitingRun};
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// How many are listed without being asked for.
const USUAL: usize = 100;

/// How many runs.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct RunsQuery {
    /// At most so many of those that have ended; 100 when left out.
    #[param(minimum = 1, maximum = 150)]
    limit: Option<usize>,
}

/// The runs of an export.
#[derive(Serialize, ToSchema)]
pub(super) struct Runs {
    your_permissions: Permission,
    /// The run that is under way.
    active: Option<Progress>,
    /// What follows it, in this order.
    queued: Vec<WaitingRun>,
    /// Those that have ended, the newest first; of older ones there are none in the list.
    items: Vec<EndedRun>,
    /// Always `null`: the list has one page.
    next: Option<String>,
}

/// Runs of an export
///
/// Everybody sees them.
#[utoipa::path(
    get, path = "/exports/{id}/runs", tag = "runs", params(ExportPath, RunsQuery),
    responses((status = OK, body = Runs, description = "The runs.")),
)]
pub(super) async fn list_runs(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    Parameters(query): Parameters<RunsQuery>,
) -> Result<Json<Runs>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    if !(1..=150).contains(&limit) {
        let message = "Give a number from 1 to 150.".to_owned();
        let problem = FieldProblem { field: "limit".to_owned(), code: "invalid", message };
        return Err(ConfigurationError::Invalid(vec![problem]).into());
    }
    let runs = app.configuration().runs(&person, &path.id, limit).await?;
    Ok(Json(Runs {
        your_permissions: runs.your_permissions.into(),
        active: runs.active.map(Into::into),
        queued: runs.queued.into_iter().map(Into::into).collect(),
        items: runs.items.into_iter().map(Into::into).collect(),
        next: None,
    }))
}
