//! The promise: chosen days are met in every month and year, from the start on and not before.

use schedule::{ExportForm, ExportSchedule, RefreshSchedule, Schedule};

use crate::given::{self, keys, moment, monthly, own_form, weekly};

fn dates(schedule: &impl Schedule, after: &str, until: &str) -> Vec<String> {
    keys(schedule, after, until).into_iter().map(|key| key[..10].to_owned()).collect()
}

#[test]
fn the_31st_is_the_last_day_of_a_shorter_month() {
    let schedule = monthly("UTC", &[31], "2026-01-01T06:30");
    let dates = dates(&schedule, "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z");
    assert_eq!(dates, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]);
}

#[test]
fn days_that_a_month_lacks_are_one_day_together() {
    let schedule = monthly("UTC", &[28, 29, 30, 31], "2023-01-01T06:30");
    let common = dates(&schedule, "2023-02-01T00:00:00Z", "2023-03-01T00:00:00Z");
    assert_eq!(common, ["2023-02-28"]);
    let april = dates(&schedule, "2023-04-01T00:00:00Z", "2023-05-01T00:00:00Z");
    assert_eq!(april, ["2023-04-28", "2023-04-29", "2023-04-30"]);
}

#[test]
fn leap_days_are_found_by_the_rule_of_centuries() {
    let schedule = monthly("UTC", &[29], "2000-01-01T06:30");
    for (year, last) in [(2000, "29"), (2024, "29"), (2026, "28"), (2028, "29"), (2100, "28")] {
        let february =
            dates(&schedule, &format!("{year}-02-01T00:00:00Z"), &format!("{year}-03-01T00:00:00Z"));
        assert_eq!(february, [format!("{year}-02-{last}")]);
    }
}

#[test]
fn a_month_ends_where_the_clock_hangs() {
    // 31 January 2026, 23:00 in Los Angeles is 07:00 UTC on 1 February.
    let schedule = monthly("America/Los_Angeles", &[31], "2026-01-01T23:00");
    let slot = schedule.next_due(moment("2026-01-31T12:00:00Z")).unwrap();
    assert_eq!((slot.key().as_str(), slot.at()), ("2026-01-31T23:00", moment("2026-02-01T07:00:00Z")));
}

#[test]
fn nothing_is_due_before_the_start_and_the_start_itself_is() {
    // Berlin in March is one hour ahead of UTC.
    let schedule: ExportSchedule = own_form("Europe/Berlin", "2026-03-10T06:30").try_into().unwrap();
    assert!(keys(&schedule, "2020-01-01T00:00:00Z", "2026-03-10T05:29:59Z").is_empty());
    assert_eq!(schedule.latest_due(moment("2020-01-01T00:00:00Z"), moment("2026-03-10T05:29:59Z")), None);
    assert_eq!(keys(&schedule, "2020-01-01T00:00:00Z", "2026-03-10T05:30:00Z"), ["2026-03-10T06:30"]);
    assert_eq!(
        schedule.next_due(moment("2020-01-01T00:00:00Z")).unwrap().at(),
        moment("2026-03-10T05:30:00Z")
    );
    // Exactly at the watermark it has been seen to.
    assert_eq!(keys(&schedule, "2026-03-10T05:30:00Z", "2026-03-11T05:30:00Z"), ["2026-03-11T06:30"]);
}

#[test]
fn a_start_on_another_weekday_waits_for_the_first_that_counts() {
    // 2026-03-01 is a Sunday.
    let form = ExportForm {
        repeat: "weekly".to_owned(),
        weekdays: given::texts(&["monday", "friday"]),
        ..own_form("UTC", "2026-03-01T06:30")
    };
    let schedule: ExportSchedule = form.try_into().unwrap();
    let dates = dates(&schedule, "2026-02-01T00:00:00Z", "2026-03-10T00:00:00Z");
    assert_eq!(dates, ["2026-03-02", "2026-03-06", "2026-03-09"]);
}

#[test]
fn weekdays_are_those_of_the_zone() {
    // Monday 06:00 in Auckland (+13:00) is Sunday 17:00 UTC.
    let schedule = weekly("Pacific/Auckland", &["monday"], &["06:00", "18:00"]);
    let slots = given::slots(&schedule, "2026-03-01T00:00:00Z", "2026-03-07T00:00:00Z");
    let wanted = [("2026-03-02T06:00", "2026-03-01T17:00:00Z"), ("2026-03-02T18:00", "2026-03-02T05:00:00Z")];
    assert_eq!(slots, wanted.map(|(key, at)| (key.to_owned(), at.to_owned())));
}

#[test]
fn after_an_outage_only_the_latest_is_left() {
    let schedule = weekly("Europe/Berlin", &["monday", "thursday"], &["06:00", "18:00"]);
    // Ten days down, up again on Friday 20 March 2026 at noon: Thursday evening is what was missed last.
    let (down, up) = (moment("2026-03-10T12:00:00Z"), moment("2026-03-20T12:00:00Z"));
    assert_eq!(schedule.latest_due(down, up).unwrap().key(), "2026-03-19T18:00");
    assert_eq!(schedule.latest_due(up, up), None);
}

#[test]
fn what_is_off_or_follows_the_system_refresh_has_no_slots() {
    let (long_ago, far) = (moment("2000-01-01T00:00:00Z"), moment("2100-01-01T00:00:00Z"));
    assert_eq!(RefreshSchedule::default().latest_due(long_ago, far), None);
    let own: ExportSchedule = own_form("UTC", "2026-03-01T06:30").try_into().unwrap();
    for schedule in [ExportSchedule::default(), own.switched_off()] {
        assert_eq!(schedule.occurrences(long_ago, far).count(), 0);
        assert_eq!(schedule.latest_due(long_ago, far), None);
        assert_eq!(schedule.next_due(long_ago), None);
    }
}
