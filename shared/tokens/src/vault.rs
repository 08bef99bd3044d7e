//! What is kept in the secret store: tokens by connection, and the application's credentials.

use std::sync::Arc;
use std::time::Duration;

use constant_contact::oauth::{ApplicationCredentials, TokenGrant};
use domain::identifier::{AccountId, ConnectionId};
use domain::{Classified, FailureClass, Sensitive};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::secret::{Secret, SecretError, SecretStore, SecretVersion, next_version};

/// A token is renewed when less than this is left of its life.
const MARGIN: Duration = Duration::from_mins(5);

/// A token that the service refuses within this time of its issue was no good from the start. One that served for
/// longer came to its end by something else, and its renewal is an ordinary one: at this distance the secret store
/// forgets versions as fast as renewals make new ones (Secrets Manager's documentation: every 10 minutes at most).
const NEW: Duration = Duration::from_mins(10);

/// The schema of every secret; those without one are of the first. What a newer one holds is refused and left alone. A
/// renewal writes a secret anew: unlike in documents, fields that this release does not know are not kept, so that a
/// field whose loss would do harm raises the version.
const SCHEMA_VERSION: u32 = 1;

/// So many versions may have been written since the one that a stale read shows.
const OVERWRITE_ATTEMPTS: u32 = 8;

/// The tokens of one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionTokens {
    /// For the calls of the service.
    pub access_token: Sensitive<String>,
    /// For the next refresh.
    pub refresh_token: Sensitive<String>,
    /// When they were asked for.
    pub obtained_at: Timestamp,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// What was granted.
    pub scope: Option<String>,
    /// The account that the connection is bound to.
    pub account_id: AccountId,
}

impl ConnectionTokens {
    /// The tokens of a grant that was asked for at `asked_at`; none without a refresh token.
    #[must_use]
    pub fn from_grant(grant: TokenGrant, asked_at: Timestamp, account_id: AccountId) -> Option<Self> {
        Some(Self {
            access_token: grant.access_token,
            refresh_token: grant.refresh_token?,
            obtained_at: asked_at,
            expires_at: asked_at.saturating_add(grant.expires_in).unwrap_or(asked_at),
            scope: grant.scope,
            account_id,
        })
    }

    /// The tokens after a refresh; what its answer leaves out stays as it was.
    pub(crate) fn renewed(&self, grant: TokenGrant, asked_at: Timestamp) -> Self {
        Self {
            access_token: grant.access_token,
            refresh_token: grant.refresh_token.unwrap_or_else(|| self.refresh_token.clone()),
            obtained_at: asked_at,
            expires_at: asked_at.saturating_add(grant.expires_in).unwrap_or(asked_at),
            scope: grant.scope.or_else(|| self.scope.clone()),
            account_id: self.account_id.clone(),
        }
    }

    /// Whether the access token was issued only just now and has not ended.
    pub(crate) fn is_new(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.obtained_at.saturating_add(NEW).is_ok_and(|old| now < old)
    }

    /// Whether enough of the access token's life is left. Of a very short life a quarter must be.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        let life = Duration::try_from(self.expires_at.duration_since(self.obtained_at)).unwrap_or_default();
        now.saturating_add(MARGIN.min(life / 4)).is_ok_and(|soon| soon < self.expires_at)
    }
}

/// A value with the version it was read or written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version.
    pub version: SecretVersion,
    /// The value.
    pub value: T,
}

/// Why the vault could not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The secret store failed.
    #[error("a stored token could not be read or written")]
    Secret(#[from] SecretError),
    /// What is stored is not what should be. The parser's words are left out: they quote values.
    #[error("secret {name:?} does not hold what it should; authorise or enter it again")]
    Malformed {
        /// The secret.
        name: String,
    },
    /// A newer release of this product wrote the secret; it is left as it is.
    #[error(
        "secret {name:?} has schema version {found}, and this release knows {supported} at most; install the newer \
         release again"
    )]
    NewerSchema {
        /// The secret.
        name: String,
        /// Its schema version.
        found: u32,
        /// The newest schema version of this release.
        supported: u32,
    },
}

impl VaultError {
    pub(crate) const fn is_not_found(&self) -> bool {
        matches!(self, Self::Secret(SecretError::NotFound { .. }))
    }
}

impl Classified for VaultError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Secret(error) => error.class(),
            Self::Malformed { .. } | Self::NewerSchema { .. } => FailureClass::NeedsPerson,
        }
    }
}

/// Tokens and credentials in a secret store, under names that begin with the installation's prefix.
#[derive(Debug, Clone)]
pub struct TokenVault {
    secrets: Arc<dyn SecretStore>,
    prefix: String,
}

impl TokenVault {
    /// A vault whose names begin with `prefix`, such as `segment-export/`: permissions are granted by it.
    #[must_use]
    pub fn new(secrets: Arc<dyn SecretStore>, prefix: impl Into<String>) -> Self {
        Self { secrets, prefix: prefix.into() }
    }

