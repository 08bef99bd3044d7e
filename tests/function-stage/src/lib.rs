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
mod http_api;
mod log;
mod memory;
mod metric_format;
mod private;
mod runtime_interface;
mod stage;
mod visitor;
mod web_stage;

pub use aws_calls::{AwsCalls, Fault, PutEvent, StartedExecution};
pub use documents::{SamplePerson, account, connection, export};
pub use function::{Function, talkative};
pub use http_api::{DEFAULT_STAGE, HttpAnswer, HttpRequest};
pub use log::Log;
pub use memory::MemoryStage;
pub use private::Private;
pub use runtime_interface::{Invocation, Outcome};
pub use stage::Stage;
pub use visitor::Visitor;
pub use web_stage::{PUBLIC_ADDRESS, Session, WebStage};
