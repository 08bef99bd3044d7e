#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests and the benchmark use this crate; a world that cannot be set up is a failed test"
)]

mod crash;
mod people;
mod world;

pub use crash::{CrashPoint, Denied, When};
pub use people::{Person, csv, people};
pub use world::{Ending, World, WorldOptions, counts, end};
