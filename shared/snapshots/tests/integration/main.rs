//! What the crate promises, from the outside. One binary, so that it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod dated;
mod locating;
mod properties;
mod reading;
mod streaming;
mod support;
