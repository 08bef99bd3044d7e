//! The files of a run, for people who may see its rows; each download is on record.

use axum::extract::{Path, State};
use axum::response::Response;

use super::run_key;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, file};

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
