//! Exports, runs, segments, the refresh and the audit log as pages, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod changing;
mod form;
mod form_steps;
mod list;
mod permissions;
mod running;
mod schedule;
mod segments;
mod workshop;
