//! Backing off after the service throttled somebody: one step for one burst, and back to none with any success.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::record::later;

/// Short, since the limit is per second (documented).
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// Jitter lengthens a pause by up to this part of it: a shorter one than the limit's second would be in vain.
const JITTER: f64 = 0.25;

/// After this long without a request, how many were throttled before says nothing any more.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// A request was throttled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throttled {
    pub(crate) sent_at: Timestamp,
    /// What the service asked for.
    pub(crate) asked: Timestamp,
    /// When its answer is taken note of.
    pub(crate) now: Timestamp,
    /// In `0.0..1.0`, for jitter.
    pub(crate) fraction: f64,
}

/// Nobody sends anything before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    /// A success counts if it was sent after this.
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    /// Pauses in a row with no success between them; none once there was one.
    steps: u32,
}

impl Pause {
    /// The pause that follows `earlier`.
    pub(crate) fn after(earlier: Option<Self>, throttled: Throttled) -> Self {
        let Throttled { sent_at, asked, now, fraction } = throttled;
        // Whoever sent before the end of the pause did not know of it: the same burst makes one step.
        if let Some(same) = earlier.filter(|earlier| sent_at < earlier.until) {
            return Self { until: same.until.max(asked), ..same };
        }
        let steps = earlier.map_or(0, |earlier| earlier.steps).saturating_add(1);
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(steps - 1)).min(LONGEST);
        let until = later(now, doubled.mul_f64(1.0 + JITTER * fraction)).max(asked);
        Self { since: now, until, steps }
    }

    /// Since when a success is missing, if it is.
    pub(crate) fn in_doubt_since(&self) -> Option<Timestamp> {
        (self.steps > 0).then_some(self.since)
    }

    /// The pause once a request sent at `sent_at` was answered; none when that proves nothing new.
    pub(crate) fn answered(self, sent_at: Timestamp) -> Option<Self> {
        self.in_doubt_since().filter(|since| sent_at >= *since).map(|_| Self { steps: 0, ..self })
    }

    /// Whether it still matters.
    pub(crate) fn matters(&self, now: Timestamp) -> bool {
        later(self.until, FORGOTTEN) > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    fn throttled(sent_at: Timestamp, now: Timestamp) -> Throttled {
        Throttled { sent_at, asked: later(now, FIRST), now, fraction: 0.0 }
    }

    fn length(pause: Pause) -> i128 {
        pause.until.duration_since(pause.since).as_millis()
    }

    #[test]
    fn pauses_double_only_while_nothing_else_is_answered() {
        let (mut now, mut pause, mut lengths) = (at(0), None, Vec::new());
        for _ in 0..8 {
            let next = Pause::after(pause, throttled(now, now));
            lengths.push(length(next));
            (pause, now) = (Some(next), next.until);
        }
        assert_eq!(lengths, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);

        let reset = pause.unwrap().answered(now).unwrap();
        assert_eq!(length(Pause::after(Some(reset), throttled(now, now))), 1_000);
        assert_eq!(reset.answered(now), None, "once is enough");
    }

    #[test]
    fn a_burst_is_one_step() {
        let first = Pause::after(None, throttled(at(0), at(100)));
        // Sent before the first answer, and by somebody who had not heard of it; answered during the pause and later.
        for (sent, answered) in [(10, 105), (300, 400), (900, 5_000)] {
            let same = Pause::after(Some(first), throttled(at(sent), at(answered)));
            assert_eq!((same.since, same.steps), (first.since, 1));
            assert!(same.until >= at(answered + 1_000), "the service's own pause is kept");
        }
        let next = Pause::after(Some(first), throttled(first.until, later(first.until, FIRST)));
        assert_eq!(length(next), 2_000);
    }

    #[test]
    fn only_what_was_sent_since_the_pause_began_proves_anything() {
        let pause = Pause::after(None, throttled(at(0), at(100)));
        assert_eq!(pause.answered(at(99)), None);
        assert_eq!(pause.answered(at(100)).unwrap().in_doubt_since(), None);
    }

    #[test]
    fn jitter_lengthens_and_the_service_s_own_pause_counts() {
        let longest = Throttled { fraction: 1.0, ..throttled(at(0), at(0)) };
        assert_eq!(length(Pause::after(None, longest)), 1_250);
        let asked = Throttled { asked: at(7_000), ..throttled(at(0), at(0)) };
        assert_eq!(length(Pause::after(None, asked)), 7_000);
    }
}
