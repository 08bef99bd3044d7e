//! Callers that die in a run: counted, so that a step which is too large for them does not begin for ever.

use serde::{Deserialize, Serialize};

use crate::advance::Advance;
use crate::chunk::ChunkState;
use crate::decide::{Observed, decide};
use crate::end::{End, ParkReason};
use crate::error::AdvanceError;
use crate::phase::{Phase, Sending};
use crate::run::Run;
use crate::session::Session;

/// How often in a row callers died at one place of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crashes {
    /// Where the run stood, so that progress can be told from none.
    place: String,
    /// How often.
    pub count: u32,
}

impl Run {
    /// Whoever had the lease did not give it back: counts it, from one when there was progress since the last time.
    pub(crate) fn note_crash(&mut self) {
        let place = place(&self.phase);
        let before = self.crashes.take().filter(|crashes| crashes.place == place);
        let count = before.map_or(0, |crashes| crashes.count).saturating_add(1);
        self.crashes = Some(Crashes { place, count });
    }
}

/// Where a run stands, in a form that changes with all progress and with nothing else: when the opt-outs were looked at
/// again, or when the next poll is due, is none.
fn place(phase: &Phase) -> String {
    match phase {
        Phase::Queued => "queued".to_owned(),
        Phase::Looking(looking) => {
            let parts = looking.earlier.as_ref().map_or(0, |earlier| earlier.parts);
            format!("looking {parts} {}", looking.checked)
        }
        Phase::Planning(planning) => {
            let parts = planning.earlier.as_ref().map_or(0, |earlier| earlier.parts);
            format!("planning {parts} {}", planning.without_ledger)
        }
        Phase::Sending(sending) => place_of_sending(sending),
        Phase::Finishing(finishing) => format!("finishing {}", finishing.counts.is_some()),
        Phase::Ended(_) => "ended".to_owned(),
    }
}

fn place_of_sending(sending: &Sending) -> String {
    let count = |test: fn(&ChunkState) -> bool| sending.count(test);
    let states = [
        count(|state| matches!(state, ChunkState::Waiting)),
        count(|state| matches!(state, ChunkState::Intended { .. })),
        count(|state| matches!(state, ChunkState::Sent { .. })),
        count(|state| matches!(state, ChunkState::Completed { identified: false, .. })),
        count(|state| matches!(state, ChunkState::Failed { .. })),
    ];
    let failed: u32 = sending.chunks.iter().map(|chunk| u32::from(chunk.failed_attempts)).sum();
    let asked_for: usize = sending.chunks.iter().map(|chunk| chunk.asked_for.len()).sum();
    let identification = sending.identification.as_ref().map(|export| (export.attempts, export.looked));
    let unreadable = sending.basis.unreadable;
    format!(
        "sending {} {states:?} {failed} {asked_for} {identification:?} {unreadable} {:?}",
        sending.plan, sending.stopped_by
    )
}

impl Session<'_> {
    /// Ends a run whose callers keep dying at the same place. What the service has taken is settled first; where it is
    /// the settlement itself that cannot be done, the run waits for a person, so that nothing is lost. `None`: go on.
    pub(crate) async fn stop_when_crashing(&mut self) -> Result<Option<Advance>, AdvanceError> {
        let attempts = self.run.content.crashes.as_ref().map_or(0, |crashes| crashes.count);
        if attempts < self.engine.settings.step_attempts {
            return Ok(None);
        }
        let observed = Observed { now: self.now(), slot_held: false };
        let step = decide(&self.run.content, observed, &self.engine.settings).name().to_owned();
        tracing::error!(run = %self.run.content.key.run, step, attempts, "callers keep dying in a step");
        match &mut self.run.content.phase {
            Phase::Ended(_) => Ok(None),
            Phase::Queued | Phase::Looking(_) | Phase::Planning(_) => {
                self.finish(End::StepKeepsFailing { step }).await?;
                Ok(None)
            }
            Phase::Sending(sending) if sending.stopped_by.is_none() => {
                sending.stopped_by = Some(step);
                self.save().await?;
                Ok(None)
            }
            Phase::Sending(_) | Phase::Finishing(_) => {
                let problem = format!(
                    "The step {step:?} was begun {attempts} times and never came to its end. Give the function that \
                     runs exports more memory or a longer time-out, then let the run go on; nothing is lost."
                );
                self.park(ParkReason::NeedsPerson { problem }).await.map(Some)
            }
        }
    }
}
