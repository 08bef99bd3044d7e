//! Promises, kept by `template.yaml` and the state machine without any AWS: SAM, CloudFormation's linter and a validator
//! of state machines accept them; every role allows what its function does and nothing else; no parameter and no output
//! holds a secret; whatever fails is left in a queue, kept for a known time, and raises an alarm; an execution's history
//! never grows too long.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod alarms;
mod console;
mod documents;
mod failures;
mod keeping;
mod packaging;
mod programs;
mod roles;
mod scene;
mod secrets;
mod state_machine;
