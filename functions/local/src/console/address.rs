//! Where console and issuer answer: one port under two names.

use std::io;
use std::path::PathBuf;

use identity::IssuerSettings;
use serde::{Deserialize, Serialize};

use crate::data_directory::write_whole;
use crate::layout::Layout;

/// The console's name at the issuer.
pub(super) const CLIENT: &str = "segment-export";

/// Why it is not known where the console answers.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It could not be written down.
    #[error("{path} cannot be written; check that the disk is not full")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There was no console yet.
    #[error("no console was ever served for this data folder; start segment-export serve --data DIR first")]
    Never,
    /// The file says nothing.
    #[error("{path} is damaged; start segment-export serve --data DIR again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in it.
        #[source]
        source: serde_json::Error,
    },
}

/// Where the console answers. The issuer has the same port under the other name, so that neither sees the cookies of the
/// other, and tokens outlive a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The port.
    pub port: u16,
}

impl Address {
    /// Where people reach the console.
    #[must_use]
    pub fn console(self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The console's host, as browsers name it.
    pub(super) fn console_host(self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The issuer's identifier and address.
    #[must_use]
    pub fn issuer(self) -> String {
        format!("http://{}", self.issuer_host())
    }

    /// The issuer's host, as browsers name it.
    pub(super) fn issuer_host(self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Whose tokens the console accepts.
    #[must_use]
    pub fn trusted_issuer(self) -> IssuerSettings {
        IssuerSettings::new(self.issuer(), CLIENT)
    }

    /// Writes it down for whoever asks for a token.
    ///
    /// # Errors
    /// [`AddressError::Unwritable`].
    pub fn write_down(self, layout: &Layout<'_>) -> Result<(), AddressError> {
        let path = layout.console();
        let text = serde_json::to_vec(&self).map_err(io::Error::other);
        text.and_then(|text| write_whole(&path, &text))
            .map_err(|source| AddressError::Unwritable { path, source })
    }

    /// Where the console of a data directory answered last.
    ///
    /// # Errors
    /// [`AddressError::Never`], [`AddressError::Damaged`].
    pub fn read(layout: &Layout<'_>) -> Result<Self, AddressError> {
        let path = layout.console();
        let text = std::fs::read(&path).map_err(|_| AddressError::Never)?;
        serde_json::from_slice(&text).map_err(|source| AddressError::Damaged { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout(folder.path());
        assert!(matches!(Address::read(&layout), Err(AddressError::Never)));
        Address { port: 4711 }.write_down(&layout).unwrap();
        let found = Address::read(&layout).unwrap();
        assert_eq!(
            (found.console(), found.issuer()),
            ("http://localhost:4711".into(), "http://127.0.0.1:4711".into())
        );
        std::fs::write(layout.console(), "{").unwrap();
        assert!(matches!(Address::read(&layout), Err(AddressError::Damaged { .. })));
    }
}
