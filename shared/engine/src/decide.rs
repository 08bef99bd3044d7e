//! What to do next: decided from the run, the time and what was observed, and from nothing else.

use jiff::{SignedDuration, Timestamp};

use crate::chunk::ChunkState;
use crate::end::End;
use crate::phase::{Phase, Sending};
use crate::run::{Run, Waiting};
use crate::settings::EngineSettings;

/// What is not in the run's own state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    /// Now.
    pub(crate) now: Timestamp,
    /// Whether this advance holds the account's sending slot.
    pub(crate) slot_held: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    AcquireList,
    CheckDestination,
    LookAtOptOuts,
    Pin,
    Plan,
    RefreshOptOuts,
    AcquireSlot,
    Send(u32),
    Resolve(u32),
    SchedulePoll,
    Poll,
    Identify,
    ClosePart,
    Finish(End),
    Settle,
    Conclude,
    CleanUp,
    Wait { until: Timestamp, reason: Waiting },
}

impl Step {
    /// Whether it asks, before it does anything else, if what the run waits for has come: until it knows, the run is
    /// still waiting.
    pub(crate) const fn asks_for_end_of(&self, waiting: Waiting) -> bool {
        match self {
            Self::Wait { .. } => true,
            Self::AcquireList => matches!(waiting, Waiting::List),
            Self::Pin => matches!(waiting, Waiting::Snapshot),
            Self::AcquireSlot => matches!(waiting, Waiting::Account),
            Self::Resolve(_) => matches!(waiting, Waiting::LostAnswer),
            Self::Poll | Self::Identify => matches!(waiting, Waiting::Activities),
            _ => false,
        }
    }
}

/// Decides.
pub(crate) fn decide(run: &Run, observed: Observed, settings: &EngineSettings) -> Step {
    let canceled = || run.cancel.as_ref().map(|cancel| Step::Finish(End::Canceled { by: cancel.by.clone() }));
    match &run.phase {
        Phase::Queued => canceled().unwrap_or(Step::AcquireList),
        Phase::Looking(looking) => canceled().unwrap_or_else(|| {
            if !looking.checked {
                Step::CheckDestination
            } else if looking.opt_outs_at.is_none_or(|at| is_over(at, settings.opt_outs_fresh, observed.now))
            {
                Step::LookAtOptOuts
            } else {
                Step::Pin
            }
        }),
        Phase::Planning(planning) => canceled().unwrap_or_else(|| {
            let outdated = is_over(planning.opt_outs_at, settings.opt_outs_fresh, observed.now);
            if outdated { Step::LookAtOptOuts } else { Step::Plan }
        }),
        Phase::Sending(sending) => decide_sending(run, sending, observed, settings),
        Phase::Finishing(finishing) if finishing.counts.is_none() => Step::Settle,
        Phase::Finishing(_) => Step::Conclude,
        Phase::Ended(_) => Step::CleanUp,
    }
}

fn is_over(since: Timestamp, patience: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since) > patience
}

/// Whether the opt-outs were looked at recently enough to send on, whether or not anything was sent since.
pub(crate) fn has_fresh_opt_outs(sending: &Sending, settings: &EngineSettings, now: Timestamp) -> bool {
    !is_over(sending.opt_outs_at, settings.opt_outs_fresh, now)
}

fn decide_sending(run: &Run, sending: &Sending, observed: Observed, settings: &EngineSettings) -> Step {
    let now = observed.now;
    // At most one import whose fate is unknown: nothing else is sent before it is cleared up.
    for chunk in &sending.chunks {
        if let ChunkState::Intended { at, certain_at } = chunk.state {
            let latest = || at.checked_add(settings.send_window.saturating_add(settings.intent_patience));
            let certain_at = certain_at.or_else(|| latest().ok()).unwrap_or(at);
            return if now < certain_at {
                Step::Wait { until: certain_at, reason: Waiting::LostAnswer }
            } else {
                Step::Resolve(chunk.number)
            };
        }
    }
    let waiting = sending.chunks.iter().find(|chunk| chunk.state == ChunkState::Waiting);
    let sent = sending.chunks.iter().any(|chunk| matches!(chunk.state, ChunkState::Sent { .. }));
    let stopped = run.cancel.is_some() || sending.stopped_by.is_some();
    if let Some(waiting) = waiting.filter(|_| !stopped) {
        let outdated = is_over(sending.planned_at, settings.plan_fresh, now);
        if !outdated {
            // A chunk that comes back may be older than what is known by now.
            let checked_at = waiting.checked_at.unwrap_or(sending.planned_at);
            if !has_fresh_opt_outs(sending, settings, now) || sending.opt_outs_at > checked_at {
                return Step::RefreshOptOuts;
            }
            return if observed.slot_held { Step::Send(waiting.number) } else { Step::AcquireSlot };
        }
        if !sent {
            return if sending.chunks.iter().any(|chunk| !is_identified(&chunk.state)) {
                identify(sending, now)
            } else {
                Step::ClosePart
            };
        }
    }
    if sent {
        return match sending.next_poll {
            None => Step::SchedulePoll,
            Some(next) if next.at <= now => Step::Poll,
            Some(next) => Step::Wait { until: next.at, reason: Waiting::Activities },
        };
    }
    // The settlement counts rows that nobody has looked for as unconfirmed.
    if sending.stopped_by.is_none() && sending.chunks.iter().any(|chunk| !is_identified(&chunk.state)) {
        return identify(sending, now);
    }
    Step::Finish(end(run, sending))
}

fn identify(sending: &Sending, now: Timestamp) -> Step {
    match &sending.identification {
        Some(identification) if identification.next_poll.at > now => {
            Step::Wait { until: identification.next_poll.at, reason: Waiting::Activities }
        }
        _ => Step::Identify,
    }
}

const fn is_identified(state: &ChunkState) -> bool {
    !matches!(state, ChunkState::Completed { identified: false, .. })
}

fn end(run: &Run, sending: &Sending) -> End {
    if let Some(cancel) = &run.cancel {
        return End::Canceled { by: cancel.by.clone() };
    }
    if let Some(step) = &sending.stopped_by {
        return End::StepKeepsFailing { step: step.clone() };
    }
    let unsent: u64 = sending
        .chunks
        .iter()
        .filter(|chunk| matches!(chunk.state, ChunkState::Failed { .. } | ChunkState::Waiting))
        .map(|chunk| u64::from(chunk.rows))
        .sum();
    if sending.list_missing {
        End::ListMissing
    } else if unsent > 0 {
        End::RowsUnsent { rows: unsent, cause: None }
    } else if sending.chunks.is_empty() && sending.earlier.is_none() {
        End::NothingToSend
    } else {
        End::Completed
    }
}
