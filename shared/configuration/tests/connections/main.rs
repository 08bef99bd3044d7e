//! Promises about connections, against Constant Contact as written from the vendor's contract by others: who may do
//! what, what must be agreed to, which authorizations are refused and with what remedy, and that a connection's end
//! leaves nothing behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod application;
mod audit;
mod authorization;
mod editing;
mod removal;
