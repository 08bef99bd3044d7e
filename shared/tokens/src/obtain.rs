//! Finding a usable token: the one that is stored, or the lease to renew it.

use std::time::Duration;

use constant_contact::AccessTokenError;
use domain::Sensitive;
use jiff::Timestamp;
use store::{Change, DocumentError, UpdateError, Updated};

use crate::lease::{Holder, Lease, LeaseRecord, Wish, lease_key};
use crate::secret::{SecretError, SecretVersion};
use crate::source::{Held, Inner, State};
use crate::vault::VaultError;

/// Longer than a refresh, one wait for another's refresh, and storing take together, by the time-outs of the default
/// settings.
pub(crate) const LEASE: Duration = Duration::from_secs(90);

/// How long a caller waits for somebody else's renewal before it is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often it looks.
const POLL: Duration = Duration::from_millis(500);

/// Reads of a version that the lease names but the secret store does not know yet.
const VERSION_READS: u32 = 5;

/// What a note found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noted {
    /// The record, as far as is known.
    Kept,
    /// The record of a connection that is being removed.
    Removed,
    /// No record.
    Gone,
}

pub(crate) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> AccessTokenError {
    AccessTokenError::Unavailable(Box::new(error))
}

pub(crate) fn vault_failed(error: VaultError) -> AccessTokenError {
    match error {
        // Removed, or never there.
        VaultError::Secret(SecretError::NotFound { .. }) => AccessTokenError::NeedsReauthentication,
        VaultError::Malformed { .. } | VaultError::NewerSchema { .. } => {
            AccessTokenError::Unreadable(Box::new(error))
        }
        other @ VaultError::Secret(_) => unavailable(other),
    }
}

impl Inner {
    /// A token that is fresh and not `refused`: stored by somebody, or renewed here.
    pub(crate) async fn obtain(
        &self,
        state: &mut State,
        refused: Option<&Sensitive<String>>,
    ) -> Result<Held, AccessTokenError> {
        if state.pending.is_some() {
            return self.store_pending(state).await;
        }
        let patience_ends = self.later(LONGEST_WAIT);
        loop {
            let record = self.record().await?;
            if record.removed {
                return Err(AccessTokenError::ConnectionRemoved);
            }
            let held = self.read(&record.version).await?;
            let now = self.clock.now();
            let living = refused != Some(&held.value.access_token);
            if living && held.value.is_fresh(now) {
                state.patience_until = None;
                return Ok(held);
            }
            let holder = self.holder(!living && held.value.is_new(now));
            match self.ask(&held.version, &holder).await? {
                Lease::Granted => return self.refresh_once(state, held, holder, refused).await,
                Lease::Removed => return Err(AccessTokenError::ConnectionRemoved),
                Lease::NeedsReauthentication | Lease::TooOften => {
                    return Err(AccessTokenError::NeedsReauthentication);
                }
                Lease::Newer | Lease::Wait(_) if living && held.value.expires_at > now => {
                    state.patience_until = Some(self.later(POLL));
                    return Ok(held);
                }
                Lease::Newer if now < patience_ends => {}
                Lease::Wait(until) if now < patience_ends => {
                    self.clock.sleep_until(until.min(self.later(POLL))).await;
                }
                Lease::Wait(until) => return Err(AccessTokenError::Busy { until }),
                Lease::Newer => return Err(AccessTokenError::Busy { until: self.later(POLL) }),
            }
        }
    }

    /// The lease record; made anew from the secret when it is missing.
    pub(crate) async fn record(&self) -> Result<LeaseRecord, AccessTokenError> {
        let key = lease_key(&self.connection);
        if let Some(record) = self.documents.load::<LeaseRecord>(&key).await.map_err(document_failed)? {
            return Ok(record.content);
        }
        let held = self.vault.current(&self.connection).await.map_err(vault_failed)?;
        let record = LeaseRecord::new(held.version, held.value.expires_at);
        match self.documents.create(&key, record.clone()).await {
            // Somebody else was faster; if theirs differs, asking for the lease will show it.
            Ok(_) | Err(DocumentError::AlreadyExists { .. }) => Ok(record),
            Err(error) => Err(document_failed(error)),
        }
    }

