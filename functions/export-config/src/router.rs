//! Everything that is served, in one router.

use axum::Router;

use crate::app::App;
use crate::web::{finished, with_console};
use crate::{api, console};

/// The API, the console, the sign-in and the assets.
pub fn router(app: App) -> Router {
    router_with(app, Router::new())
}

/// The same with `more` pages of the console: for a process that serves those of `oauth-callback`, too.
pub fn router_with(app: App, more: Router<App>) -> Router {
    let pages = with_console(&app, console::router().merge(more));
    finished(app, pages.merge(api::router()))
}
