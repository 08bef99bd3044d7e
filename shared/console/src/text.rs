//! Numbers and times as people read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

/// A whole number with thousands separators: `1,234,567`.
#[must_use]
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A part of a whole in per cent, never rounded to nothing or to all: `37 %`, `<1 %`, `>99 %`. Of nothing it is `0 %`. The
/// space does not break.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    let percent = percent(part, whole);
    match percent {
        0 if part > 0 => "<1\u{a0}%".to_owned(),
        100 if part < whole => ">99\u{a0}%".to_owned(),
        _ => format!("{percent}\u{a0}%"),
    }
}

/// Rounded per cent, at most 100.
pub(crate) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let rounded = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    u64::try_from(rounded.min(100)).unwrap_or(100)
}

/// How long something took or will take, in its two greatest units: `4 min 12 s`.
#[must_use]
pub fn duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, _, _) => format!("{} {hours} h", counted(days, "day")),
    }
}

/// A moment: `22 Nov 2026, 09:30 UTC`. The script turns it into the reader's own zone.
#[must_use]
pub fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(machine(at)) data-time="moment" { (in_utc(at)) } }
}

/// A moment as seen from `now`: `5 minutes ago`, `in 2 hours`. The moment itself is its title, and the script keeps it
/// up to date.
#[must_use]
pub fn relative_moment(at: Timestamp, now: Timestamp) -> Markup {
    html! {
        time datetime=(machine(at)) title=(in_utc(at)) data-time="relative" { (relative(at, now)) }
    }
}

/// For attributes and drawings, in which no `time` element can stand.
pub(crate) fn in_utc(at: Timestamp) -> String {
    let civil = at.to_zoned(TimeZone::UTC);
    format!("{} UTC", civil.strftime("%-d %b %Y, %H:%M"))
}

fn machine(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same steps and words as `Intl.RelativeTimeFormat` in the script, so that nothing changes when it starts.
fn relative(at: Timestamp, now: Timestamp) -> String {
    let distance = now.duration_since(at);
    let seconds = distance.as_secs().unsigned_abs();
    let text = match seconds {
        0..=44 => return "now".to_owned(),
        45..=2_699 => counted(rounded(seconds, 60), "minute"),
        2_700..=79_199 => counted(rounded(seconds, 3_600), "hour"),
        79_200..=2_591_999 => counted(rounded(seconds, 86_400), "day"),
        2_592_000..=31_535_999 => counted(rounded(seconds, 2_629_800), "month"),
        _ => counted(rounded(seconds, 31_557_600), "year"),
    };
    if distance.is_negative() { format!("in {text}") } else { format!("{text} ago") }
}

fn rounded(seconds: u64, unit: u64) -> u64 {
    ((seconds + unit / 2) / unit).max(1)
}

fn counted(count: u64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_every_three_digits() {
        assert_eq!(
            [0, 999, 1_000, 12_345, 1_234_567].map(number),
            ["0", "999", "1,000", "12,345", "1,234,567"]
        );
        assert_eq!(number(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_to_all() {
        let shares = [(0, 0), (0, 10), (1, 1_000), (1, 3), (999, 1_000), (10, 10), (u64::MAX, u64::MAX)];
        let texts = shares.map(|(part, whole)| share(part, whole));
        assert_eq!(
            texts,
            ["0 %", "0 %", "<1 %", "33 %", ">99 %", "100 %", "100 %"].map(|text| text.replace(' ', "\u{a0}"))
        );
    }

    #[test]
    fn durations_show_their_two_greatest_units() {
        let texts = [0, 59, 252, 3_600, 90_061].map(|seconds| duration(SignedDuration::from_secs(seconds)));
        assert_eq!(texts, ["0 s", "59 s", "4 min 12 s", "1 h 0 min", "1 day 1 h"]);
    }

    #[test]
    fn moments_are_told_from_now() {
        let now: Timestamp = "2026-11-22T09:30:00Z".parse().unwrap();
        let told = |seconds: i64| relative(now + SignedDuration::from_secs(seconds), now);
        let texts =
            [0, -44, -60, -300, 300, -3_600, -7_200, -86_400, 172_800, -3_000_000, -32_000_000].map(told);
        let expected = [
            "now",
            "now",
            "1 minute ago",
            "5 minutes ago",
            "in 5 minutes",
            "1 hour ago",
            "2 hours ago",
            "1 day ago",
            "in 2 days",
            "1 month ago",
            "1 year ago",
        ];
        assert_eq!(texts, expected);
    }
}
