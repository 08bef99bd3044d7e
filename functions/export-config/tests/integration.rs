//! Pages, API and the function itself, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod api;
mod connections;
mod foundation;
#[cfg(feature = "lambda")]
mod lambda;
mod pages;
mod speed;
mod support;
