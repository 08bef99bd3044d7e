#![doc = include_str!("../README.md")]

mod event;
mod failure;
mod handler;
mod object;
mod settings;
mod wiring;

pub use event::{ObjectCreated, TriggerEvent, UnknownEvent};
pub use failure::{ErrorType, Failure};
pub use handler::{Answer, Handler, HandlerParts};
pub use settings::{Settings, SettingsError};
pub use wiring::{ConnectError, connect};
