#![doc = include_str!("../README.md")]

mod address;
mod console;
mod deployment;
mod environment;
mod error;
mod events;
mod failure;
mod invocation;
mod own_failures;
mod serve;
mod settings;

pub use console::{ConsoleParts, serve_console};
pub use deployment::Deployment;
pub use environment::Environment;
pub use error::StartError;
pub use events::{EventFunction, Invocation, serve_events};
pub use failure::{ErrorType, Failure};
pub use settings::{
    ActionSettings, AwsSettings, CommonSettings, ConsoleSettings, NotifierSettings, SettingsError,
};
