//! Admin > Connections and the set-up page, through real requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../support/mod.rs"]
mod support;

mod adding;
mod editing;
mod export_user;
mod list;
mod looking;
mod removing;
mod set_up;
