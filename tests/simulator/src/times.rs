//! Timestamps as the API writes and reads them; inside they are milliseconds since 1970.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::TimestampStyle;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const DAY: i64 = 86_400 * SECOND;

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

pub(crate) fn write(milliseconds: i64, style: TimestampStyle) -> String {
    match style {
        TimestampStyle::Seconds => moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        TimestampStyle::Milliseconds => moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        TimestampStyle::Offset => moment(milliseconds)
            .to_zoned(TimeZone::fixed(Offset::constant(-5)))
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string(),
    }
}

/// The UTC date, as the day's limit sees it.
pub(crate) fn day(milliseconds: i64) -> String {
    moment(milliseconds).strftime("%Y-%m-%d").to_string()
}

/// ISO 8601: with Z, with an offset, with or without a fraction, or a date alone (midnight UTC).
pub(crate) fn read(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let date: Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// The year, for the range of years of an anniversary.
pub(crate) fn year(milliseconds: i64) -> i16 {
    moment(milliseconds).to_zoned(TimeZone::UTC).year()
}
