#![doc = include_str!("../README.md")]

mod actor;
mod connection;
mod export;
mod refresh;

pub use actor::Actor;
pub use connection::{
    Authorization, CONNECTIONS, Connection, ConnectionAccess, Consent, ExportUser, connection_key,
    connection_of,
};
pub use export::{EXPORTS, Export, export_key, export_of};
pub use refresh::{REFRESH_SETTINGS, RefreshSettings};
