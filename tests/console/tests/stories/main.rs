//! The console, used as people use it: in a browser, by the words on the screen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod newcomer;
mod pages;
mod roles;
mod sign_in;
mod steps;
mod whole_story;
mod without_script;
