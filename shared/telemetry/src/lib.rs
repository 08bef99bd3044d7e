#![doc = include_str!("../README.md")]

mod environment;
mod filter;
pub mod lambda;
mod metrics;
pub mod terminal;

pub use metrics::{Metrics, Unit};
