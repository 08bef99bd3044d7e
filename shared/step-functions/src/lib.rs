#![doc = include_str!("../README.md")]

mod driver;
mod error;
mod execution;

pub use driver::{StepFunctionsDriver, StepFunctionsSettings};
pub use error::ExecutionError;
