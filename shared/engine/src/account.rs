//! What all runs of one account share: the key of its hashes, and the right to send.

use domain::in_one_line;
use jiff::{SignedDuration, Timestamp};
use ledger::HashSeed;
use serde::{Deserialize, Serialize};
use store::{Change, Document, DocumentError, UpdateError};

use domain::identifier::{AccountId, ActivityId};

use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;
use crate::phase::Claim;
use crate::run::RunKey;

/// The account's own document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The key of all hashes of addresses; random, never changed.
    pub(crate) hash_seed: u64,
}

impl Document for Account {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "account";
}

/// Who may send imports to an account: one run at a time, so that an import of unknown fate can be told from the
/// imports of others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendingSlot {
    pub(crate) holder: Option<RunKey>,
    /// Activities that runs claimed lately.
    pub(crate) claims: Vec<Claim>,
}

impl Document for SendingSlot {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "sending slot";
}

/// Who writes to a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListLease {
    pub(crate) holder: Option<RunKey>,
}

impl Document for ListLease {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "list lease";
}

/// Claims older than this can no longer be mistaken for anything: candidates are only looked for shortly before
/// and after an intent.
const CLAIMS_KEPT: SignedDuration = SignedDuration::from_hours(2);

/// What came of asking for something that only one run may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Acquired {
    Ours,
    HeldBy(RunKey),
}

/// For updates that never refuse.
#[derive(Debug, thiserror::Error)]
#[error("never refused")]
pub(crate) struct Never;

pub(crate) fn document_error(error: UpdateError<Never>) -> DocumentError {
    match error {
        UpdateError::Document(error) => error,
        UpdateError::Refused(Never) => {
            DocumentError::Contended { kind: "document", key: String::new(), attempts: 0 }
        }
    }
}

impl Engine {
    /// The key of the account's hashes, made when first needed.
    pub(crate) async fn hash_seed(&self, account: &AccountId) -> Result<HashSeed, DocumentError> {
        let fresh = u64::from_be_bytes(first_half(self.random.next_u128()));
        let updated = self
            .documents
            .update::<Account, HashSeed, Never, _>(&keys::account(account), |current| {
                Ok(match current {
                    Some(account) => Change::Keep(HashSeed(account.hash_seed)),
                    None => Change::Write(Account { hash_seed: fresh }, HashSeed(fresh)),
                })
            })
            .await
            .map_err(document_error)?;
        Ok(updated.outcome)
    }

    /// Takes the list for a run, unless a run that has not ended holds it.
    pub(crate) async fn acquire_list(&self, run: &RunKey, key: &str) -> Result<Acquired, StepError> {
        let current = self.documents.load::<ListLease>(key).await?;
        let holder = current.and_then(|lease| lease.content.holder);
        if let Some(other) = self.living(holder.as_ref(), run).await? {
            return Ok(Acquired::HeldBy(other));
        }
        let updated = self
            .documents
            .update::<ListLease, Acquired, Never, _>(key, |current| {
                let now_held_by = current.and_then(|lease| lease.holder.clone());
                Ok(match now_held_by {
                    // Somebody else was faster than we are since we looked.
                    Some(other) if other != *run && Some(&other) != holder.as_ref() => {
                        Change::Keep(Acquired::HeldBy(other))
                    }
                    Some(ours) if ours == *run => Change::Keep(Acquired::Ours),
                    _ => Change::Write(ListLease { holder: Some(run.clone()) }, Acquired::Ours),
                })
            })
            .await
            .map_err(document_error)?;
        Ok(updated.outcome)
    }

    /// Gives the list back.
    pub(crate) async fn release_list(&self, run: &RunKey, key: &str) -> Result<(), DocumentError> {
        self.documents
            .update::<ListLease, (), Never, _>(key, |current| {
                Ok(match current {
                    Some(lease) if lease.holder.as_ref() == Some(run) => {
                        Change::Write(ListLease { holder: None }, ())
                    }
                    _ => Change::Keep(()),
                })
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }

    /// Takes the account's sending slot for a run, unless a run that has not ended holds it.
    pub(crate) async fn acquire_slot(
        &self,
        run: &RunKey,
        account: &AccountId,
    ) -> Result<Acquired, StepError> {
        let key = keys::sending_slot(account);
        let current = self.documents.load::<SendingSlot>(&key).await?;
        let holder = current.and_then(|slot| slot.content.holder);
        if let Some(other) = self.living(holder.as_ref(), run).await? {
            return Ok(Acquired::HeldBy(other));
        }
        let updated = self
            .documents
            .update::<SendingSlot, Acquired, Never, _>(&key, |current| {
                let mut slot = current.cloned().unwrap_or_default();
                Ok(match &slot.holder {
                    Some(other) if other != run && Some(other) != holder.as_ref() => {
                        Change::Keep(Acquired::HeldBy(other.clone()))
                    }
                    Some(ours) if ours == run => Change::Keep(Acquired::Ours),
                    _ => {
                        slot.holder = Some(run.clone());
                        Change::Write(slot, Acquired::Ours)
                    }
                })
            })
            .await
            .map_err(document_error)?;
        Ok(updated.outcome)
    }

    /// Gives the sending slot back and leaves the run's recent claims for others to see.
    pub(crate) async fn release_slot(
        &self,
        run: &RunKey,
        account: &AccountId,
        claims: &[Claim],
        now: Timestamp,
    ) -> Result<(), DocumentError> {
        let recent = |claim: &Claim| now.duration_since(claim.at) <= CLAIMS_KEPT;
        self.documents
            .update::<SendingSlot, (), Never, _>(&keys::sending_slot(account), |current| {
                let Some(slot) = current.filter(|slot| slot.holder.as_ref() == Some(run)) else {
                    return Ok(Change::Keep(()));
                };
                let mut kept: Vec<Claim> =
                    slot.claims.iter().filter(|claim| recent(claim)).cloned().collect();
                for claim in claims.iter().filter(|claim| recent(claim)) {
                    if !kept.contains(claim) {
                        kept.push(claim.clone());
                    }
                }
                Ok(Change::Write(SendingSlot { holder: None, claims: kept }, ()))
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }

    /// Activities of the account that runs claimed lately.
    pub(crate) async fn claimed_activities(
        &self,
        account: &AccountId,
    ) -> Result<Vec<ActivityId>, DocumentError> {
        let slot = self.documents.load::<SendingSlot>(&keys::sending_slot(account)).await?;
        Ok(slot
            .map(|slot| slot.content.claims)
            .unwrap_or_default()
            .into_iter()
            .map(|claim| claim.activity)
            .collect())
    }

    /// The holder, if it is another run than `run` and has not ended.
    async fn living(&self, holder: Option<&RunKey>, run: &RunKey) -> Result<Option<RunKey>, DocumentError> {
        let Some(other) = holder.filter(|holder| *holder != run) else { return Ok(None) };
        let ended = match self.load_run(other).await {
            Ok(Some(run)) => run.content.ended().is_some(),
            Ok(None) => true,
            // It may be sending: to wait until it can be read loses nothing.
            Err(error) if error.is_unreadable() => {
                tracing::error!(export = %other.export, run = %other.run, error = in_one_line(&error), "a run that others wait for cannot be read");
                false
            }
            Err(error) => return Err(error),
        };
        Ok((!ended).then(|| other.clone()))
    }
}

fn first_half(number: u128) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = number.to_be_bytes();
    [a, b, c, d, e, f, g, h]
}
