//! The loop that drives one run.

use domain::{Classified, FailureClass, in_one_line};
use engine::{Advance, AdvanceError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::in_process::Place;

/// The longest pause between two tries after failures in a row.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// What follows an advance.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Another one, then.
    Advance(Timestamp),
    /// None, until somebody asks.
    Nothing,
}

/// Drives a run until it has ended, needs a person, fails for good, or everything is shut down.
pub(crate) async fn drive(place: Place) {
    let mut stopping = place.shared.stopping.subscribe();
    let mut failures = 0;
    while let Some(next) = advance(&place, &stopping, &mut failures).await {
        match next {
            Next::Advance(at) => tokio::select! {
                () = place.shared.clock.sleep_until(at) => {}
                () = place.call.again.notified() => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            },
            Next::Nothing if place.leave() => return,
            Next::Nothing => {}
        }
    }
}

/// `None` when everything is shut down.
async fn advance(place: &Place, stopping: &watch::Receiver<bool>, failures: &mut u32) -> Option<Next> {
    let shared = &place.shared;
    let advanced = {
        let _turn = shared.turns.acquire().await.ok()?;
        if *stopping.borrow() {
            return None;
        }
        let now = shared.clock.now();
        let deadline = now.checked_add(shared.settings.slice).unwrap_or(now);
        shared.engine.advance(&place.run, deadline, shared.settings.caller).await
    };
    match advanced {
        Ok(advance) => {
            *failures = 0;
            shared.notifications.advanced(&place.run, &advance).await;
            Some(follow(place, advance))
        }
        Err(error) => {
            *failures = failures.saturating_add(1);
            Some(judge(place, &error, *failures, shared.clock.now()))
        }
    }
}

fn follow(place: &Place, advance: Advance) -> Next {
    match advance {
        Advance::Wait { until } => Next::Advance(until),
        Advance::Parked { reason } => {
            tracing::info!(export = %place.run.export, run = %place.run.run, %reason, "a run waits for a person");
            Next::Nothing
        }
        Advance::Done { status, next } => {
            tracing::info!(export = %place.run.export, run = %place.run.run, %status, "a run has ended");
            if let Some(next) = next {
                place.shared.drive(&next);
            }
            Next::Nothing
        }
    }
}

fn judge(place: &Place, error: &AdvanceError, failures: u32, now: Timestamp) -> Next {
    let (export, run) = (&place.run.export, &place.run.run);
    let message = in_one_line(error);
    match error.class() {
        FailureClass::Retry | FailureClass::ThrottledUntil(_) => {
            tracing::warn!(%export, %run, error = message, failures, "a run could not be advanced; it is tried again");
            Next::Advance(now.checked_add(pause(failures)).unwrap_or(now))
        }
        FailureClass::NeedsPerson | FailureClass::RejectedRows | FailureClass::Permanent => {
            tracing::error!(%export, %run, error = message, "a run could not be advanced; maintenance tries it again");
            Next::Nothing
        }
    }
}

/// One second, doubled with every failure in a row.
fn pause(failures: u32) -> SignedDuration {
    let seconds = 1_i64 << failures.saturating_sub(1).min(6);
    SignedDuration::from_secs(seconds).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let seconds = |failures| pause(failures).as_secs();
        assert_eq!([1, 2, 3, 7, 8, u32::MAX].map(seconds), [1, 2, 4, 60, 60, 60]);
    }
}
