//! Why the console is not served.

use std::path::PathBuf;

use store::{DocumentError, StoreError};

use super::address::AddressError;
use super::issuing::IssuingError;
use super::ports::PortError;

/// Why the console is not served.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// Its port.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The key of its tokens.
    #[error(transparent)]
    Issuing(#[from] IssuingError),
    /// Where it answers could not be written down.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The identity provider of this machine.
    #[error("the sign-in of this machine could not be set up")]
    Identity(#[from] identity::SettingsError),
    /// Never in practice: the address is made of a number.
    #[error("the console's own address is unusable")]
    PublicAddress(#[from] identity::AddressError),
    /// The simulator did not take in where the browser returns to.
    #[error("the simulator could not be told about the console; start again")]
    Simulator(#[source] reqwest::Error),
    /// State could not be read or written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The segments could not be listed.
    #[error("the segments could not be listed; start again")]
    Segments(#[from] StoreError),
    /// Which segments were seen could not be written down.
    #[error("{path} cannot be written; check that the disk is not full")]
    Seen {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The system took the port away.
    #[error("the console could not be served any longer; start again")]
    Serve(#[source] std::io::Error),
    /// What was to be shown found no taker.
    #[error("the console's address could not be written to standard output")]
    Output(#[source] std::io::Error),
}
