//! Promises about objects and documents, whatever the bucket does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod documents;
mod memory;
mod resuming;
mod wire;
