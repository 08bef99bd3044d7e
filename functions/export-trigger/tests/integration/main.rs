//! Promises: whatever EventBridge delivers, late, twice, out of order or never, each due moment and each complete
//! snapshot makes one run of an export; nothing else makes any; nothing is lost when it fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod bench;
mod events;
mod failures;
mod function;
mod maintenance;
mod ticks;
mod uploads;
