//! Everything that is served, in one router.

use axum::Router;

use crate::app::App;
use crate::web::{finished, with_console};
use crate::{api, console};

/// The API, the console, the sign-in and the assets. Merge it with the router of the authorization callback where one
/// process serves both.
pub fn router(app: App) -> Router {
    let routes = Router::new().merge(with_console(&app, console::router())).merge(api::router());
    finished(app, routes)
}
