//! Promises about tokens: kept, renewed once, shown to nobody.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod conformance;
mod simulated;
mod source;
