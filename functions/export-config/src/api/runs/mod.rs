//! `/exports/{id}/runs`: starting, stopping and looking at runs.

mod counts;
mod files;
mod history;
mod one;
mod progress;
mod start;
mod view;

use domain::identifier::{ExportId, RunId};
use engine::RunKey;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::start::{AllStarted, IdempotencyHeader, idempotency_key};
pub(super) use self::view::EndedRun;
use crate::app::App;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(history::list_runs, start::start_run))
        .routes(routes!(one::show_run))
        .routes(routes!(one::cancel_run))
        .routes(routes!(start::approve_run))
        .routes(routes!(files::download_report))
        .routes(routes!(files::download_outcomes))
}

/// A run in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct RunPath {
    /// The export's id.
    #[param(value_type = String)]
    id: ExportId,
    /// The run's id.
    #[param(value_type = String)]
    run: RunId,
}

impl From<RunPath> for RunKey {
    fn from(path: RunPath) -> Self {
        Self { export: path.id, run: path.run }
    }
}