    /// The application's client id and secret.
    ///
    /// # Errors
    /// [`VaultError`]; `NotFound` when they were not entered yet.
    pub async fn application(&self) -> Result<ApplicationCredentials, VaultError> {
        let name = self.application_name();
        Ok(parse(&name, &self.secrets.current(&name).await?)?.value)
    }

    /// Stores the application's client id and secret, whatever was there before.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn store_application(&self, application: &ApplicationCredentials) -> Result<(), VaultError> {
        let name = self.application_name();
        self.store(&name, application).await.map(|_| ())
    }

    /// The tokens of a connection, as the secret store believes them to be.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn current(
        &self,
        connection: &ConnectionId,
    ) -> Result<Versioned<ConnectionTokens>, VaultError> {
        let name = self.connection_name(connection);
        parse(&name, &self.secrets.current(&name).await?)
    }

    /// The tokens of a connection at exactly this version.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn version(
        &self,
        connection: &ConnectionId,
        version: &SecretVersion,
    ) -> Result<Versioned<ConnectionTokens>, VaultError> {
        let name = self.connection_name(connection);
        parse(&name, &self.secrets.version(&name, version).await?)
    }

    /// Stores the tokens that follow those of version `read`.
    ///
    /// # Errors
    /// [`VaultError`]; `Conflict` when somebody else wrote since.
    pub async fn replace(
        &self,
        connection: &ConnectionId,
        read: &SecretVersion,
        tokens: &ConnectionTokens,
    ) -> Result<SecretVersion, VaultError> {
        let name = self.connection_name(connection);
        Ok(self.secrets.put(&name, read, &text(&name, tokens)?).await?)
    }

    /// Stores the tokens of a new authorization, whatever was there before.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn overwrite(
        &self,
        connection: &ConnectionId,
        tokens: &ConnectionTokens,
    ) -> Result<SecretVersion, VaultError> {
        self.store(&self.connection_name(connection), tokens).await
    }

    /// Deletes the tokens of a connection for good.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn delete(&self, connection: &ConnectionId) -> Result<(), VaultError> {
        Ok(self.secrets.delete(&self.connection_name(connection)).await?)
    }

    /// Creates the secret, or writes its next version, whatever the present one is.
    async fn store(&self, name: &str, value: &impl Serialize) -> Result<SecretVersion, VaultError> {
        let text = text(name, value)?;
        let mut read = match self.secrets.current(name).await {
            Ok(secret) => {
                refuse_newer(name, &secret)?;
                secret.version
            }
            Err(SecretError::NotFound { .. }) => match self.secrets.create(name, &text).await {
                // Somebody else was faster.
                Err(SecretError::AlreadyExists { .. }) => self.secrets.current(name).await?.version,
                outcome => return Ok(outcome?),
            },
            Err(error) => return Err(error.into()),
        };
        let mut attempt = 1;
        loop {
            match self.secrets.put(name, &read, &text).await {
                // A conflict proves that the version after `read` exists, even where reads do not show it yet.
                Err(SecretError::Conflict { .. }) if attempt < OVERWRITE_ATTEMPTS => {
                    read = next_version(&read);
                    attempt += 1;
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    fn application_name(&self) -> String {
        format!("{}application", self.prefix)
    }

    fn connection_name(&self, connection: &ConnectionId) -> String {
        format!("{}connections/{connection}", self.prefix)
    }
}

#[derive(Serialize)]
struct Outgoing<'a, T> {
    schema_version: u32,
    #[serde(flatten)]
    value: &'a T,
}

/// The part that can be read without knowing the schema.
#[derive(Deserialize)]
struct Header {
    #[serde(default = "first_schema")]
    schema_version: u32,
}

const fn first_schema() -> u32 {
    1
}

/// What is no secret of ours at all may be replaced by one.
fn refuse_newer(name: &str, secret: &Secret) -> Result<(), VaultError> {
    match serde_json::from_str::<Header>(secret.value.expose()) {
        Ok(Header { schema_version: found }) if found > SCHEMA_VERSION => {
            Err(VaultError::NewerSchema { name: name.to_owned(), found, supported: SCHEMA_VERSION })
        }
        _ => Ok(()),
    }
}

fn parse<T: DeserializeOwned>(name: &str, secret: &Secret) -> Result<Versioned<T>, VaultError> {
    refuse_newer(name, secret)?;
    let value = serde_json::from_str(secret.value.expose())
        .map_err(|_| VaultError::Malformed { name: name.to_owned() })?;
    Ok(Versioned { version: secret.version.clone(), value })
}

fn text(name: &str, value: &impl Serialize) -> Result<Sensitive<String>, VaultError> {
    let outgoing = Outgoing { schema_version: SCHEMA_VERSION, value };
    let text =
        serde_json::to_string(&outgoing).map_err(|_| VaultError::Malformed { name: name.to_owned() })?;
    Ok(Sensitive::new(text))
}
