#![doc = include_str!("../README.md")]

mod event;
mod handler;
mod object;
mod wiring;

pub use event::{ObjectCreated, TriggerEvent, UnknownEvent};
pub use handler::{Answer, Handler, HandlerParts};
