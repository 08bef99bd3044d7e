//! The client against a script of answers, and against a simulator of the service.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod bench;
mod methods;
mod oauth;
mod observer;
mod permission;
mod repetition;
mod script;
mod simulated;
