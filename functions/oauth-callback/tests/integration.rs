//! The way to Constant Contact and back, and the function itself, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod authorization;
#[cfg(feature = "lambda")]
mod lambda;
#[path = "../../export-config/tests/support/mod.rs"]
mod support;
