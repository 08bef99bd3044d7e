//! The console: one module for each place in its navigation.

mod audit;
mod chosen_exports;
mod connections;
mod exports;
mod runs;
mod schedule;
mod segments;
mod set_up;
mod unreadable;

use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::web::{ConsoleError, SeeOther};

/// Every page; [`crate::web::with_console`] asks who is signed in.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .merge(audit::router())
        .merge(connections::router())
        .merge(exports::router())
        .merge(runs::router())
        .merge(schedule::router())
        .merge(segments::router())
        .merge(set_up::router())
        .fallback(async || ConsoleError::NoSuchPage)
        .method_not_allowed_fallback(async || ConsoleError::WrongMethod)
}

async fn home() -> SeeOther {
    SeeOther::to("/exports")
}
