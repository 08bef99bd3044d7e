//! Translates an invocation into one advance, and what comes of it into an answer.

use deployment::Failure;
use engine::{Caller, Engine, EngineParts, RunKey};
use jiff::{SignedDuration, Timestamp};
use notifications::Notifications;
use serde_json::Value;
use telemetry::{Metrics, Unit};

use crate::answer::{Answer, State, Task};
use crate::end_metrics::FUNCTION;

/// So long before Lambda's time-out no step begins any more: an import may take a minute, and its answer must still be
/// written down.
const MARGIN: SignedDuration = SignedDuration::from_secs(90);

/// Of a short time, this part is the margin.
const SHARE_OF_SHORT_TIME: i32 = 4;

/// So long after Lambda's time-out the lease ends: the process is certainly dead or frozen by then.
const LEASE_BEYOND_TIMEOUT: SignedDuration = SignedDuration::from_secs(5);

/// Answers invocations. Lambda gives a process one at a time.
#[derive(Debug)]
pub(crate) struct Handler {
    parts: EngineParts,
    notifications: Notifications,
}

/// The input names no run.
#[derive(Debug, thiserror::Error)]
#[error(
    "the input must be an object with the text fields \"export\" and \"run\"; start the execution with those"
)]
struct InvalidInput(#[source] serde_json::Error);

impl Handler {
    /// A handler that advances runs with these parts, and has people told.
    pub(crate) const fn new(parts: EngineParts, notifications: Notifications) -> Self {
        Self { parts, notifications }
    }

    /// Makes one advance. `timeout_at` is Lambda's time-out in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Failure`].
    pub(crate) async fn advance(&self, payload: Value, timeout_at: u64) -> Result<Answer, Failure> {
        let task: Task =
            serde_json::from_value(payload).map_err(|error| Failure::permanent(&InvalidInput(error)))?;
        let key = RunKey { export: task.export.clone(), run: task.run.clone() };
        tracing::info!(export = %key.export, run = %key.run, generation = task.generation, "advancing");
        let now = self.parts.clock.now();
        let Times { deadline, lease_margin } = Times::new(now, timeout_at);
        // The lease must end with this invocation's time, so that each has an engine of its own; it holds no state.
        let mut parts = self.parts.clone();
        parts.settings.lease_margin = lease_margin;
        let advanced = Engine::new(parts).advance(&key, deadline, Caller::Shared).await;
        match advanced {
            Ok(advance) => {
                // Dies this process before people are told, maintenance tells them.
                self.notifications.advanced(&key, &advance).await;
                let now = self.parts.clock.now();
                let answer = Answer::new(task, advance, now);
                record(&answer, now);
                Ok(answer)
            }
            Err(error) => Err(Failure::of(&error)),
        }
    }
}

/// What an invocation's time leaves for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    /// No step begins afterwards.
    deadline: Timestamp,
    /// From there to the end of the lease.
    lease_margin: SignedDuration,
}

impl Times {
    /// `timeout_at` is Lambda's time-out in milliseconds since 1970.
    fn new(now: Timestamp, timeout_at: u64) -> Self {
        let timeout_at = i64::try_from(timeout_at).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
        let left = timeout_at.map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        let left = left.max(SignedDuration::ZERO);
        let margin = MARGIN.min(left / SHARE_OF_SHORT_TIME);
        let deadline = now.checked_add(left - margin).unwrap_or(now);
        Self { deadline, lease_margin: margin + LEASE_BEYOND_TIMEOUT }
    }
}

fn record(answer: &Answer, now: Timestamp) {
    tracing::info!(
        state = ?answer.state,
        seconds = answer.seconds,
        status = answer.status.map(|status| status.to_string()),
        reason = answer.reason,
        "advanced"
    );
    if answer.state == State::Parked
        && let Some(reason) = answer.reason
        && let Err(error) =
            Metrics::of(FUNCTION).by("Reason", reason).with("RunsParked", Unit::Count, 1).write(now)
    {
        tracing::warn!(%error, "the metric of a parked run could not be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-22T08:00:00Z";

    fn times(seconds: i64) -> (i64, i64) {
        let now: Timestamp = NOW.parse().unwrap();
        let timeout_at = u64::try_from(now.as_millisecond() + seconds * 1000).unwrap();
        let Times { deadline, lease_margin } = Times::new(now, timeout_at);
        (deadline.duration_since(now).as_secs(), lease_margin.as_secs())
    }

    #[test]
    fn work_stops_before_the_time_out_and_the_lease_ends_just_after_it() {
        assert_eq!(times(900), (810, 95));
        assert_eq!(times(40), (30, 15));
    }

    #[test]
    fn a_time_out_that_is_over_leaves_no_time() {
        assert_eq!(times(-10), (0, 5));
    }
}
