//! Promises about everything that a person, a clock or an upload can have done, against Constant Contact on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod connections;
mod exports;

use company::Company;

/// Where people reach the product. Nothing listens there.
const ADDRESS: &str = "http://127.0.0.1:8080";

/// A company that has entered its application's credentials.
async fn bench() -> Company {
    Company::new(ADDRESS).await
}

/// A company on its first day.
async fn bare_bench() -> Company {
    Company::bare(ADDRESS).await
}
