//! What every page and every API route has in common, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../support/mod.rs"]
mod support;

mod api;
mod headers;
mod session;
