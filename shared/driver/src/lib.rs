#![doc = include_str!("../README.md")]

mod driving;
mod in_process;

pub use in_process::{DriverSettings, InProcessDriver};
