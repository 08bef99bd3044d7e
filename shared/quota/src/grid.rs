//! The grid of moments at which requests may be sent: seven in two seconds, evenly spaced.

use std::time::Duration;

use jiff::Timestamp;

/// How long after its moment a slot may still be used. Five slots span 8/7 of a second, so that less than a seventh
/// keeps five requests out of every second.
pub const TOLERANCE: Duration = Duration::from_millis(100);

const SLOTS: i64 = 7;
const PERIOD_IN_MICROSECONDS: i64 = 2_000_000;

/// The moment of a slot.
pub(crate) fn moment(slot: i64) -> Timestamp {
    let microseconds = slot.saturating_mul(PERIOD_IN_MICROSECONDS);
    // Rounded up, so that a slot never lies before the moment it was looked up for.
    let rounded = microseconds.div_euclid(SLOTS) + i64::from(microseconds.rem_euclid(SLOTS) != 0);
    Timestamp::from_microsecond(rounded).unwrap_or(Timestamp::MAX)
}

/// The first slot that does not lie before `moment`.
pub(crate) fn first_slot(moment: Timestamp) -> i64 {
    // The first whose moment, rounded up as it is, lies after the microsecond before.
    let scaled = moment.as_microsecond().saturating_sub(1).saturating_mul(SLOTS);
    scaled.div_euclid(PERIOD_IN_MICROSECONDS) + 1
}

/// Whether bulk work must leave the slot to people.
pub(crate) const fn is_for_people(slot: i64) -> bool {
    slot.rem_euclid(SLOTS) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_evenly_spaced_and_never_early() {
        let now: Timestamp = "2026-03-05T12:00:00.123456Z".parse().unwrap();
        let first = first_slot(now);
        assert!(moment(first) >= now && moment(first - 1) < now);
        for slot in first..first + 1000 {
            assert_eq!(first_slot(moment(slot)), slot);
            let span = moment(slot + 4).duration_since(moment(slot));
            let late = jiff::SignedDuration::try_from(TOLERANCE).unwrap();
            assert!(span - late > jiff::SignedDuration::from_secs(1), "five in a second");
        }
        assert_eq!((first..first + 70).filter(|slot| is_for_people(*slot)).count(), 10);
    }
}
