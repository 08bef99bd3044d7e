#![doc = include_str!("../README.md")]

mod environment;
mod filter;
mod invocation;
pub mod lambda;
mod metrics;
pub mod terminal;

pub use metrics::{Metrics, Unit};
