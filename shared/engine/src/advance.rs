//! Advancing a run: the lease, the loop of decide and perform, and what becomes of errors.

use domain::{Classified, FailureClass};
use jiff::{SignedDuration, Timestamp};
use store::DocumentError;

use crate::chunk::{ChunkFailure, ChunkState};
use crate::decide::{Observed, Step, decide};
use crate::end::{End, ParkReason, Status};
use crate::engine::Engine;
use crate::error::{AdvanceError, StepError};
use crate::phase::Phase;
use crate::run::{Cancellation, Lease, RunKey, Waiting};
use crate::session::Session;
use domain::in_one_line;

/// What an advance came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// The run has ended.
    Done {
        /// How.
        status: Status,
        /// The run that follows, if one does; advance it.
        next: Option<RunKey>,
    },
    /// Advance again then, at most five minutes from now.
    Wait {
        /// Then.
        until: Timestamp,
    },
    /// A person is needed first.
    Parked {
        /// For what.
        reason: ParkReason,
    },
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// One of several: another's lease must be waited for.
    Shared,
    /// The only process that can work on this state, guarded by a lock: the lease of a dead one is taken over.
    SoleOwner,
}

/// The service keeps the record of an activity for ten days (documented).
const ACTIVITIES_KEPT: SignedDuration = SignedDuration::from_hours(240);

/// The longest pause after failures in a row.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(300);

impl Engine {
    /// Works on a run until it has ended, must wait, or `deadline` comes. Safe to call at any time, by several
    /// callers at once, and again after a crash.
    ///
    /// # Errors
    /// [`AdvanceError`]; the run is as it was last saved.
    pub async fn advance(
        &self,
        key: &RunKey,
        deadline: Timestamp,
        caller: Caller,
    ) -> Result<Advance, AdvanceError> {
        let Some(mut run) = self.load_run(key).await? else {
            return Err(AdvanceError::UnknownRun(key.run.to_string()));
        };
        if run.content.ended().is_some() {
            // Nothing of the run changes any more, and cleaning up can be done twice: no lease is needed, or waited for.
            return Session::new(self, run, deadline).clean_up().await.map_err(AdvanceError::from);
        }
        let now = self.clock.now();
        if let Some(lease) = &run.content.lease
            && lease.until > now
            && (caller == Caller::Shared || lease.holder.starts_with(&self.instance))
        {
            return Ok(self.wait(lease.until));
        }
        let content = &mut run.content;
        // Whoever held it did not give it back, nor what was held with it.
        let taken_over = content.lease.is_some();
        if taken_over && caller == Caller::Shared {
            // A sole owner is started by a person, who sees it die.
            content.note_crash();
        }
        content.fence += 1;
        let until = deadline.checked_add(self.settings.lease_margin).unwrap_or(deadline);
        content.lease = Some(Lease { holder: format!("{}-{}", self.instance, self.random.uuid()), until });
        content.due_at = Some(until);
        content.started_at.get_or_insert(now);
        (content.parked, content.parked_at) = (None, None);
        let step = decide(content, Observed { now, slot_held: false }, &self.settings);
        content.waiting = content.waiting.filter(|waiting| step.asks_for_end_of(*waiting));
        let content = run.content.clone();
        let run = match self.documents.replace(&run, content).await {
            Ok(run) => run,
            Err(DocumentError::Conflict { .. }) => {
                return Ok(self.wait(now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now)));
            }
            Err(error) => return Err(error.into()),
        };
        let mut session = Session::new(self, run, deadline);
        if taken_over {
            session.slot_held = true;
            session.release_slot().await?;
            session.hasten_certainty();
            if let Some(answer) = session.stop_when_crashing().await? {
                return Ok(answer);
            }
        }
        let answer = session.work().await;
        if answer.is_err() {
            session.leave().await;
        }
        session.record_calls().await;
        answer
    }

    fn wait(&self, until: Timestamp) -> Advance {
        let longest = self.clock.now().checked_add(self.settings.longest_wait).unwrap_or(until);
        Advance::Wait { until: until.min(longest) }
    }
}

