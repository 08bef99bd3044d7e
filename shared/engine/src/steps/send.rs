//! Sending: announce, send, write down; and finding out what became of an import without an answer.

use constant_contact::{Activity, ActivityPage, Client, ImportError, MembershipCount, ServiceError};
use domain::{Classified, FailureClass};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::account::Acquired;
use crate::chunk::{Chunk, ChunkFailure, ChunkState};
use crate::connector::RunGate;
use crate::error::StepError;
use crate::keys;
use crate::phase::Claim;
use crate::run::Waiting;
use crate::session::Session;

/// How often a run looks whether the account is free.
const SLOT_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The service's clock may be behind ours by so much.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(2);

/// No more pages than these are searched for a lost import. An account whose activities of ten days fill more, in an
/// order that does not tell where to stop, leaves a doubt.
const PAGES_SEARCHED: usize = 8;

impl Session<'_> {
    pub(crate) async fn acquire_slot(&mut self) -> Result<(), StepError> {
        let account = self.configuration()?.account.clone();
        match self.engine.acquire_slot(&self.run.content.key, &account).await? {
            Acquired::Ours => self.slot_held = true,
            Acquired::HeldBy(_) => {
                let now = self.now();
                let until = now.checked_add(SLOT_PAUSE).unwrap_or(now);
                self.asked_to_wait = Some((until, Some(Waiting::Account)));
            }
        }
        Ok(())
    }

    pub(crate) async fn send(&mut self, number: u32) -> Result<(), StepError> {
        let client = self.client().await?;
        let (run, plan) = (self.run.content.key.run.clone(), self.sending()?.plan.clone());
        let Some(chunk) = self.sending()?.chunks.iter().find(|chunk| chunk.number == number) else {
            return Err(StepError::Permanent("a chunk of the plan is missing; start another run".to_owned()));
        };
        let key = keys::chunk_body(&run, &plan, number, chunk.revision);
        let body = match self.engine.documents.store().get(&key).await {
            Ok(object) => object.bytes,
            // The run waited longer than chunks are kept. Its rows are sent by the next run.
            Err(StoreError::NotFound { .. }) => {
                self.set_state(number, ChunkState::Failed { cause: ChunkFailure::FilesGone })?;
                return Ok(self.save().await?);
            }
            Err(error) => return Err(error.into()),
        };
        self.announce(number)?;
        self.save().await?;
        if self.run.content.cancel.is_some() {
            // Heard while it was announced, before it was sent.
            self.set_state(number, ChunkState::Waiting)?;
            return Ok(self.save().await?);
        }
        match client.import_contacts(body).await {
            Ok(activity) => self.sent(number, activity, false).await,
            // The announcement stays: what became of it is found out once it can no longer arrive.
            Err(ImportError::Unclear(error)) => {
                tracing::warn!(chunk = number, error = %error, "an import was not answered");
                let sent_at = self.gate().and_then(RunGate::import_passed_at).unwrap_or(self.now());
                self.expect_certainty(number, sent_at)?;
                Ok(self.save().await?)
            }
            Err(ImportError::NotTaken(error)) => {
                let given_up = error.class() == FailureClass::Permanent;
                let failed = ChunkState::Failed { cause: ChunkFailure::Refused };
                self.set_state(number, if given_up { failed } else { ChunkState::Waiting })?;
                self.save().await?;
                if given_up {
                    tracing::error!(chunk = number, error = %error, "the service refuses an import");
                    return self.look_for_list(&client).await;
                }
                Err(error.into())
            }
        }
    }

    /// Announces that a chunk is sent now, or within the time that announcements are good for.
    fn announce(&mut self, number: u32) -> Result<(), StepError> {
        let at = self.now();
        let latest = at.checked_add(self.engine.settings.send_window).unwrap_or(at);
        if let Some(gate) = self.gate() {
            gate.announce(latest);
        }
        self.set_state(number, ChunkState::Intended { at, certain_at: None })?;
        self.expect_certainty(number, latest)
    }

    /// An announced chunk was sent at `sent_at` at the latest: says from when on it will not be taken any more.
    fn expect_certainty(&mut self, number: u32, sent_at: Timestamp) -> Result<(), StepError> {
        let engine = self.engine;
        let patience = engine.settings.patience(engine.connector.settings().timeouts.import);
        let expected = sent_at.checked_add(patience).unwrap_or(sent_at);
        if let Some(chunk) = self.sending_mut()?.chunk_mut(number)
            && let ChunkState::Intended { certain_at, .. } = &mut chunk.state
        {
            *certain_at = Some(certain_at.map_or(expected, |at| at.min(expected)));
        }
        Ok(())
    }

    /// Whoever announced an import is dead by now, so that it was not sent later than now.
    pub(crate) fn hasten_certainty(&mut self) {
        let Ok(sending) = self.sending() else { return };
        let announced = |chunk: &&Chunk| matches!(chunk.state, ChunkState::Intended { .. });
        if let Some(number) = sending.chunks.iter().find(announced).map(|chunk| chunk.number) {
            // Fails in other phases only.
            let _ = self.expect_certainty(number, self.now());
        }
    }

    /// After a refusal: if the list is gone, no other chunk need be tried.
    async fn look_for_list(&mut self, client: &Client) -> Result<(), StepError> {
        let list = self.configuration()?.list.clone();
        let missing = match client.list(&list, MembershipCount::None).await {
            Ok(list) => list.deleted_at.is_some(),
            Err(ServiceError::NotFound | ServiceError::Invalid { .. }) => true,
            Err(error) => return Err(error.into()),
        };
        if missing {
            let sending = self.sending_mut()?;
            sending.list_missing = true;
            for chunk in sending.chunks.iter_mut().filter(|chunk| chunk.state == ChunkState::Waiting) {
                chunk.state = ChunkState::Failed { cause: ChunkFailure::Refused };
            }
            self.save().await?;
        }
        Ok(())
    }

    async fn sent(&mut self, number: u32, activity: Activity, adopted: bool) -> Result<(), StepError> {
        let at = self.now();
        let activity = activity.activity_id;
        let sending = self.sending_mut()?;
        sending.claims.push(Claim { activity: activity.clone(), at });
        sending.last_sent_at = Some(at);
        // Whatever the pause had grown to, there is something new to wait for.
        sending.next_poll = None;
        self.set_state(number, ChunkState::Sent { activity, at, adopted })?;
        Ok(self.save().await?)
    }

    /// Looks for the activity of an import whose answer was lost. Adopted is only the one candidate that nobody
    /// claims; in any doubt the chunk is sent again, which is harmless to the data.
    pub(crate) async fn resolve(&mut self, number: u32) -> Result<(), StepError> {
        let client = self.client().await?;
        let chunk = self.sending()?.chunks.iter().find(|chunk| chunk.number == number);
        let Some(&Chunk { state: ChunkState::Intended { at, .. }, .. }) = chunk else { return Ok(()) };
        let account = self.configuration()?.account.clone();
        // An import of unknown fate has kept the slot.
        self.slot_held = true;
        let mut claimed = self.engine.claimed_activities(&account).await?;
        claimed.extend(self.sending()?.claims.iter().map(|claim| claim.activity.clone()));
        let since = at.checked_sub(CLOCK_DIFFERENCE).unwrap_or(at);
        let mut seen = Seen::default();
        let mut candidates = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_SEARCHED {
            let page = client.activities(cursor.as_ref()).await?;
            seen.page(&page, since);
            candidates.extend(
                page.activities
                    .into_iter()
                    .filter(|activity| could_be(activity, since) && !claimed.contains(&activity.activity_id)),
            );
            cursor = page.next;
            if seen.all {
                break;
            }
        }
        let mut candidates = candidates.into_iter();
        match (candidates.next(), candidates.next()) {
            (Some(only), None) if seen.all => self.sent(number, only, true).await,
            (None, _) if seen.all => {
                self.set_state(number, ChunkState::Waiting)?;
                Ok(self.save().await?)
            }
            // Several could be it, or it could be on a page that was not seen.
            _ => {
                self.set_state(number, ChunkState::Waiting)?;
                if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
                    chunk.possibly_repeated = true;
                }
                Ok(self.save().await?)
            }
        }
    }

    pub(crate) fn set_state(&mut self, number: u32, state: ChunkState) -> Result<(), StepError> {
        if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
            chunk.state = state;
        }
        Ok(())
    }
}

/// Whether an activity could be an import announced at `since` or later. Where its kind is not certain, it counts as
/// a candidate, so that doubt leads to sending again.
fn could_be(activity: &Activity, since: Timestamp) -> bool {
    activity.may_be_import() && activity.created_at.is_none_or(|at| at >= since)
}

/// How far back the pages of activities that were read go.
#[derive(Debug, Default)]
struct Seen {
    /// No activity of the time in question can be on a page that was not read.
    all: bool,
    /// When the last activity that was read was created.
    last: Option<Timestamp>,
    /// They do not come with the newest first, or do not say when they were created.
    unordered: bool,
}

impl Seen {
    /// The order of pages is not documented: only when they do come with the newest first, one that is older than
    /// `since` says that all others are.
    fn page(&mut self, page: &ActivityPage, since: Timestamp) {
        for activity in &page.activities {
            let newer_than_last = |at| self.last.is_some_and(|last| at > last);
            self.unordered |= activity.created_at.is_none_or(newer_than_last);
            self.last = activity.created_at.or(self.last);
        }
        self.all = page.next.is_none() || (!self.unordered && self.last.is_some_and(|last| last < since));
    }
}

#[cfg(test)]
mod tests;
