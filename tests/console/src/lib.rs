#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a failed assertion is the point of a test"
)]

mod account;
mod browser;
mod commands;
mod driver;
mod forged;
mod keyboard;
mod looks;
mod page;
mod place;
mod product;
mod programs;
mod story;
mod tab;

pub use account::Account;
pub use browser::Script;
pub use fantoccini::key::Key;
pub use looks::{LOOKS, Look};
pub use page::{Page, Role};
pub use place::Place;
pub use product::{Before, Product};
pub use story::{Stage, story};
pub use tab::Tab;
