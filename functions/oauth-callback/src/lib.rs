#![doc = include_str!("../README.md")]

mod answer;
mod begin;
mod failure;

use axum::Router;
use axum::routing::{get, post};
use configuration::CALLBACK_PATH;
use export_config::App;
use export_config::web::{finished, with_console};

/// Where an authorization begins; the form is on a connection's page.
pub const START_PATH: &str = "/oauth/constant-contact/start";

/// The two routes, for a router that serves more than them.
pub fn routes() -> Router<App> {
    Router::new().route(START_PATH, post(begin::begin)).route(CALLBACK_PATH, get(answer::complete))
}

/// All that the function serves.
pub fn router(app: App) -> Router {
    let routes = with_console(&app, routes());
    finished(app, routes)
}
