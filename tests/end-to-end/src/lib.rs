#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a failed assertion is the point of a test"
)]

mod account;
mod console;
mod http;
mod leaks;
mod own;
mod people;
mod ports;
mod program;
mod random;
mod running;
mod simulator;
mod start;
mod summary;
mod visitor;

pub use account::{Account, Member};
pub use console::Console;
pub use http::{Answer, Browser};
pub use own::Own;
pub use people::{Person, Segments};
pub use ports::free_port;
pub use program::{Profile, asked_profile, path, seed};
pub use random::Moments;
pub use running::{Ended, Running};
pub use simulator::Simulator;
pub use start::Start;
pub use summary::{Counts, Summary};
pub use visitor::{Visit, Visitor};
