#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this crate; a recording that cannot be played is a failed test"
)]

mod account;
mod bucket;
mod process;
mod recording;
mod scene;
mod secrets;
mod stages;

pub use bucket::RecordedBucket;
pub use process::{Effect, Process, Watch};
pub use recording::{RecordedEnd, Stage, Then, all_stages, go_on, outcome, play, recordings, stage};
pub use scene::Scene;
pub use secrets::{RecordedSecrets, RecordedVersion};
pub use stages::record_all;
