//! The port of the console: on both loopback addresses, because browsers take either for `localhost`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::net::TcpListener;

use crate::command_line::InstallationOptions;
use crate::environment::Environment;

/// The port when nobody names one.
const DEFAULT: u16 = 8765;

/// So often a free port is tried to be free on both addresses.
const TRIES: u32 = 20;

/// Why the console has no port.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Another program has it.
    #[error("port {port} is in use by another program; name another one with --port, or 0 for any free one")]
    InUse {
        /// The port.
        port: u16,
    },
    /// The system gives none.
    #[error("port {port} cannot be opened; name another one with --port, or 0 for any free one")]
    Unusable {
        /// The port.
        port: u16,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Which port a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedPort {
    /// This one and no other; 0 for any.
    Named(u16),
    /// The usual one, or another if that is in use.
    Usual,
}

impl WantedPort {
    /// What the option says, or else the environment.
    #[must_use]
    pub fn of(options: &InstallationOptions, environment: &Environment) -> Self {
        options.port.or(environment.port).map_or(Self::Usual, Self::Named)
    }

    /// Its number, as far as it is known before it is open.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Named(port) if port > 0 => port,
            Self::Named(_) | Self::Usual => DEFAULT,
        }
    }

    /// Says early that a port that was named is in use.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn check(self) -> Result<(), PortError> {
        match self {
            Self::Named(port) => bind(port).await.map(|_| ()).map_err(|error| refused(port, error)),
            Self::Usual => Ok(()),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`PortError`].
    pub(super) async fn open(self) -> Result<Ports, PortError> {
        match self {
            Self::Named(port) => bind(port).await.map_err(|error| refused(port, error)),
            Self::Usual => match bind(DEFAULT).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    let ports = bind(0).await.map_err(|error| refused(0, error))?;
                    Ok(Ports { moved_from: Some(DEFAULT), ..ports })
                }
                bound => bound.map_err(|error| refused(DEFAULT, error)),
            },
        }
    }
}

/// Listeners of one port.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) listeners: Vec<TcpListener>,
    pub(super) number: u16,
    /// The usual one, which was in use.
    pub(super) moved_from: Option<u16>,
}

fn refused(port: u16, source: io::Error) -> PortError {
    match source.kind() {
        io::ErrorKind::AddrInUse => PortError::InUse { port },
        _ => PortError::Unusable { port, source },
    }
}

async fn bind(port: u16) -> io::Result<Ports> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        match bind_both(port).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            bound => return bound,
        }
    }
}

async fn bind_both(port: u16) -> io::Result<Ports> {
    let first = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await?;
    let number = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), number)).await {
        Ok(second) => listeners.push(second),
        // A browser may take `localhost` for this address: it would come to the other program.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        // Not every machine has it.
        Err(_) => {}
    }
    Ok(Ports { listeners, number, moved_from: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_refused_when_it_was_named() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let wanted = WantedPort::Named(port);
        for refusal in [wanted.check().await.unwrap_err(), wanted.open().await.unwrap_err()] {
            assert!(matches!(refusal, PortError::InUse { port: found } if found == port), "{refusal}");
        }
        assert_eq!(wanted.number(), port);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_on_one_loopback_address_only_is_in_use() {
        let Ok(taken) = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else { return };
        let port = taken.local_addr().unwrap().port();
        assert!(matches!(WantedPort::Named(port).check().await, Err(PortError::InUse { .. })));
    }

    #[tokio::test]
    async fn any_free_port_is_the_same_on_both_addresses() {
        let ports = WantedPort::Named(0).open().await.unwrap();
        assert!(ports.number > 0 && ports.moved_from.is_none());
        assert!(ports.listeners.iter().all(|one| one.local_addr().unwrap().port() == ports.number));
    }
}
