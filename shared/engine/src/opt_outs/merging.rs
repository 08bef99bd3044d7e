//! What was read becomes part of what is known, also when other runs of the account read at the same time.

use domain::identifier::AccountId;
use domain::in_one_line;
use jiff::SignedDuration;
use planner::OptOuts;
use store::{Condition, DocumentError, Versioned, list_all};

use super::state::{AllDeleted, OptOutState, Reading, Subject};
use super::{Finished, shared};
use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;

/// Nobody writes a part for so long: what nothing refers to by then, a crash or a conflict has left.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// So often what was read is added to what others have written meanwhile.
const MERGES: u8 = 10;

/// What the state becomes.
struct Merged {
    content: OptOutState,
    /// Files that are of no use after that.
    obsolete: Vec<String>,
}

impl Engine {
    /// Makes what was read part of what is known. When another run of the account was faster, it is added to what that one
    /// has written: nothing need be read again.
    pub(super) async fn finish_reading(
        &self,
        account: &AccountId,
        mut state: Versioned<OptOutState>,
        finished: Finished,
    ) -> Result<Versioned<OptOutState>, StepError> {
        let Finished { reading, mut hashes, .. } = finished;
        for part in &reading.parts {
            hashes.extend(self.read_hashes(account, part).await?);
        }
        let read = OptOuts::new(hashes, 0);
        let begun_from = state.content.reading.clone();
        let mut merged = self.conclude_reading(account, &state.content, &reading, &read).await?;
        let mut merges = 0;
        let written = loop {
            let conflict = match self.documents.replace(&state, merged.content).await {
                Ok(written) => break written,
                Err(error @ DocumentError::Conflict { .. }) if merges < MERGES => error,
                Err(error) => return Err(shared(error)),
            };
            merges += 1;
            let newer = self.documents.load::<OptOutState>(&state.key).await?;
            // Where nothing is known in full any more, nothing can be added to it.
            let newer = newer.filter(|newer| newer.content.is_known(state.content.key_check));
            state = newer.ok_or_else(|| shared(conflict))?;
            let is_ours =
                state.content.reading == begun_from && (begun_from.is_some() || !reading.of.is_in_full());
            merged = if is_ours {
                self.conclude_reading(account, &state.content, &reading, &read).await?
            } else {
                self.add(account, state.content.clone(), &reading, &read).await?
            };
            if merged.content == state.content {
                break state.clone();
            }
        };
        let mut obsolete = merged.obsolete;
        obsolete.extend(reading.parts);
        if written.content.hashes != state.content.hashes {
            obsolete.extend(self.abandoned(account, &written.content).await);
        }
        obsolete.retain(|name| !written.content.refers_to(name));
        self.delete_hashes(account, obsolete).await;
        Ok(written)
    }

    /// What is known when a reading that nobody else has ended comes to its end.
    async fn conclude_reading(
        &self,
        account: &AccountId,
        state: &OptOutState,
        reading: &Reading,
        read: &OptOuts,
    ) -> Result<Merged, StepError> {
        let mut content = OptOutState { reading: None, ..state.clone() };
        match &reading.of {
            Subject::NewOptOuts | Subject::NewlyDeleted | Subject::AllDeleted => {
                self.add(account, content, reading, read).await
            }
            Subject::Everybody => {
                let known = self.known(account, state).await?;
                let missing = known.without(read);
                // Pages can skip people while others come and go, and of the first read nothing tells whom.
                let is_doubtful = state.full_read_at.is_none() || reading.lacks(read.hashes().len());
                if missing.hashes().is_empty() && (reading.pages <= 1 || !is_doubtful) {
                    (content.full_read_at, content.looked_at) =
                        (Some(reading.began_at), Some(reading.began_at));
                } else {
                    let missing = self.write_hashes(account, missing).await?;
                    let again = Subject::EverybodyAgain { first_at: reading.began_at, missing, pass: 0 };
                    content.reading = Some(Reading::new(again, self.clock.now()));
                }
                self.extend(account, content, &known, read, &OptOuts::default()).await
            }
            Subject::EverybodyAgain { first_at, missing: name, pass } => {
                let before = OptOuts::new(self.read_hashes(account, name).await?, 0);
                let missing = before.without(read);
                let known = self.known(account, state).await?;
                let seen_before = known.without(&before).without(read);
                let mut released = OptOuts::default();
                let lacks = reading.lacks(seen_before.hashes().len() + read.hashes().len());
                if lacks && let Some(pass) = Subject::next_pass(*pass) {
                    let missing = self.write_hashes(account, missing).await?;
                    let again = Subject::EverybodyAgain { first_at: *first_at, missing, pass };
                    content.reading = Some(Reading::new(again, self.clock.now()));
                } else {
                    (content.full_read_at, content.looked_at) = (Some(*first_at), Some(*first_at));
                    released = missing;
                }
                let mut merged = self.extend(account, content, &known, read, &released).await?;
                merged.obsolete.push(name.clone());
                Ok(merged)
            }
        }
    }

