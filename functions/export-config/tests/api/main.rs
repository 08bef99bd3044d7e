//! The JSON API through real requests: who may do what, what is answered, and that it is as its description says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod cases;
mod description;
mod document;
mod input;
mod roles;
mod runs;
mod scene;
mod schema;
mod versions;
