//! `permission_to_send` and its numbers in the database.

/// In the order of their numbers.
pub(crate) const NAMES: [&str; 6] =
    ["implicit", "explicit", "not_set", "pending_confirmation", "temp_hold", "unsubscribed"];

pub(crate) const IMPLICIT: i64 = 0;
pub(crate) const PENDING: i64 = 3;
pub(crate) const TEMP_HOLD: i64 = 4;
pub(crate) const UNSUBSCRIBED: i64 = 5;

pub(crate) fn name(number: i64) -> &'static str {
    usize::try_from(number).ok().and_then(|number| NAMES.get(number)).copied().unwrap_or("not_set")
}

pub(crate) fn number(name: &str) -> Option<i64> {
    NAMES.iter().position(|known| *known == name).and_then(|position| i64::try_from(position).ok())
}