impl Session<'_> {
    async fn work(&mut self) -> Result<Advance, AdvanceError> {
        let mut steps = 0_u32;
        loop {
            let now = self.engine.clock.now();
            if steps > 0 && now >= self.deadline {
                return self.suspend(now, None).await;
            }
            let observed = Observed { now, slot_held: self.slot_held };
            let step = decide(&self.run.content, observed, &self.engine.settings);
            if let Step::Wait { until, reason } = step {
                return self.suspend(until, Some(reason)).await;
            }
            if step == Step::CleanUp {
                return self.clean_up().await.map_err(AdvanceError::from);
            }
            // The sending slot is given back with the lease: taking it is no progress by itself.
            steps += u32::from(step != Step::AcquireSlot);
            self.step_began = now;
            // Whoever is at work does not wait; a step that finds that it must says for what.
            self.run.content.waiting = None;
            match self.perform(step.clone()).await {
                Ok(()) => {
                    if self.run.content.failures > 0 {
                        self.run.content.failures = 0;
                    }
                    if let Some((until, reason)) = self.asked_to_wait.take() {
                        return self.suspend(until, reason).await;
                    }
                }
                Err(error) => {
                    if let Some(answer) = self.handle(&step, error).await? {
                        return Ok(answer);
                    }
                }
            }
        }
    }

    /// What an error means for the run. `None`: go on.
    async fn handle(&mut self, step: &Step, error: StepError) -> Result<Option<Advance>, AdvanceError> {
        let now = self.engine.clock.now();
        tracing::warn!(run = %self.run.content.key.run, step = step.name(), error = %in_one_line(&error), "a step did not succeed");
        match error {
            // Somebody else has the lease: nothing can be saved.
            StepError::Document(DocumentError::Conflict { key, .. }) if key == self.run.key => {
                let until = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
                return Ok(Some(self.engine.wait(until)));
            }
            StepError::Document(error) if error.class() != FailureClass::Retry => return Err(error.into()),
            StepError::Store(error) if error.class() == FailureClass::NeedsPerson => return Err(error.into()),
            StepError::Spool(error) => return Err(AdvanceError::Spool(error)),
            StepError::Segments(error) if error.class() != FailureClass::Retry && self.can_end_at_once() => {
                self.finish(End::SegmentsUnreadable { problem: in_one_line(&error) }).await?;
                return Ok(None);
            }
            error if error.is_connection_removed() => {
                self.stop_without_connection(now).await?;
                return Ok(None);
            }
            // Nobody may come to authorise the connection again, and what the service no longer remembers cannot be
            // asked for: a run that is to stop must be able to.
            error
                if self.may_give_up(step, now)
                    && error.class() != FailureClass::Retry
                    && !error.is_throttled() =>
            {
                self.give_up_open_chunks().await?;
                return Ok(None);
            }
            error if error.needs_reauthentication() => {
                return self.park(ParkReason::NeedsReauthentication).await.map(Some);
            }
            error => match error.class() {
                FailureClass::ThrottledUntil(until) => {
                    let soon = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
                    return self.suspend(until.max(soon), Some(Waiting::Quota)).await.map(Some);
                }
                FailureClass::NeedsPerson => {
                    let problem = in_one_line(&error);
                    return self.park(ParkReason::NeedsPerson { problem }).await.map(Some);
                }
                FailureClass::Permanent | FailureClass::RejectedRows if self.can_end_at_once() => {
                    self.finish(End::PermanentError { problem: in_one_line(&error) }).await?;
                    return Ok(None);
                }
                // What the service has taken must be settled first, so that a permanent error is met with patience
                // here; a person can cancel.
                FailureClass::Permanent | FailureClass::RejectedRows | FailureClass::Retry => {}
            },
        }
        self.run.content.failures += 1;
        let seconds = 1_i64 << self.run.content.failures.min(9);
        let pause = SignedDuration::from_secs(seconds).min(LONGEST_PAUSE);
        let until = now.checked_add(pause).unwrap_or(now);
        self.suspend(until, Some(Waiting::Retry)).await.map(Some)
    }

    /// An administrator has removed the connection: not even what the service has taken can be asked for any more.
    async fn stop_without_connection(&mut self, now: Timestamp) -> Result<(), AdvanceError> {
        if !matches!(self.run.content.phase, Phase::Sending(_)) {
            return Ok(self.finish(End::NoConnection).await?);
        }
        let removal = || Cancellation { at: now, by: "The removal of the connection".to_owned() };
        self.run.content.cancel.get_or_insert_with(removal);
        self.give_up_open_chunks().await
    }

    /// Whether what the service has taken and not settled may be given up: the run is to stop, or the service has
    /// forgotten it.
    fn may_give_up(&self, step: &Step, now: Timestamp) -> bool {
        let asks = matches!(step, Step::Poll | Step::Identify | Step::Resolve(_));
        let Some(sending) = self.run.content.sending().filter(|_| asks) else { return false };
        let forgotten = sending.last_sent_at.is_some_and(|at| now.duration_since(at) > ACTIVITIES_KEPT);
        self.run.content.cancel.is_some() || forgotten
    }

    /// What became of these chunks can no longer be found out.
    async fn give_up_open_chunks(&mut self) -> Result<(), AdvanceError> {
        if let Phase::Sending(sending) = &mut self.run.content.phase {
            sending.identification = None;
            for chunk in &mut sending.chunks {
                match &mut chunk.state {
                    ChunkState::Intended { .. } | ChunkState::Sent { .. } => {
                        chunk.possibly_repeated = true;
                        chunk.state = ChunkState::Failed { cause: ChunkFailure::Unknown };
                    }
                    ChunkState::Completed { identified, .. } => *identified = true,
                    ChunkState::Waiting | ChunkState::Emptied | ChunkState::Failed { .. } => {}
                }
            }
        }
        self.save_or_leave().await?;
        Ok(())
    }

    /// Nothing is at the service whose fate is open.
    fn can_end_at_once(&self) -> bool {
        let open = |state: &ChunkState| !matches!(state, ChunkState::Waiting);
        match &self.run.content.phase {
            Phase::Queued | Phase::Looking(_) | Phase::Planning(_) => true,
            Phase::Sending(sending) => sending.count(open) == 0,
            Phase::Finishing(_) | Phase::Ended(_) => false,
        }
    }

    /// Gives the lease back until `until`.
    async fn suspend(&mut self, until: Timestamp, reason: Option<Waiting>) -> Result<Advance, AdvanceError> {
        self.release_slot().await?;
        let run = &mut self.run.content;
        run.lease = None;
        run.due_at = Some(until);
        run.waiting = reason;
        self.save_or_leave().await?;
        Ok(self.engine.wait(until))
    }

    /// Gives the lease back after an error that ends the advance: whoever comes next need not wait for its end, and does
    /// not take this caller for dead. What cannot be saved now ends by itself.
    async fn leave(&mut self) {
        let released = self.release_slot().await;
        self.run.content.lease = None;
        if let Err(error) = released.and(self.save_or_leave().await) {
            tracing::warn!(run = %self.run.content.key.run, error = %in_one_line(&error), "the lease was not given back");
        }
    }

    /// Gives the lease back until a person has done something.
    pub(crate) async fn park(&mut self, reason: ParkReason) -> Result<Advance, AdvanceError> {
        self.release_slot().await?;
        // Whatever a person does while the step goes on may come too late for it, and counts.
        let since = self.step_began;
        let run = &mut self.run.content;
        run.lease = None;
        run.due_at = None;
        (run.parked, run.parked_at) = (Some(reason.clone()), Some(since));
        self.save_or_leave().await?;
        Ok(Advance::Parked { reason })
    }
}
