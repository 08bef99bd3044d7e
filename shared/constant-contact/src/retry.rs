//! Whether, and after which pause, a failed attempt is repeated.

use std::time::Duration;

use domain::Random;
use jiff::Timestamp;

use crate::error::ServiceError;
use crate::settings::RetrySettings;

/// Whether the same request may be sent once more without doing anything twice.
///
/// A read always may. A change only when it has certainly not been taken. What asks for hours of patience is
/// returned instead: waiting is the caller's decision.
pub(crate) const fn may_repeat(error: &ServiceError, changes: bool) -> bool {
    match error {
        ServiceError::NotSent(_) | ServiceError::Throttled { .. } => true,
        ServiceError::Unavailable(_) => !changes,
        _ => false,
    }
}

/// How long the service itself asks to be left alone.
pub(crate) fn asked_pause(error: &ServiceError, now: Timestamp) -> Duration {
    match error {
        ServiceError::Throttled { until } => {
            Duration::try_from(until.duration_since(now)).unwrap_or_default()
        }
        _ => Duration::ZERO,
    }
}

impl RetrySettings {
    /// The pause before the attempt after `attempt` (counted from 1), with full jitter and `at_least` so long; none
    /// when enough was tried, or when the pause would end more than [`RetrySettings::elapsed`] after the first
    /// attempt.
    pub(crate) fn pause(
        &self,
        attempt: u32,
        since_first: Duration,
        at_least: Duration,
        random: &dyn Random,
    ) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        let pause = doubled.min(self.longest_pause).mul_f64(random.fraction()).max(at_least);
        (since_first.saturating_add(pause) <= self.elapsed).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;

    use super::*;

    #[test]
    fn pauses_grow_within_bounds_and_end() {
        let settings = RetrySettings::default();
        let random = ManualRandom::new(1);
        for attempt in 1..settings.attempts {
            let bound = Duration::from_secs(1 << (attempt - 1)).min(settings.longest_pause);
            let pause = settings.pause(attempt, Duration::ZERO, Duration::ZERO, &random).unwrap();
            assert!(pause <= bound, "{attempt}: {pause:?}");
        }
        let none = Duration::ZERO;
        assert_eq!(settings.pause(settings.attempts, none, none, &random), None);
        assert_eq!(settings.pause(1, settings.elapsed + Duration::from_secs(1), none, &random), None);
        let asked = Duration::from_secs(30);
        assert_eq!(settings.pause(1, none, asked, &random), Some(asked));
        assert_eq!(settings.pause(1, none, settings.elapsed * 2, &random), None);
    }

    #[test]
    fn an_unclear_change_is_never_repeated() {
        assert!(!may_repeat(&ServiceError::Unclear(None), true));
        assert!(!may_repeat(&ServiceError::Unavailable(None), true));
        assert!(may_repeat(&ServiceError::Unavailable(None), false));
    }
}