    /// Adds what was read; nobody is released.
    async fn add(
        &self,
        account: &AccountId,
        mut content: OptOutState,
        reading: &Reading,
        read: &OptOuts,
    ) -> Result<Merged, StepError> {
        let began_at = reading.began_at;
        if !reading.of.is_in_full() {
            content.looked_at = content.looked_at.max(Some(began_at));
        }
        if reading.of == Subject::AllDeleted && content.all_deleted.is_none_or(|read| read.at < began_at) {
            content.all_deleted =
                Some(AllDeleted { at: began_at, pages: reading.pages, count: reading.counted });
        }
        let known = self.known(account, &content).await?;
        self.extend(account, content, &known, read, &OptOuts::default()).await
    }

    /// What is `known`, and what was read, without those who are released.
    async fn extend(
        &self,
        account: &AccountId,
        mut content: OptOutState,
        known: &OptOuts,
        read: &OptOuts,
        released: &OptOuts,
    ) -> Result<Merged, StepError> {
        let mut all = known.hashes().to_vec();
        all.extend_from_slice(read.hashes());
        let all = OptOuts::new(all, 0).without(released);
        let mut obsolete = Vec::new();
        if all != *known || content.hashes.is_none() {
            obsolete.extend(content.previous.take());
            content.previous = content.hashes.take();
            content.hashes = Some(self.write_hashes(account, all).await?);
        }
        Ok(Merged { content, obsolete })
    }

    async fn known(&self, account: &AccountId, state: &OptOutState) -> Result<OptOuts, StepError> {
        Ok(match &state.hashes {
            Some(name) => OptOuts::new(self.read_hashes(account, name).await?, 0),
            None => OptOuts::default(),
        })
    }

    async fn delete_hashes(&self, account: &AccountId, obsolete: Vec<String>) {
        for name in obsolete {
            // What cannot be deleted now is found as abandoned later.
            let key = keys::opt_out_hashes(account, &name);
            if let Err(error) = self.documents.store().delete(&key, Condition::None).await {
                tracing::warn!(%account, error = %in_one_line(&error), "old hashes of opt-outs stay");
            }
        }
    }

    /// Files that nothing refers to any more: of readings that were given up, or whose process died.
    async fn abandoned(&self, account: &AccountId, state: &OptOutState) -> Vec<String> {
        let now = self.clock.now();
        let prefix = keys::opt_out_files(account);
        let Ok(objects) = list_all(self.documents.store().as_ref(), &prefix).await else { return Vec::new() };
        let old =
            objects.into_iter().filter(|object| now.duration_since(object.last_modified) > ABANDONED_AFTER);
        let names = old.filter_map(|object| {
            let name = object.key.strip_prefix(&prefix)?.strip_suffix(keys::HASHES)?;
            Some(name.to_owned())
        });
        names.filter(|name| !state.refers_to(name)).collect()
    }
}
