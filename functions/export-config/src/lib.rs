#![doc = include_str!("../README.md")]

mod api;
mod app;
mod console;
#[cfg(feature = "lambda")]
mod deployed;
mod router;
pub mod web;

pub use app::{App, AppParts, SIGNED_IN_PATH, SIGNED_OUT_PATH, sign_in_settings};
pub use router::{router, router_with};
