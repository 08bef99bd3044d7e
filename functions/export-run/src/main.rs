#![doc = include_str!("../README.md")]

mod answer;
mod end_metrics;
mod handler;
mod wiring;

use std::process::ExitCode;

use crate::handler::Handler;

fn main() -> ExitCode {
    deployment::serve_events::<Handler>()
}
