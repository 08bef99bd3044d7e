//! Promises, kept by the real binary under Lambda's runtime interface, with S3, Secrets Manager and Constant Contact on
//! loopback: repeated invocations bring a run to its end; a process that dies or takes too long costs time and nothing
//! else; each failure has a declared type; logs are JSON, say which invocation they belong to and hold nobody's data,
//! whatever goes wrong; memory does not grow with the rows beyond what Lambda gives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

mod driving;
mod failures;
mod interruptions;
#[cfg(target_os = "linux")]
mod memory;
mod privacy;
mod runs;

/// The function.
const BINARY: &str = env!("CARGO_BIN_EXE_export-run");
