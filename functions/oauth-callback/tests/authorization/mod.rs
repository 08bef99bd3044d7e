//! *Authenticate with Constant Contact*, from the connection's page to its green check, through real requests.

mod answers;
mod begin;

use axum::Router;
use export_config::{App, router_with};

/// Both functions in one process, as on one machine.
pub(crate) fn router(app: App) -> Router {
    router_with(app, oauth_callback::routes())
}
