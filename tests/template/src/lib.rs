#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a failed assertion is the point of a test"
)]

mod calls;
mod functions;
mod policy;
mod recorder;
mod stack;
mod template;
mod tools;
mod yaml;

pub use calls::{Asked, Call};
pub use functions::executable;
pub use policy::{Policy, Statement};
pub use recorder::Recorder;
pub use stack::Stack;
pub use template::{Resource, Template, repository};
pub use tools::{Tools, given_functions, profile, target};
