//! Sending: announce, send, write down; and finding out what became of an import without an answer.

use constant_contact::{Activity, Client, ImportError, MembershipCount, ServiceError};
use domain::{Classified, FailureClass};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::account::Acquired;
use crate::error::StepError;
use crate::keys;
use crate::run::{Chunk, ChunkFailure, ChunkState, Claim, Waiting};
use crate::session::Session;

/// How often a run looks whether the account is free.
const SLOT_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The service's clock may be behind ours by so much.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_mins(2);

/// No more pages than these are searched for a lost import; activities older than the intent are not it.
const PAGES_SEARCHED: usize = 4;

impl Session<'_> {
    pub(crate) async fn acquire_slot(&mut self) -> Result<(), StepError> {
        let account = self.configuration()?.account.clone();
        match self.engine.acquire_slot(&self.run.content.key, &account).await? {
            Acquired::Ours => self.slot_held = true,
            Acquired::HeldBy(_) => {
                let now = self.now();
                let until = now.checked_add(SLOT_PAUSE).unwrap_or(now);
                self.asked_to_wait = Some((until, Waiting::Account));
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
        let at = self.now();
        self.set_state(number, ChunkState::Intended { at })?;
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
                Ok(())
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
        let Some(&Chunk { state: ChunkState::Intended { at }, .. }) = chunk else { return Ok(()) };
        let account = self.configuration()?.account.clone();
        // An import of unknown fate has kept the slot.
        self.slot_held = true;
        let mut claimed = self.engine.claimed_activities(&account).await?;
        claimed.extend(self.sending()?.claims.iter().map(|claim| claim.activity.clone()));
        let since = at.checked_sub(CLOCK_DIFFERENCE).unwrap_or(at);
        let mut candidates = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_SEARCHED {
            let page = client.activities(cursor.as_ref()).await?;
            candidates.extend(
                page.activities
                    .into_iter()
                    .filter(|activity| could_be(activity, since) && !claimed.contains(&activity.activity_id)),
            );
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let mut candidates = candidates.into_iter();
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => self.sent(number, only, true).await,
            (None, _) => {
                self.set_state(number, ChunkState::Waiting)?;
                Ok(self.save().await?)
            }
            (Some(_), Some(_)) => {
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
