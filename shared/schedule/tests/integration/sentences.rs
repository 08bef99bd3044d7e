//! The promise: what a person reads is plain English, and an export that nothing starts says so, and why.

use jiff::Timestamp;
use schedule::{Circumstances, ExportForm, ExportSchedule, Reason, RefreshSchedule, Start, starts_by_itself};

use crate::given::{daily, moment, monthly, own_form, texts, weekly};

fn now() -> Timestamp {
    moment("2026-03-28T12:00:00Z")
}

fn own() -> ExportSchedule {
    own_form("Europe/Berlin", "2026-03-01T06:30").try_into().unwrap()
}

#[test]
fn a_refresh_in_words() {
    let zone = "Europe/Berlin";
    let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let cases = [
        (RefreshSchedule::Off, "Off"),
        (daily(zone, &["06:00"]), "Every day at 06:00, Europe/Berlin"),
        (
            weekly(zone, &["thursday", "monday"], &["18:00", "06:00"]),
            "Every Monday and Thursday at 06:00 and 18:00, Europe/Berlin",
        ),
        (
            weekly(zone, &["sunday", "friday", "saturday"], &["06:00", "12:00", "18:00"]),
            "Every Friday, Saturday and Sunday at 06:00, 12:00 and 18:00, Europe/Berlin",
        ),
        (weekly(zone, &weekdays[..5], &["06:00"]), "Monday to Friday at 06:00, Europe/Berlin"),
        (weekly(zone, &weekdays, &["06:00"]), "Every day at 06:00, Europe/Berlin"),
    ];
    for (schedule, words) in cases {
        assert_eq!(schedule.describe(), words);
    }
}

#[test]
fn an_export_schedule_in_words() {
    let month = |days: &[i64]| monthly("America/New_York", days, "2026-03-01T06:30");
    let week = ExportForm {
        repeat: "weekly".to_owned(),
        weekdays: texts(&["tuesday"]),
        ..own_form("UTC", "2026-12-24T00:00")
    };
    let cases = [
        (ExportSchedule::WithSystemRefresh, "With every system refresh"),
        (own().switched_off(), "Off: only when somebody chooses Run"),
        (own(), "Every day at 06:30, Europe/Berlin, from 1 March 2026"),
        (week.try_into().unwrap(), "Every Tuesday at 00:00, UTC, from 24 December 2026"),
        (
            month(&[1, 2, 3, 4, 11, 12, 13, 21, 22, 23]),
            "On the 1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 22nd and 23rd of every month at 06:30, \
             America/New_York, from 1 March 2026",
        ),
        (month(&[31]), "On the last day of every month at 06:30, America/New_York, from 1 March 2026"),
        (
            month(&[15, 30]),
            "On the 15th and 30th of every month (a month that is too short: on its last day) at 06:30, \
             America/New_York, from 1 March 2026",
        ),
    ];
    for (schedule, words) in cases {
        assert_eq!(schedule.describe(), words);
    }
}

/// Nothing stands in the way; each test changes what it is about.
fn circumstances<'a>(export: &'a ExportSchedule, refresh: &'a RefreshSchedule) -> Circumstances<'a> {
    Circumstances { export, refresh, upload_trigger: false, has_connection: true, everything_paused: false }
}

#[test]
fn an_export_starts_by_what_its_schedule_says() {
    let (own, refresh) = (own(), daily("Europe/Berlin", &["02:30"]));
    let start = |circumstances: Circumstances<'_>| match starts_by_itself(&circumstances, now()) {
        Start::ByItself { next_due, on_upload } => (next_due.map(|slot| slot.key()), on_upload),
        Start::NotByItself(reasons) => panic!("{reasons:?}"),
    };
    let follows = ExportSchedule::WithSystemRefresh;
    assert_eq!(start(circumstances(&follows, &refresh)), (Some("2026-03-29T02:30".to_owned()), false));

    // Uploads are independent of the refresh's schedule, and are not for exports with their own.
    let off = RefreshSchedule::Off;
    assert_eq!(start(Circumstances { upload_trigger: true, ..circumstances(&follows, &off) }), (None, true));
    assert_eq!(
        start(Circumstances { upload_trigger: true, ..circumstances(&own, &refresh) }),
        (Some("2026-03-29T06:30".to_owned()), false)
    );
    assert_eq!(start(circumstances(&own, &off)), (Some("2026-03-29T06:30".to_owned()), false));
}

#[test]
fn an_export_that_nothing_starts_says_why() {
    let (refresh, off) = (daily("UTC", &["06:00"]), RefreshSchedule::Off);
    let (follows, own, never) = (ExportSchedule::WithSystemRefresh, own(), own().switched_off());
    let cases = [
        (circumstances(&never, &refresh), vec![Reason::ScheduleOff]),
        (
            Circumstances { upload_trigger: true, ..circumstances(&never, &refresh) },
            vec![Reason::ScheduleOff],
        ),
        (circumstances(&follows, &off), vec![Reason::SystemRefreshOff]),
        (Circumstances { has_connection: false, ..circumstances(&own, &off) }, vec![Reason::NoConnection]),
        (
            Circumstances { everything_paused: true, ..circumstances(&follows, &refresh) },
            vec![Reason::EverythingPaused],
        ),
        (
            Circumstances { everything_paused: true, upload_trigger: true, ..circumstances(&follows, &off) },
            vec![Reason::EverythingPaused],
        ),
        (
            Circumstances { everything_paused: true, has_connection: false, ..circumstances(&follows, &off) },
            vec![Reason::EverythingPaused, Reason::NoConnection, Reason::SystemRefreshOff],
        ),
    ];
    for (circumstances, reasons) in cases {
        assert_eq!(starts_by_itself(&circumstances, now()), Start::NotByItself(reasons));
    }
}

#[test]
fn the_reasons_read_as_one_text() {
    let start = Start::NotByItself(vec![Reason::NoConnection, Reason::ScheduleOff]);
    assert_eq!(
        start.why_not().unwrap(),
        "Will not run by itself. It has no connection: edit it and choose a connection for export. Its schedule is \
         off: switch it on, or choose Run whenever it is to run."
    );
    assert_eq!(Start::ByItself { next_due: None, on_upload: true }.why_not(), None);
    let all = [Reason::EverythingPaused, Reason::NoConnection, Reason::ScheduleOff, Reason::SystemRefreshOff];
    assert_eq!(
        all.map(Reason::code),
        ["everything_paused", "no_connection", "schedule_off", "system_refresh_off"]
    );
}
