//! The beginning and the end of a connection's tokens.

use std::sync::Arc;

use constant_contact::oauth::TokenGrant;
use domain::identifier::{AccountId, ConnectionId};
use domain::{Classified, Clock, FailureClass, Sensitive};
use jiff::Timestamp;
use store::{Change, DocumentError, Documents, UpdateError};

use crate::lease::{LeaseRecord, lease_key};
use crate::vault::{ConnectionTokens, TokenVault, VaultError};

/// Why a grant could not be stored or removed.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// It could not be renewed after a day.
    #[error(
        "the authorization came without a refresh token; check the application's settings at Constant Contact"
    )]
    MissingRefreshToken,
    /// The secret store failed.
    #[error("the tokens could not be stored")]
    Vault(#[from] VaultError),
    /// The state store failed.
    #[error("the token lease could not be written")]
    Lease(#[from] DocumentError),
}

impl Classified for GrantError {
    fn class(&self) -> FailureClass {
        match self {
            Self::MissingRefreshToken => FailureClass::NeedsPerson,
            Self::Vault(error) => error.class(),
            Self::Lease(error) => error.class(),
        }
    }
}

/// How a connection's tokens stand, without reading a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenStatus {
    /// When the access token ends; it is renewed when needed.
    pub expires_at: Timestamp,
    /// When a person last authorised the connection; unknown for authorizations of earlier releases.
    pub granted_at: Option<Timestamp>,
    /// When it was last renewed.
    pub renewed_at: Option<Timestamp>,
    /// Since when a person is needed, if one is.
    pub needs_reauthentication_since: Option<Timestamp>,
}

/// Stores new authorizations and removes connections.
#[derive(Debug, Clone)]
pub struct Grants {
    vault: TokenVault,
    documents: Documents,
    clock: Arc<dyn Clock>,
}

impl Grants {
    /// Grants in `vault`, their leases in `documents`.
    #[must_use]
    pub fn new(vault: TokenVault, documents: Documents, clock: Arc<dyn Clock>) -> Self {
        Self { vault, documents, clock }
    }

    /// Stores what a person has just authorised, for a new connection or in place of what was there. Everything that
    /// waited for a person goes on from then. The caller has checked that the account is the right one.
    ///
    /// # Errors
    /// [`GrantError`]. Storing the same grant again is safe.
    pub async fn store_new_grant(
        &self,
        connection: &ConnectionId,
        grant: TokenGrant,
        account_id: AccountId,
    ) -> Result<(), GrantError> {
        let tokens = ConnectionTokens::from_grant(grant, self.clock.now(), account_id)
            .ok_or(GrantError::MissingRefreshToken)?;
        let version = self.vault.overwrite(connection, &tokens).await?;
        let granted_at = Some(self.clock.now());
        let record = LeaseRecord { granted_at, ..LeaseRecord::new(version, tokens.expires_at) };
        self.documents
            .update(&lease_key(connection), |_: Option<&LeaseRecord>| {
                Ok::<_, std::convert::Infallible>(Change::Write(record.clone(), ()))
            })
            .await
            .map_err(update_failed)?;
        Ok(())
    }

    /// How the tokens stand: one read of the state store. None for a connection without tokens.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub async fn status(&self, connection: &ConnectionId) -> Result<Option<TokenStatus>, DocumentError> {
        let record = self.documents.load::<LeaseRecord>(&lease_key(connection)).await?;
        Ok(record.map(|record| TokenStatus {
            expires_at: record.content.expires_at,
            granted_at: record.content.granted_at,
            renewed_at: record.content.last_renewed_at,
            needs_reauthentication_since: record.content.needs_reauthentication_since,
        }))
    }

    /// Begins the end of a connection's tokens: from now on nothing is renewed, and a renewal that is under way revokes
    /// what it gets. Returns the refresh token, to be revoked as far as the service lets us. A new grant ends it.
    ///
    /// # Errors
    /// [`GrantError`]; closing again is safe.
    pub async fn close(&self, connection: &ConnectionId) -> Result<Option<Sensitive<String>>, GrantError> {
        let closed = self
            .documents
            .update(&lease_key(connection), |record: Option<&LeaseRecord>| {
                Ok::<_, std::convert::Infallible>(match record {
                    None => Change::Keep(None),
                    Some(record) if record.removed => Change::Keep(Some(record.version.clone())),
                    Some(record) => {
                        let version = Some(record.version.clone());
                        Change::Write(LeaseRecord { removed: true, ..record.clone() }, version)
                    }
                })
            })
            .await
            .map_err(update_failed)?;
        // The record names the newest version; the store's own idea of it may be stale.
        let held = match &closed.outcome {
            Some(version) => match self.vault.version(connection, version).await {
                Err(error) if error.is_not_found() => self.vault.current(connection).await,
                held => held,
            },
            None => self.vault.current(connection).await,
        };
        match held {
            Ok(held) => Ok(Some(held.value.refresh_token)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(VaultError::Malformed { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a connection's tokens for good, after [`Grants::close`].
    ///
    /// # Errors
    /// [`GrantError`]; removing again is safe.
    pub async fn remove(&self, connection: &ConnectionId) -> Result<(), GrantError> {
        self.vault.delete(connection).await?;
        let key = lease_key(connection);
        while let Some(record) = self.documents.load::<LeaseRecord>(&key).await? {
            match self.documents.delete(&record).await {
                // A renewal that ends just now; it cannot write again without the secret.
                Err(DocumentError::Conflict { .. }) => {}
                outcome => {
                    outcome?;
                    break;
                }
            }
        }
        Ok(())
    }
}

fn update_failed(error: UpdateError<std::convert::Infallible>) -> GrantError {
    match error {
        UpdateError::Document(error) => error.into(),
        UpdateError::Refused(never) => match never {},
    }
}