    /// The tokens at exactly the version that the record names, which the secret store may not know everywhere yet.
    pub(crate) async fn read(&self, version: &SecretVersion) -> Result<Held, AccessTokenError> {
        for attempt in 1..=VERSION_READS {
            match self.vault.version(&self.connection, version).await {
                Err(error) if error.is_not_found() && attempt < VERSION_READS => {
                    self.clock.sleep_until(self.later(POLL)).await;
                }
                Err(error) if error.is_not_found() => {}
                outcome => return outcome.map_err(vault_failed),
            }
        }
        // The version is gone for good: restored from a backup, or replaced by hand.
        let held = self.vault.current(&self.connection).await.map_err(vault_failed)?;
        self.adopt(version, &held).await;
        Ok(held)
    }

    async fn ask(&self, stale: &SecretVersion, holder: &Holder) -> Result<Lease, AccessTokenError> {
        let sole_owner = self.options.sole_owner;
        let outcome = self
            .documents
            .update(&lease_key(&self.connection), |record: Option<&LeaseRecord>| {
                let now = self.clock.now();
                let Some(record) = record else {
                    return Ok::<_, std::convert::Infallible>(Change::Keep(Lease::Newer));
                };
                Ok(match record.ask(&Wish { stale, holder, sole_owner, now }) {
                    (lease, Some(next)) => Change::Write(next, lease),
                    (lease, None) => Change::Keep(lease),
                })
            })
            .await;
        outcome.map(|Updated { outcome, .. }| outcome).map_err(update_failed)
    }

    /// Changes the record if there still is one and `decide` has something to change, and answers how the record is now.
    /// Best effort: what the record then lacks, the next renewal finds out from the secret store.
    pub(crate) async fn note(
        &self,
        decide: impl Fn(&LeaseRecord) -> Option<LeaseRecord> + Send + Sync,
    ) -> Noted {
        let outcome = self
            .documents
            .update(&lease_key(&self.connection), |record: Option<&LeaseRecord>| {
                let next = record.and_then(&decide);
                Ok::<_, std::convert::Infallible>(
                    next.map_or(Change::Keep(()), |next| Change::Write(next, ())),
                )
            })
            .await;
        match outcome {
            Ok(Updated { document: Some(record), .. }) if record.content.removed => Noted::Removed,
            Ok(Updated { document: Some(_), .. }) => Noted::Kept,
            Ok(Updated { document: None, .. }) => Noted::Gone,
            Err(error) => {
                tracing::warn!(
                    connection = %self.connection,
                    error = &error as &dyn std::error::Error,
                    "the token lease could not be updated; it ends by itself"
                );
                Noted::Kept
            }
        }
    }

    /// Notes that the secret is at `held` now, if the record still names `read`.
    pub(crate) async fn adopt(&self, read: &SecretVersion, held: &Held) {
        let (version, expires_at) = (&held.version, held.value.expires_at);
        self.note(|record| (record.version == *read).then(|| record.moved_to(version.clone(), expires_at)))
            .await;
    }

    fn holder(&self, refused_new: bool) -> Holder {
        let (process, id) = (self.options.process.clone(), self.random.uuid().to_string());
        Holder { process, id, until: self.later(LEASE), refused_new }
    }

    pub(crate) fn later(&self, pause: Duration) -> Timestamp {
        let now = self.clock.now();
        now.saturating_add(pause).unwrap_or(now)
    }
}

/// What a newer release has written, or what is damaged, no patience makes readable. A store that refuses or is full may
/// be mended at any time.
fn document_failed(error: DocumentError) -> AccessTokenError {
    match error {
        DocumentError::NewerSchema { .. }
        | DocumentError::OtherKind { .. }
        | DocumentError::Malformed { .. } => AccessTokenError::Unreadable(Box::new(error)),
        other => unavailable(other),
    }
}

fn update_failed(error: UpdateError<std::convert::Infallible>) -> AccessTokenError {
    match error {
        UpdateError::Document(error) => document_failed(error),
        UpdateError::Refused(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use store::StoreError;

    use super::*;

    #[test]
    fn only_what_no_patience_makes_readable_is_unreadable() {
        let key = || "token-leases/c-1.json".to_owned();
        let newer = DocumentError::NewerSchema { kind: "token lease", key: key(), found: 2, supported: 1 };
        let other = DocumentError::OtherKind { key: key(), expected: "token lease", found: "run".to_owned() };
        for error in [newer, other] {
            assert!(matches!(document_failed(error), AccessTokenError::Unreadable(_)));
        }
        // Somebody mends the permission, or makes room, and what waits need not be told.
        let denied = StoreError::AccessDenied { bucket: "state".to_owned() };
        for error in [DocumentError::from(denied), DocumentError::Gone { kind: "token lease", key: key() }] {
            assert!(matches!(document_failed(error), AccessTokenError::Unavailable(_)));
        }
    }
}
