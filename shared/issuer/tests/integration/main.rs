//! Promises about the issuer, and of signing in through it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod issuer;
mod sign_in;
mod support;
