//! The issuer of this machine, with a key that it keeps.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{Clock, Random};
use export_config::{SIGNED_IN_PATH, SIGNED_OUT_PATH};
use issuer::{Issuer, IssuerError, IssuerSettings, SigningKey};

use super::address::{Address, CLIENT};
use crate::layout::Layout;

/// Why nobody can sign in.
#[derive(Debug, thiserror::Error)]
pub enum IssuingError {
    /// The key or the settings.
    #[error("the sign-in of this machine cannot be used ({path})")]
    Issuer {
        /// The file with the key.
        path: PathBuf,
        /// Why.
        #[source]
        source: IssuerError,
    },
    /// The file with the key.
    #[error("{path} cannot be used; check that it can be read and that the disk is not full")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// The issuer at `address`, with the key that lies in the data directory; a new one if there is none.
///
/// # Errors
/// [`IssuingError`].
pub fn issuer(
    layout: &Layout<'_>,
    address: Address,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<Issuer, IssuingError> {
    let path = layout.issuer_key();
    let failed = |source| IssuingError::Issuer { path: path.clone(), source };
    let key = match std::fs::read(&path) {
        Ok(bytes) => SigningKey::from_pkcs8(&bytes).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = SigningKey::generate().map_err(failed)?;
            let written = write_secret(&path, key.pkcs8().expose());
            written.map_err(|source| IssuingError::File { path: path.clone(), source })?;
            key
        }
        Err(source) => return Err(IssuingError::File { path, source }),
    };
    let console = address.console();
    let settings = IssuerSettings::new(
        address.issuer(),
        CLIENT,
        format!("{console}{SIGNED_IN_PATH}"),
        format!("{console}{SIGNED_OUT_PATH}"),
    );
    Issuer::new(settings, key, Arc::clone(clock), Arc::clone(random)).map_err(failed)
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    // One that a killed process left may be open to others.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(temporary, path)
}

#[cfg(test)]
mod tests {
    use domain::{SystemClock, SystemRandom};
    use identity::Role;
    use issuer::TokenOptions;

    use super::*;

    fn made(layout: &Layout<'_>) -> Result<Issuer, IssuingError> {
        issuer(layout, Address { port: 4711 }, &(Arc::new(SystemClock) as _), &(Arc::new(SystemRandom) as _))
    }

    #[test]
    fn the_key_is_kept_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout(folder.path());
        made(&layout).unwrap().token_for(Role::Viewer, &TokenOptions::default()).unwrap();
        let key = std::fs::read(layout.issuer_key()).unwrap();
        made(&layout).unwrap();
        assert_eq!(std::fs::read(layout.issuer_key()).unwrap(), key);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(layout.issuer_key()).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_broken_key_is_named_with_what_helps() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout(folder.path());
        std::fs::write(layout.issuer_key(), "no key").unwrap();
        let error = made(&layout).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(error.to_string().contains("issuer-key") && cause.contains("delete it"), "{error}: {cause}");
    }
}
