//! Which execution of a run was started last, and whether another one is needed.

use engine::{Run, RunKey};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Document;

/// A run that is overdue by this long is worked on by nobody; so long a new execution may take to begin.
const OVERDUE: SignedDuration = SignedDuration::from_mins(2);

/// The latest execution of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Execution {
    /// Counts the executions; part of the name.
    pub(crate) generation: u64,
    /// When it was asked for.
    pub(crate) requested_at: Timestamp,
    /// Step Functions has confirmed it.
    pub(crate) started: bool,
    /// The run had been cancelled by then.
    #[serde(default)]
    pub(crate) cancelled: bool,
}

impl Document for Execution {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "execution";
}

/// Where the latest execution of a run is written down: with what belongs to the export and is deleted with it.
pub(crate) fn execution_key(key: &RunKey) -> String {
    format!("exports/{}/executions/{}.json", key.export, key.run)
}

/// The name of an execution.
pub(crate) fn name(key: &RunKey, generation: u64) -> String {
    format!("{}-{generation}", key.run)
}

/// What is to be done so that a run is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing: it is.
    Nothing,
    /// This generation was announced and never confirmed: start it, or learn that it was.
    Again(u64),
    /// A new execution, of this generation.
    New(u64),
}

/// Decides by what was started last and by the run itself; `closed` is a generation whose execution is known to have
/// closed.
pub(crate) fn wanted(last: Option<&Execution>, run: &Run, closed: Option<u64>, now: Timestamp) -> Wanted {
    let unwritten = followed(run);
    let Some(last) = last.or(unwritten.as_ref()) else { return Wanted::New(1) };
    let has_closed = closed == Some(last.generation);
    if !last.started && !has_closed {
        return Wanted::Again(last.generation);
    }
    let over = |since: Timestamp| now.duration_since(since) > OVERDUE;
    let needed = if let Some(ended) = run.ended() {
        // Whoever ended it cleans up after it; when that one died, somebody else must.
        over(ended.at) && over(last.requested_at)
    } else if has_closed {
        true
    } else if run.cancel.is_some() && !last.cancelled {
        // The execution under way may be in the middle of a long wait.
        true
    } else if run.parked.is_some() {
        // Its execution has ended, or is about to.
        true
    } else {
        run.due_at.is_none_or(over) && over(last.requested_at)
    };
    if needed { Wanted::New(last.generation.saturating_add(1)) } else { Wanted::Nothing }
}

/// The first execution of a run that was advanced already and has no document: the state machine has started it after the
/// run before, and writes nothing down.
fn followed(run: &Run) -> Option<Execution> {
    let first = Execution { generation: 1, requested_at: run.created_at, started: true, cancelled: false };
    (run.fence > 0).then_some(first)
}

#[cfg(test)]
mod tests {
    use domain::identifier::{ExportId, RunId};
    use engine::{Cancellation, End, Ended, ParkReason, Phase, StartRequest, Trigger};
    use planner::RunKind;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(minutes * 60).unwrap()
    }

    fn run() -> Run {
        let key = RunKey { export: ExportId::new("export-1").unwrap(), run: RunId::new("run-1").unwrap() };
        let request = StartRequest {
            trigger: Trigger::Upload,
            requested_by: "Ann".to_owned(),
            kind: RunKind::Changes,
            approved: None,
        };
        Run::new(key, request, at(0))
    }

    fn started(generation: u64, minutes: i64) -> Execution {
        Execution { generation, requested_at: at(minutes), started: true, cancelled: false }
    }

    #[test]
    fn a_run_without_an_execution_gets_its_first() {
        assert_eq!(wanted(None, &run(), None, at(0)), Wanted::New(1));
    }

    #[test]
    fn what_the_state_machine_has_started_itself_counts_as_the_first() {
        let mut run = Run { fence: 1, due_at: Some(at(5)), ..run() };
        assert_eq!(wanted(None, &run, None, at(1)), Wanted::Nothing);
        run.cancel = Some(Cancellation { at: at(1), by: "Ann".to_owned() });
        assert_eq!(wanted(None, &run, None, at(1)), Wanted::New(2));
        run = Run { cancel: None, due_at: None, parked: Some(ParkReason::NeedsReauthentication), ..run };
        assert_eq!(wanted(None, &run, None, at(1)), Wanted::New(2));
    }

    #[test]
    fn an_execution_that_has_closed_is_followed_by_the_next_unless_the_run_has_ended() {
        let announced = Execution { started: false, ..started(3, 0) };
        for last in [announced, started(3, 0)] {
            assert_eq!(wanted(Some(&last), &run(), Some(3), at(0)), Wanted::New(4));
            let ended = Phase::Ended(Box::new(Ended::new(at(10), End::Completed)));
            assert_eq!(wanted(Some(&last), &Run { phase: ended, ..run() }, Some(3), at(11)), Wanted::Nothing);
        }
        // Somebody else has announced the next one meanwhile.
        assert_eq!(wanted(Some(&started(4, 0)), &run(), Some(3), at(0)), Wanted::Nothing);
    }

    #[test]
    fn what_was_never_confirmed_is_started_under_the_same_name() {
        let announced = Execution { started: false, ..started(3, 0) };
        assert_eq!(wanted(Some(&announced), &run(), None, at(0)), Wanted::Again(3));
        assert_eq!(wanted(Some(&announced), &run(), None, at(60)), Wanted::Again(3));
    }

    #[test]
    fn a_driven_run_needs_nothing_until_it_is_overdue() {
        let mut run = run();
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(1)), Wanted::Nothing);
        run.due_at = Some(at(30));
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(31)), Wanted::Nothing);
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(33)), Wanted::New(2));
        // What was started a moment ago has not had the time to take the lease.
        assert_eq!(wanted(Some(&started(2, 32)), &run, None, at(33)), Wanted::Nothing);
    }

    #[test]
    fn a_parked_run_needs_a_new_execution_whenever_somebody_asks() {
        let mut run = run();
        run.parked = Some(ParkReason::NeedsReauthentication);
        run.due_at = None;
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(0)), Wanted::New(2));
    }

    #[test]
    fn a_cancellation_is_heard_at_once_and_makes_one_execution() {
        let mut run = run();
        run.due_at = Some(at(5));
        run.cancel = Some(Cancellation { at: at(1), by: "Ann".to_owned() });
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(1)), Wanted::New(2));
        let for_it = Execution { cancelled: true, ..started(2, 1) };
        assert_eq!(wanted(Some(&for_it), &run, None, at(1)), Wanted::Nothing);
        assert_eq!(wanted(Some(&for_it), &run, None, at(3)), Wanted::Nothing);
    }

    #[test]
    fn an_ended_run_is_cleaned_up_after_by_somebody_else_only_if_need_be() {
        let mut run = run();
        run.phase = Phase::Ended(Box::new(Ended::new(at(10), End::Completed)));
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(11)), Wanted::Nothing);
        assert_eq!(wanted(Some(&started(1, 0)), &run, None, at(13)), Wanted::New(2));
        assert_eq!(wanted(Some(&started(2, 13)), &run, None, at(14)), Wanted::Nothing);
    }

    #[test]
    fn a_name_is_one_that_step_functions_takes() {
        let id = "0192f0c1-7d3e-7cc3-98c4-dc0c0c07398f";
        let key = RunKey { export: ExportId::new("export-1").unwrap(), run: RunId::new(id).unwrap() };
        assert_eq!(name(&key, 12), format!("{id}-12"));
        assert!(name(&key, u64::MAX).len() <= 80, "the longest name of an execution");
    }
}
