//! The real SDK against the embedded services.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod common;
mod folder;
mod s3;
mod secrets;
