#![doc = include_str!("../README.md")]

mod connection;
mod export;

pub use connection::{Connection, ConnectionStatus, connection_key};
pub use export::{Export, export_key};
