#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a failed assertion is the point of a test"
)]

mod browser;
mod commands;
mod driver;
mod looks;
mod page;
mod place;
mod product;
mod programs;
mod story;

pub use browser::Script;
pub use looks::{LOOKS, Look};
pub use page::{Page, Role};
pub use place::Place;
pub use product::{Before, Product};
pub use story::{Stage, story};
