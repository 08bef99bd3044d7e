//! The console, used as people use it: in a browser, by the words on the screen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod approving;
mod authorization;
mod canceling;
mod changing;
mod detaching;
mod ending;
mod failed_rows;
mod keyboard;
mod newcomer;
mod pages;
mod refresh;
mod roles;
mod schedules;
mod sharing;
mod sign_in;
mod snapshots;
mod steps;
mod tabs;
mod times;
mod whole_story;
mod without_script;
