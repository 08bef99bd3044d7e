//! The moment that a local date and time means.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The first moment at which a clock in the zone shows the local time or a later one.
///
/// So a time that the clock skips means the end of the gap (not, as calendars often have it, the same distance beyond
/// it), and one that it shows twice means the first. Nothing at the ends of the calendar (years -9999 and 9999).
pub(crate) fn moment(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    // Read with the offset that held after a gap, a skipped time lies before the change; read with the one that held
    // before it, at or after the change.
    let earlier = ambiguous.earlier().ok()?;
    let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
        return Some(earlier);
    };
    let later = ambiguous.later().ok()?;
    let change = zone
        .following(earlier)
        .take_while(|change| change.timestamp() <= later)
        .find(|change| change.offset() == after);
    Some(change.map_or(later, |change| change.timestamp()))
}
