//! One renewal under a lease: refresh, store, and only then use.

use std::time::Duration;

use constant_contact::AccessTokenError;
use constant_contact::oauth::OAuthError;
use domain::Sensitive;

use crate::lease::Holder;
use crate::obtain::{Noted, unavailable, vault_failed};
use crate::secret::{SecretError, SecretVersion, next_version};
use crate::source::{Held, Inner, State};
use crate::vault::{ConnectionTokens, VaultError, Versioned};

/// Attempts to store an answer before the caller is told to come back; it is not lost meanwhile.
const STORE_ATTEMPTS: u32 = 4;
const STORE_PAUSE: Duration = Duration::from_millis(500);

/// After a renewal that failed in passing, a token that still lives is used this long before the next attempt.
const PATIENCE: Duration = Duration::from_secs(30);

/// The answer to a refresh, not stored yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    read: SecretVersion,
    tokens: ConnectionTokens,
    holder: Holder,
}

impl Inner {
    /// Renews `held`, the lease being ours.
    pub(crate) async fn refresh_once(
        &self,
        state: &mut State,
        held: Held,
        holder: Holder,
        refused: Option<&Sensitive<String>>,
    ) -> Result<Held, AccessTokenError> {
        let application = match self.vault.application().await {
            Ok(application) => application,
            Err(error) => {
                self.note(|record| record.released(&holder)).await;
                return Err(match error {
                    error if error.is_not_found() => AccessTokenError::ApplicationRefused,
                    error => vault_failed(error),
                });
            }
        };
        let asked_at = self.clock.now();
        match self.endpoint.refresh(&application, &held.value.refresh_token).await {
            Ok(grant) => {
                let tokens = held.value.renewed(grant, asked_at);
                state.pending = Some(Pending { read: held.version, tokens, holder });
                self.store_pending(state).await
            }
            Err(OAuthError::InvalidGrant) => self.after_invalid_grant(held, &holder).await,
            Err(OAuthError::InvalidClient) => {
                self.note(|record| record.released(&holder)).await;
                Err(AccessTokenError::ApplicationRefused)
            }
            Err(error) => {
                self.note(|record| record.released(&holder)).await;
                let living = held.value.expires_at > self.clock.now();
                if refused == Some(&held.value.access_token) || !living {
                    return Err(unavailable(error));
                }
                tracing::warn!(
                    connection = %self.connection,
                    error = &error as &dyn std::error::Error,
                    "the access token could not be renewed yet; the present one is still good"
                );
                state.patience_until = Some(self.later(PATIENCE));
                Ok(held)
            }
        }
    }

    /// Stores the answer to a refresh. While the secret store is out of reach it stays in memory for the next call.
    pub(crate) async fn store_pending(&self, state: &mut State) -> Result<Held, AccessTokenError> {
        let Some(pending) = state.pending.clone() else {
            return Err(AccessTokenError::NeedsReauthentication);
        };
        let mut attempt = 1;
        let stored = loop {
            match self.vault.replace(&self.connection, &pending.read, &pending.tokens).await {
                Err(VaultError::Secret(SecretError::Unavailable(_))) if attempt < STORE_ATTEMPTS => {
                    self.clock.sleep_until(self.later(STORE_PAUSE * attempt)).await;
                    attempt += 1;
                }
                outcome => break outcome,
            }
        };
        match stored {
            Ok(version) => {
                let held = Versioned { version, value: pending.tokens };
                let now = self.clock.now();
                let expires_at = held.value.expires_at;
                let noted = self
                    .note(|record| {
                        record.renewed(&pending.read, &held.version, expires_at, &pending.holder, now)
                    })
                    .await;
                (state.pending, state.patience_until) = (None, None);
                if self.was_removed(noted).await {
                    self.revoke(&held.value).await;
                    return Err(AccessTokenError::ConnectionRemoved);
                }
                Ok(held)
            }
            // A new authorization came meanwhile, or the connection was removed: ours is of no use any more.
            Err(VaultError::Secret(SecretError::Conflict { .. })) => {
                state.pending = None;
                let newer = self.newer(&pending.read).await?;
                self.note(|record| record.released(&pending.holder)).await;
                newer.ok_or(AccessTokenError::NeedsReauthentication)
            }
            Err(error) if error.is_not_found() => {
                state.pending = None;
                self.revoke(&pending.tokens).await;
                Err(AccessTokenError::NeedsReauthentication)
            }
            Err(error) => {
                tracing::error!(
                    connection = %self.connection,
                    error = &error as &dyn std::error::Error,
                    "renewed tokens could not be stored; they would be lost with this process"
                );
                Err(unavailable(error))
            }
        }
    }

    /// Whether the connection was removed while its tokens were renewed: the removal saw the tokens before.
    async fn was_removed(&self, noted: Noted) -> bool {
        match noted {
            Noted::Kept => false,
            Noted::Removed => true,
            // Without a record the secret says it: a stale answer of the store shows an older version, not none.
            Noted::Gone => {
                let current = self.vault.current(&self.connection).await;
                current.is_err_and(|error| error.is_not_found())
            }
        }
    }

    /// Tokens that came for a connection after its removal: nobody keeps them, so nobody should be able to use them.
    async fn revoke(&self, tokens: &ConnectionTokens) {
        let revoked = match self.vault.application().await {
            Ok(application) => self.endpoint.revoke(&application, &tokens.refresh_token).await,
            Err(_) => false,
        };
        tracing::warn!(
            connection = %self.connection,
            revoked,
            "tokens were renewed while their connection was removed; they were not kept"
        );
    }

    /// The refresh token is used up. Somebody whose lease had ended may have used it, and may still be storing what
    /// came back: only after the longest such delay is it lost.
    async fn after_invalid_grant(&self, held: Held, holder: &Holder) -> Result<Held, AccessTokenError> {
        self.clock.sleep_until(self.later(self.endpoint.timeout())).await;
        if let Some(newer) = self.newer(&held.version).await? {
            return Ok(newer);
        }
        tracing::error!(
            connection = %self.connection,
            "the connection's authorization has ended; a person must authorise it again"
        );
        let now = self.clock.now();
        self.note(|record| record.lost(&held.version, holder, now)).await;
        Err(AccessTokenError::NeedsReauthentication)
    }

    /// What follows version `read`, if anybody has stored it. Its name is known, so that no stale answer of the
    /// secret store can hide it.
    async fn newer(&self, read: &SecretVersion) -> Result<Option<Held>, AccessTokenError> {
        let record = self.record().await?;
        if record.version != *read {
            return self.read(&record.version).await.map(Some);
        }
        match self.vault.version(&self.connection, &next_version(read)).await {
            Ok(held) => {
                self.adopt(read, &held).await;
                Ok(Some(held))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(vault_failed(error)),
        }
    }
}
