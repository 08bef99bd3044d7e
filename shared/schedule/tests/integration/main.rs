//! Promises about schedules in local time, each file with its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod calendar;
mod clock_changes;
mod forms;
mod given;
mod sentences;
mod ticks;
