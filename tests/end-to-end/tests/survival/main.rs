//! What goes wrong on the way, on this machine and at the service, changes nothing about the result. One executable for
//! both, because most of the time they wait.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod faults;
mod kills;
