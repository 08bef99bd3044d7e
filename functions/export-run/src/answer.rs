//! What the state machine gives and gets: small, stable JSON with ids and codes only.

use domain::identifier::{ExportId, RunId};
use engine::{Advance, ParkReason, RunKey, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which run to advance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Task {
    /// The export.
    pub(crate) export: ExportId,
    /// The run.
    pub(crate) run: RunId,
    /// The generation of the execution; comes back unchanged.
    #[serde(default = "first")]
    pub(crate) generation: u64,
}

const fn first() -> u64 {
    1
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Nothing; the run has ended.
    Done,
    /// Invoke again later.
    Wait,
    /// End the execution: a person is needed.
    Parked,
}

/// What came of an advance. Every field is always there, so that a path in the state machine always finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    export: ExportId,
    run: RunId,
    generation: u64,
    /// What to do next.
    pub(crate) state: State,
    /// How long to wait, with [`State::Wait`].
    pub(crate) seconds: Option<i64>,
    /// How the run ended, with [`State::Done`].
    pub(crate) status: Option<Status>,
    /// Why a person is needed, with [`State::Parked`].
    pub(crate) reason: Option<&'static str>,
    next: Option<RunKey>,
}

/// The longest wait of one turn, so that a cancellation is heard.
const LONGEST_WAIT_SECONDS: i64 = 300;

impl Answer {
    /// The answer to `task` at `now`.
    pub(crate) fn new(task: Task, advance: Advance, now: Timestamp) -> Self {
        let Task { export, run, generation } = task;
        let (seconds, status, reason, next) = (None, None, None, None);
        let answer = Self { export, run, generation, state: State::Done, seconds, status, reason, next };
        match advance {
            Advance::Done { status, next } => Self { status: Some(status), next, ..answer },
            Advance::Wait { until } => {
                Self { state: State::Wait, seconds: Some(seconds_until(until, now)), ..answer }
            }
            Advance::Parked { reason } => {
                Self { state: State::Parked, reason: Some(reason_code(&reason)), ..answer }
            }
        }
    }
}

/// Whole seconds, rounded up: who came too early would only have to come again.
fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    let wait = until.duration_since(now);
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    seconds.clamp(1, LONGEST_WAIT_SECONDS)
}

const fn reason_code(reason: &ParkReason) -> &'static str {
    match reason {
        ParkReason::NeedsReauthentication => "needs_reauthentication",
        ParkReason::NeedsPerson { .. } => "needs_person",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-22T08:00:00Z";

    fn answer(advance: Advance) -> Value {
        let task = serde_json::from_value(json!({ "export": "export-1", "run": "run-1", "generation": 4 }));
        serde_json::to_value(Answer::new(task.unwrap(), advance, NOW.parse().unwrap())).unwrap()
    }

    fn expected(fields: Value) -> Value {
        let mut expected = json!({
            "export": "export-1", "run": "run-1", "generation": 4,
            "seconds": null, "status": null, "reason": null, "next": null,
        });
        for (name, value) in fields.as_object().unwrap() {
            expected[name] = value.clone();
        }
        expected
    }

    #[test]
    fn the_end_names_status_and_the_run_that_follows() {
        let done = answer(Advance::Done { status: Status::Skipped, next: None });
        assert_eq!(done, expected(json!({ "state": "done", "status": "Skipped" })));
        let next = RunKey { export: ExportId::new("export-1").unwrap(), run: RunId::new("run-2").unwrap() };
        let done = answer(Advance::Done { status: Status::Successful, next: Some(next) });
        let next = json!({ "export": "export-1", "run": "run-2" });
        assert_eq!(done, expected(json!({ "state": "done", "status": "Successful", "next": next })));
    }

    #[test]
    fn a_wait_is_one_to_three_hundred_whole_seconds() {
        for (until, seconds) in [
            ("2026-11-22T07:00:00Z", 1),
            ("2026-11-22T08:00:00.2Z", 1),
            ("2026-11-22T08:00:02Z", 2),
            ("2026-11-22T08:00:02.001Z", 3),
            ("2026-11-22T09:00:00Z", 300),
        ] {
            let wait = answer(Advance::Wait { until: until.parse().unwrap() });
            assert_eq!(wait, expected(json!({ "state": "wait", "seconds": seconds })), "{until}");
        }
    }

    #[test]
    fn a_parked_run_gives_a_code_and_keeps_the_words_to_itself() {
        let parked = answer(Advance::Parked { reason: ParkReason::NeedsReauthentication });
        assert_eq!(parked, expected(json!({ "state": "parked", "reason": "needs_reauthentication" })));
        let problem = "enter the current secret".to_owned();
        let parked = answer(Advance::Parked { reason: ParkReason::NeedsPerson { problem } });
        assert_eq!(parked, expected(json!({ "state": "parked", "reason": "needs_person" })));
    }

    #[test]
    fn an_answer_can_be_the_next_input() {
        let wait = answer(Advance::Wait { until: NOW.parse().unwrap() });
        let task: Task = serde_json::from_value(wait).unwrap();
        assert_eq!((task.run.as_str(), task.generation), ("run-1", 4));
        let task: Task = serde_json::from_value(json!({ "export": "export-1", "run": "run-1" })).unwrap();
        assert_eq!(task.generation, 1, "left out by who does not count");
    }
}
