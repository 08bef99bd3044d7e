//! Moments in messages for people.

use jiff::{SignedDuration, Timestamp};

/// A moment that something has to be waited for, for people: `2026-11-22 14:05 UTC`. It is rounded up to the minute, so
/// that nobody comes too early.
#[must_use]
pub fn until_minute(until: Timestamp) -> String {
    let up = until.checked_add(SignedDuration::from_secs(59)).unwrap_or(until);
    up.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_comes_too_early() {
        let cases = [
            ("2026-11-22T14:05:00Z", "2026-11-22 14:05 UTC"),
            ("2026-11-22T14:05:01Z", "2026-11-22 14:06 UTC"),
            ("2026-12-31T23:59:59Z", "2027-01-01 00:00 UTC"),
        ];
        for (moment, text) in cases {
            assert_eq!(until_minute(moment.parse().unwrap()), text);
        }
        assert!(until_minute(Timestamp::MAX).ends_with(" UTC"));
    }
}
