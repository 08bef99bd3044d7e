#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a failed assertion is the point of a test"
)]

mod api;
mod deployment;
mod emulator;
mod executables;
mod executions;
mod functions;
mod gateway;
mod people;
mod process;
mod stack;
mod tools;
mod waiting;

pub use api::{Api, counts};
pub use deployment::Deployment;
pub use emulator::Emulator;
pub use executables::functions_are_optimised;
pub use executions::{Executions, Turn};
pub use functions::Functions;
pub use gateway::Gateway;
pub use stack::{CLIENT_ID, CLIENT_SECRET, Stack};
pub use tools::Tools;
pub use waiting::until;
