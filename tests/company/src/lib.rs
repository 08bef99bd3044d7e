#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this crate; a company that cannot be set up fails the test that asked for it"
)]

mod clock;
mod company;
mod driven;
mod people;
mod product;
mod seed;

pub use clock::ServiceClock;
pub use company::{Company, PEOPLE, START};
pub use driven::Driven;
pub use people::visit;
pub use product::{Product, ProductParts, service_of};
pub use seed::{ACCOUNT, authorise, enter_application};
