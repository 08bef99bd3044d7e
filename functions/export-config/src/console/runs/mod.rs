//! The runs of an export: each on a page of its own, and as a list on the page of its export.

mod approve;
mod cancel;
mod download;
mod ended;
mod history;
mod progress;
mod show;
mod words;

use axum::Router;
use axum::routing::get;
use configuration::ConfigurationError;
use domain::identifier::RunId;
use engine::RunKey;

use super::exports::export_id;
use crate::app::App;

pub(super) use history::history;
pub(super) use progress::progress_part;
pub(super) use words::{kind, run_state, trigger};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/exports/{id}/runs/{run}", get(show::show))
        .route("/exports/{id}/runs/{run}/progress", get(show::fragment))
        .route("/exports/{id}/runs/{run}/cancel", get(cancel::ask).post(cancel::confirmed))
        .route("/exports/{id}/runs/{run}/approve", get(approve::ask).post(approve::approve))
        .route("/exports/{id}/runs/{run}/rejected.csv", get(download::report))
        .route("/exports/{id}/runs/{run}/outcomes.csv", get(download::outcomes))
}

/// The run that an address names.
fn run_key(export: &str, run: &str) -> Result<RunKey, ConfigurationError> {
    let run = RunId::new(run).map_err(|_| ConfigurationError::NotFound { what: "run" })?;
    Ok(RunKey { export: export_id(export)?, run })
}

/// Where a run's page is.
pub(super) fn run_path(key: &RunKey) -> String {
    format!("/exports/{}/runs/{}", key.export, key.run)
}
