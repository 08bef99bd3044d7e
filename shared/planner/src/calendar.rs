//! Dates: which ones the service takes, and how they are written.

use std::io::Write as _;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::value::Written;

/// The earliest date that the service takes: of a year after 1900 (said of its earlier interface).
const EARLIEST: Date = date(1901, 1, 1);

/// The latest date that the service takes on whichever day this release is at work: it is younger than the first of
/// January 2026.
pub(crate) const LATEST_EVER_TAKEN: Date = date(2035, 12, 31);

/// The latest date that the service takes of a snapshot written then: at most ten years ahead (said of its earlier
/// interface, and not whether of the year or of the day: the day is within both), wherever it is still the day before.
///
/// The snapshot's time and not the present, so that a plan that is made twice is the same. A file's time can be that of
/// an original made long ago: what is certain on every day is taken anyway.
pub(crate) fn latest_date(written: Timestamp) -> Date {
    let ahead = written.to_zoned(TimeZone::UTC).date().saturating_add(10.years()).saturating_sub(1.day());
    ahead.max(LATEST_EVER_TAKEN)
}

/// Appends the date that `value` is.
pub(crate) fn write_date(value: &[u8], latest: Date, out: &mut Vec<u8>) -> Written {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Written::Blank;
    }
    let date = std::str::from_utf8(value).ok().and_then(parse_date);
    match date.filter(|date| (EARLIEST..=latest).contains(date)) {
        Some(date) => {
            // Writing to memory cannot fail.
            let _ = write!(out, "{date}");
            Written::Whole
        }
        None => Written::LeftOut,
    }
}

/// A date in one of the forms of the contract, or the date of a timestamp, as data stores write them.
fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['T', ' ']).next()?.split(['/', '-']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = if first.len() == 4 { (first, second, third) } else { (third, first, second) };
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Whether somebody can have been born on that day of that month, both written as numbers; in some year.
pub(crate) fn is_birthday(month: &[u8], day: &[u8]) -> bool {
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<i8>().ok();
    let leap_year = 2000;
    number(month).zip(number(day)).is_some_and(|(month, day)| Date::new(leap_year, month, day).is_ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("5/1/1980", "1980-05-01", Written::Whole)]
    #[case("05/31/1980", "1980-05-31", Written::Whole)]
    #[case("1980/5/1", "1980-05-01", Written::Whole)]
    #[case("5-31-1980", "1980-05-31", Written::Whole)]
    #[case("1980-05-01T00:00:00Z", "1980-05-01", Written::Whole)]
    #[case("1901-01-01", "1901-01-01", Written::Whole)]
    #[case("2037-03-04", "2037-03-04", Written::Whole)]
    #[case("2037-03-05", "", Written::LeftOut)]
    #[case("2099-12-31", "", Written::LeftOut)]
    #[case("31/05/1980", "", Written::LeftOut)]
    #[case("1980-02-30", "", Written::LeftOut)]
    #[case("1900-12-31", "", Written::LeftOut)]
    #[case("1980-05-01-02", "", Written::LeftOut)]
    #[case("soon", "", Written::LeftOut)]
    #[case(" ", "", Written::Blank)]
    fn dates(#[case] value: &str, #[case] expected: &str, #[case] written: Written) {
        let latest = latest_date("2027-03-05T23:00:00Z".parse().unwrap());
        let mut out = Vec::new();
        assert_eq!(write_date(value.as_bytes(), latest, &mut out), written);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[rstest]
    #[case::ten_years_less_a_day("2026-11-22T08:00:00Z", date(2036, 11, 21))]
    #[case::a_leap_day("2028-02-29T12:00:00Z", date(2038, 2, 27))]
    #[case::an_old_file("1980-01-01T00:00:00Z", LATEST_EVER_TAKEN)]
    #[case::the_end_of_time("9999-12-30T00:00:00Z", date(9999, 12, 30))]
    fn the_latest_date_is_that_of_the_snapshot(#[case] written: Timestamp, #[case] latest: Date) {
        assert_eq!(latest_date(written), latest);
    }

    #[rstest]
    #[case("2", "29", true)]
    #[case("2", "30", false)]
    #[case("4", "31", false)]
    #[case("12", "31", true)]
    #[case("", "1", false)]
    fn birthdays(#[case] month: &str, #[case] day: &str, #[case] expected: bool) {
        assert_eq!(is_birthday(month.as_bytes(), day.as_bytes()), expected);
    }
}
