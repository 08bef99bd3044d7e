//! Polling: all activities together, and what their ends mean for the chunks.

mod unread;

use constant_contact::{Activity, ActivityState, ServiceError, refused_rows};
use domain::identifier::ActivityId;
use jiff::{SignedDuration, Timestamp};
use planner::Refusal;
use store::Condition;

use crate::chunk::{ChunkFailure, ChunkState};
use crate::error::StepError;
use crate::keys;
use crate::phase::NextPoll;
use crate::refusals::{Refusals, RefusedRow};
use crate::session::Session;
use unread::unread_rows;

/// The first pause; it doubles up to the longest.
const FIRST_PAUSE: i64 = 2;
const LONGEST_PAUSE: i64 = 300;

/// Pages of 500 that are searched before activities are asked for one by one.
const PAGES_SEARCHED: usize = 3;

/// The next look at activities, after a pause that doubles.
pub(super) fn next_poll(now: Timestamp, before: Option<NextPoll>) -> NextPoll {
    let pause_seconds = before.map_or(FIRST_PAUSE, |before| (before.pause_seconds * 2).min(LONGEST_PAUSE));
    let at = now.checked_add(SignedDuration::from_secs(pause_seconds)).unwrap_or(now);
    NextPoll { at, pause_seconds }
}

impl Session<'_> {
    pub(crate) async fn schedule_poll(&mut self) -> Result<(), StepError> {
        let now = self.now();
        let sending = self.sending_mut()?;
        sending.next_poll = Some(next_poll(now, None));
        Ok(self.save().await?)
    }

    pub(crate) async fn poll(&mut self) -> Result<(), StepError> {
        let client = self.client().await?;
        let mut awaited: Vec<(u32, ActivityId, Timestamp)> = Vec::new();
        for chunk in &self.sending()?.chunks {
            if let ChunkState::Sent { activity, at, .. } = &chunk.state {
                awaited.push((chunk.number, activity.clone(), *at));
            }
        }
        let mut found: Vec<Activity> = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_SEARCHED {
            let page = client.activities(cursor.as_ref()).await?;
            found.extend(page.activities);
            let missing = |(_, id, _): &(u32, ActivityId, Timestamp)| {
                found.iter().all(|activity| activity.activity_id != *id)
            };
            match page.next {
                Some(next) if awaited.iter().any(missing) => cursor = Some(next),
                _ => break,
            }
        }
        for (number, id, sent_at) in awaited {
            let listed = found.iter().find(|activity| activity.activity_id == id).cloned();
            let activity = match listed {
                Some(activity) => Some(activity),
                None => match client.activity(&id).await {
                    Ok(activity) => Some(activity),
                    Err(ServiceError::NotFound) => None,
                    Err(error) => return Err(error.into()),
                },
            };
            self.take_note(number, activity, sent_at).await?;
        }
        let now = self.now();
        let sending = self.sending_mut()?;
        sending.next_poll = Some(next_poll(now, sending.next_poll));
        Ok(self.save().await?)
    }

    /// What a look at a chunk's activity means for the chunk. `None`: the service no longer knows it.
    async fn take_note(
        &mut self,
        number: u32,
        activity: Option<Activity>,
        sent_at: Timestamp,
    ) -> Result<(), StepError> {
        let Some(activity) = activity else { return self.try_again(number, true) };
        match activity.state {
            ActivityState::Completed => self.completed(number, &activity).await,
            ActivityState::Failed | ActivityState::TimedOut | ActivityState::Cancelled => {
                self.try_again(number, false)
            }
            ActivityState::Initialized | ActivityState::Processing | ActivityState::Unknown => {
                let patience = self.engine.settings.activity_patience;
                if self.now().duration_since(sent_at) > patience {
                    return self.try_again(number, true);
                }
                Ok(())
            }
        }
    }

    /// Sends the chunk again, unless that has been tried often enough.
    fn try_again(&mut self, number: u32, may_have_arrived: bool) -> Result<(), StepError> {
        let attempts = self.engine.settings.chunk_attempts;
        if let Some(chunk) = self.sending_mut()?.chunk_mut(number) {
            chunk.failed_attempts = chunk.failed_attempts.saturating_add(1);
            chunk.possibly_repeated |= may_have_arrived;
            chunk.state = if chunk.failed_attempts >= attempts {
                ChunkState::Failed { cause: ChunkFailure::ActivityFailed }
            } else {
                ChunkState::Waiting
            };
        }
        Ok(())
    }

    async fn completed(&mut self, number: u32, activity: &Activity) -> Result<(), StepError> {
        let Some(chunk) = self.sending_mut()?.chunk_mut(number) else { return Ok(()) };
        let rows = chunk.rows;
        let adopted = matches!(chunk.state, ChunkState::Sent { adopted: true, .. });
        if adopted && !agrees(activity, rows) {
            // It was somebody else's. Ours is sent again; that it did arrive cannot be excluded.
            chunk.possibly_repeated = true;
            chunk.state = ChunkState::Waiting;
            return Ok(());
        }
        let count = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX).min(rows);
        let counts = activity.counts;
        let (error, correctable) = (count(counts.error_count), count(counts.correctable_count));
        let cannot_add = count(counts.cannot_add_to_list_count);
        let named = refused_rows(activity, usize::try_from(rows).unwrap_or(usize::MAX)).named;
        let named_rows = u32::try_from(named.len()).unwrap_or(u32::MAX);
        // Whoever was not read is on the list only if they were before: they are looked for like refused rows.
        let judged = error.saturating_add(correctable).saturating_add(cannot_add);
        let unread = unread_rows(&counts, rows, judged);
        if unread > 0 {
            let run = &self.run.content.key.run;
            tracing::warn!(%run, chunk = number, unread, "an import was not read to its end; the rest is tried again");
        }
        // Names beyond the counters are still refused rows.
        let refused = error.saturating_add(correctable).max(named_rows).saturating_add(unread).min(rows);
        let identified = named_rows >= refused && cannot_add == 0;
        if !named.is_empty() {
            let mut errors_left = error;
            let refusals = Refusals {
                refused: named
                    .into_iter()
                    .map(|(index, reason)| {
                        let correctable_only = correctable > 0 || errors_left == 0;
                        if !correctable_only {
                            errors_left -= 1;
                        }
                        let refusal = if correctable_only { Refusal::Correctable } else { Refusal::Error };
                        let index = u32::try_from(index).unwrap_or(u32::MAX);
                        RefusedRow { index, refusal, text: reason.text }
                    })
                    .collect(),
                ..Refusals::default()
            };
            self.write_refusals(number, &refusals).await?;
        }
        self.run.content.service.add(&counts);
        self.set_state(number, ChunkState::Completed { refused, cannot_add, correctable, identified })
    }

    /// Keeps a chunk's refusals beside it.
    pub(crate) async fn write_refusals(&mut self, number: u32, refusals: &Refusals) -> Result<(), StepError> {
        let key = keys::chunk_refusals(&self.run.content.key.run, &self.sending()?.plan, number);
        let text = refusals.to_text().map_err(|error| StepError::Permanent(error.to_string()))?;
        self.engine.documents.store().put(&key, text.into(), Condition::None).await?;
        Ok(())
    }
}

/// Whether a completed activity has as many rows as the chunk; the service counts a header line, or does not.
fn agrees(activity: &Activity, rows: u32) -> bool {
    let rows = u64::from(rows);
    match (activity.counts.items_total_count, activity.counts.person_count) {
        (Some(total), _) => total == rows + 1 || total == rows,
        (None, Some(people)) => people == rows,
        (None, None) => false,
    }
}
