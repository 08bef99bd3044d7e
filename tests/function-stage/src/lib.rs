#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a stage that cannot be built fails the test that asked for it"
)]

mod aws_calls;
mod documents;
mod function;
mod memory;
mod runtime_interface;
mod stage;

pub use aws_calls::{AwsCalls, Fault, PutEvent, StartedExecution};
pub use documents::{account, connection, export};
pub use function::Function;
pub use memory::{MemoryStage, StageClock};
pub use runtime_interface::{Outcome, RuntimeInterface, TRACE};
pub use stage::Stage;
