//! The promise: a skipped local time runs at the first moment after the gap, a repeated one at its first.
//! Expected moments come from the dates and offsets that the zones' governments published, not from the code.

use schedule::Schedule;

use crate::given::{daily, keys, moment, slots};

fn one_day(zone: &str, times: &[&str], after: &str, until: &str) -> Vec<(String, String)> {
    slots(&daily(zone, times), after, until)
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, at)| (key.to_owned(), at.to_owned())).collect()
}

#[test]
fn berlin_skips_two_to_three_in_march() {
    // 02:00 becomes 03:00 at 01:00 UTC.
    let given = one_day(
        "Europe/Berlin",
        &["01:59", "02:00", "02:59", "03:00"],
        "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z",
    );
    let wanted = [
        ("2026-03-29T01:59", "2026-03-29T00:59:00Z"),
        ("2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29T02:59", "2026-03-29T01:00:00Z"),
        ("2026-03-29T03:00", "2026-03-29T01:00:00Z"),
    ];
    assert_eq!(given, expected(&wanted));
}

#[test]
fn berlin_shows_two_to_three_twice_in_october() {
    // 03:00 becomes 02:00 at 01:00 UTC; the first 02:30 is 00:30 UTC.
    let given = one_day(
        "Europe/Berlin",
        &["02:00", "02:30", "03:00"],
        "2026-10-24T22:00:00Z",
        "2026-10-25T22:00:00Z",
    );
    let wanted = [
        ("2026-10-25T02:00", "2026-10-25T00:00:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25T03:00", "2026-10-25T02:00:00Z"),
    ];
    assert_eq!(given, expected(&wanted));
}

#[test]
fn new_york_changes_both_ways() {
    let spring = one_day("America/New_York", &["02:30"], "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z");
    assert_eq!(spring, expected(&[("2026-03-08T02:30", "2026-03-08T07:00:00Z")]));
    let autumn = one_day("America/New_York", &["01:30"], "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z");
    assert_eq!(autumn, expected(&[("2026-11-01T01:30", "2026-11-01T05:30:00Z")]));
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    // 4 October 2026: 02:00 (+10:30) becomes 02:30 (+11:00) at 15:30 UTC the day before.
    let spring =
        one_day("Australia/Lord_Howe", &["02:15", "02:30"], "2026-10-03T14:00:00Z", "2026-10-04T12:00:00Z");
    let wanted = [("2026-10-04T02:15", "2026-10-03T15:30:00Z"), ("2026-10-04T02:30", "2026-10-03T15:30:00Z")];
    assert_eq!(spring, expected(&wanted));
    // 5 April 2026: 02:00 (+11:00) becomes 01:30 (+10:30) at 15:00 UTC the day before.
    let autumn =
        one_day("Australia/Lord_Howe", &["01:45", "02:00"], "2026-04-04T14:00:00Z", "2026-04-05T12:00:00Z");
    let wanted = [("2026-04-05T01:45", "2026-04-04T14:45:00Z"), ("2026-04-05T02:00", "2026-04-04T15:30:00Z")];
    assert_eq!(autumn, expected(&wanted));
}

#[test]
fn a_day_that_apia_left_out_runs_at_the_start_of_the_next() {
    // After 29 December 2011 (-10:00) came 31 December (+14:00), at 10:00 UTC on the 30th.
    let schedule = daily("Pacific/Apia", &["06:00", "18:00"]);
    let wanted = [
        ("2011-12-29T06:00", "2011-12-29T16:00:00Z"),
        ("2011-12-29T18:00", "2011-12-30T04:00:00Z"),
        ("2011-12-30T06:00", "2011-12-30T10:00:00Z"),
        ("2011-12-30T18:00", "2011-12-30T10:00:00Z"),
        ("2011-12-31T06:00", "2011-12-30T16:00:00Z"),
    ];
    assert_eq!(slots(&schedule, "2011-12-29T10:00:00Z", "2011-12-30T16:00:00Z"), expected(&wanted));
    // Two for one moment are one run.
    let latest = schedule.latest_due(moment("2011-12-30T09:59:00Z"), moment("2011-12-30T10:00:00Z")).unwrap();
    assert_eq!(latest.key(), "2011-12-30T18:00");
}

#[test]
fn clocks_that_change_at_midnight_move_no_slot_to_another_date() {
    // Cairo, 24 April 2026: 00:00 becomes 01:00, at 22:00 UTC the day before.
    let skipped = one_day("Africa/Cairo", &["00:00"], "2026-04-23T12:00:00Z", "2026-04-24T12:00:00Z");
    assert_eq!(skipped, expected(&[("2026-04-24T00:00", "2026-04-23T22:00:00Z")]));
    // Havana, 1 November 2026: 01:00 becomes 00:00, at 05:00 UTC; the first 00:30 is 04:30 UTC.
    let repeated = one_day("America/Havana", &["00:30"], "2026-11-01T03:00:00Z", "2026-11-02T04:00:00Z");
    assert_eq!(repeated, expected(&[("2026-11-01T00:30", "2026-11-01T04:30:00Z")]));
    // Cairo, 30 October 2026: 24:00 on the 29th becomes 23:00, at 21:00 UTC. At the second 23:30 it is yesterday again.
    let yesterday_again = one_day("Africa/Cairo", &["23:30"], "2026-10-29T12:00:00Z", "2026-10-29T21:45:00Z");
    assert_eq!(yesterday_again, expected(&[("2026-10-29T23:30", "2026-10-29T20:30:00Z")]));
}

#[test]
fn a_slot_of_the_new_day_is_found_when_it_is_the_day_before_again() {
    // St. John's, 7 November 2010: 00:01 (-02:30) becomes 23:01 (-03:30) of the 6th, at 02:31 UTC.
    let schedule = daily("America/St_Johns", &["00:00"]);
    let wanted = [("2010-11-07T00:00", "2010-11-07T02:30:00Z")];
    assert_eq!(slots(&schedule, "2010-11-07T02:29:00Z", "2010-11-07T02:45:00Z"), expected(&wanted));
    let latest = schedule.latest_due(moment("2010-11-07T02:29:00Z"), moment("2010-11-07T02:45:00Z")).unwrap();
    assert_eq!(latest.key(), "2010-11-07T00:00");
    // The second midnight is none.
    assert!(keys(&schedule, "2010-11-07T02:30:00Z", "2010-11-07T12:00:00Z").is_empty());
}

#[test]
fn a_tick_on_the_repeated_hour_starts_nothing_again() {
    let schedule = daily("Europe/Berlin", &["02:30"]);
    assert!(keys(&schedule, "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z").is_empty());
    let next = schedule.next_due(moment("2026-10-25T00:30:00Z")).unwrap();
    assert_eq!((next.key().as_str(), next.at()), ("2026-10-26T02:30", moment("2026-10-26T01:30:00Z")));
}

#[test]
fn the_ends_of_the_calendar_are_no_failure() {
    let schedule = daily("Pacific/Apia", &["23:59"]);
    assert_eq!(schedule.next_due(jiff::Timestamp::MAX), None);
    let last = schedule.latest_due(jiff::Timestamp::MIN, jiff::Timestamp::MAX).unwrap();
    assert_eq!(last.date().year(), 9999);
    let first = schedule.next_due(jiff::Timestamp::MIN).unwrap();
    assert_eq!(first.date().year(), -9999);
}
