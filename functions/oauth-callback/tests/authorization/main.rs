//! *Authenticate with Constant Contact*, from the connection's page to its green check, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../../../export-config/tests/support/mod.rs"]
mod support;

mod answers;
mod begin;

use axum::Router;
use export_config::{App, router_with};

/// Both functions in one process, as on one machine.
pub(crate) fn router(app: App) -> Router {
    router_with(app, oauth_callback::routes())
}
