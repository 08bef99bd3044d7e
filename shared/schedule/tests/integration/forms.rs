//! The promise: what a person filled in is a schedule, or every field that has to be put right is named at once.

use schedule::{
    DailyTimes, ExportForm, ExportSchedule, InvalidSchedule, LocalStart, MonthDays, Problem, RefreshForm,
    RefreshSchedule, TimeOfDay, TimeZoneName, Weekdays,
};
use serde_json::json;

use crate::given::{daily, monthly, own_form, texts, weekly};

fn problems<T: std::fmt::Debug>(result: Result<T, InvalidSchedule>) -> Vec<Problem> {
    result.expect_err("it has problems").problems().to_vec()
}

fn fields(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.field()).collect()
}

#[test]
fn a_refresh_is_written_as_it_is_read() {
    let cases = [
        (RefreshSchedule::Off, json!({"kind": "off"})),
        (
            daily("Europe/Berlin", &["18:00", "06:00"]),
            json!({"kind": "daily", "times": ["06:00", "18:00"], "time_zone": "Europe/Berlin"}),
        ),
        (
            weekly("America/New_York", &["Thursday", "monday", "monday"], &["00:00"]),
            json!({"kind": "weekly", "weekdays": ["monday", "thursday"], "times": ["00:00"],
                   "time_zone": "America/New_York"}),
        ),
    ];
    for (schedule, written) in cases {
        assert_eq!(serde_json::to_value(&schedule).unwrap(), written);
        assert_eq!(serde_json::from_value::<RefreshSchedule>(written).unwrap(), schedule);
    }
}

#[test]
fn an_export_schedule_is_written_as_it_is_read() {
    let month = monthly("UTC", &[31, 1], "2026-03-01T06:30");
    let written_month = json!({"kind": "own", "repeat": "monthly", "days": [1, 31], "time_zone": "UTC",
                               "start": "2026-03-01T06:30"});
    let mut written_off = written_month.clone();
    written_off["kind"] = json!("off");
    let day: ExportSchedule = own_form("Asia/Calcutta", "2026-03-01T00:00").try_into().unwrap();
    let cases = [
        (ExportSchedule::WithSystemRefresh, json!({"kind": "with_system_refresh"})),
        (ExportSchedule::Off { kept: None }, json!({"kind": "off"})),
        (month.clone(), written_month),
        (month.switched_off(), written_off),
        (
            day,
            json!({"kind": "own", "repeat": "daily", "time_zone": "Asia/Calcutta", "start": "2026-03-01T00:00"}),
        ),
    ];
    for (schedule, written) in cases {
        assert_eq!(serde_json::to_value(&schedule).unwrap(), written);
        assert_eq!(serde_json::from_value::<ExportSchedule>(written).unwrap(), schedule);
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let form = RefreshForm {
        kind: "weekly".to_owned(),
        weekdays: texts(&["monday", "someday", "Mon"]),
        times: texts(&["06:00", "6:30"]),
        time_zone: "Europe/Bielefeld".to_owned(),
    };
    let wanted = [
        Problem::UnknownWeekday { number: 2 },
        Problem::UnknownWeekday { number: 3 },
        Problem::NotATime { number: 2 },
        Problem::UnknownTimeZone,
    ];
    assert_eq!(problems(RefreshSchedule::try_from(form)), wanted);

    let empty = ExportForm { repeat: "weekly".to_owned(), ..own_form("", "") };
    let found = problems(ExportSchedule::try_from(empty));
    assert_eq!(found, [Problem::NoWeekday, Problem::NoTimeZone, Problem::NoStart]);
    assert_eq!(fields(&found), ["weekdays", "time_zone", "start"]);
}

#[test]
fn a_stored_schedule_that_is_none_says_which_field() {
    let error = serde_json::from_value::<RefreshSchedule>(json!({"kind": "daily", "times": []})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the schedule is not complete: times: give at least one time of day; time_zone: choose a time zone"
    );
    let unknown = serde_json::from_value::<ExportSchedule>(json!({})).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "the schedule is not complete: kind: choose with_system_refresh, off or own"
    );
}

#[test]
fn what_was_given_is_never_repeated() {
    let secret = "someone@example.com";
    let form = RefreshForm {
        kind: "weekly".to_owned(),
        weekdays: texts(&[secret]),
        times: texts(&[secret]),
        time_zone: secret.to_owned(),
    };
    let error = RefreshSchedule::try_from(form).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("someone"));
}

#[test]
fn fields_of_another_kind_do_no_harm() {
    let form = RefreshForm { kind: "off".to_owned(), times: texts(&["never"]), ..RefreshForm::default() };
    assert_eq!(RefreshSchedule::try_from(form).unwrap(), RefreshSchedule::Off);
    let form = ExportForm { days: vec![99], ..own_form("UTC", "2026-03-01T06:30") };
    assert!(ExportSchedule::try_from(form).is_ok());
}

#[test]
fn times_of_day_are_written_one_way() {
    for text in ["00:00", "06:30", "23:59"] {
        let time: TimeOfDay = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(serde_json::to_value(time).unwrap(), json!(text));
    }
    let wrong = [
        "",
        "6:30",
        "06:3",
        "24:00",
        "06:60",
        "06:30:00",
        " 06:30",
        "+6:30",
        "06-30",
        "0630",
        "٠٦:٣٠",
        "-1:00",
    ];
    for text in wrong {
        assert_eq!(TimeOfDay::parse(text), None, "{text}");
    }
}

#[test]
fn one_to_four_different_times_a_day() {
    let times = |texts: &[&str]| {
        DailyTimes::new(texts.iter().map(|text| TimeOfDay::parse(text).unwrap()))
            .map(|times| times.iter().count())
    };
    assert_eq!(times(&[]), Err(Problem::NoTime));
    assert_eq!(times(&["01:00", "02:00", "03:00", "04:00"]), Ok(4));
    assert_eq!(
        times(&["01:00", "02:00", "03:00", "04:00", "05:00"]),
        Err(Problem::TooManyTimes { count: 5 })
    );
    let time = TimeOfDay::new(1, 0).unwrap();
    assert_eq!(times(&["01:00", "02:00", "01:00"]), Err(Problem::TimeTwice { time }));
}

#[test]
fn days_of_the_month_are_those_that_exist() {
    assert_eq!(MonthDays::new([]), Err(Problem::NoMonthDay));
    for wrong in [0, 32, -1, 257, i64::MAX] {
        assert_eq!(MonthDays::new([1, wrong]), Err(Problem::MonthDayOutOfRange { number: 2 }));
    }
    assert_eq!(MonthDays::new([31, 1, 31]).unwrap().iter().collect::<Vec<_>>(), [1, 31]);
    assert_eq!(Weekdays::new([]), Err(Problem::NoWeekday));
}

#[test]
fn time_zones_are_places_with_known_rules() {
    for (given, name) in
        [("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("utc", "UTC")]
    {
        assert_eq!(TimeZoneName::new(given).unwrap().as_str(), name);
    }
    assert_eq!(TimeZoneName::new(""), Err(Problem::NoTimeZone));
    let wrong =
        [" ", "Mars/Olympus", "+02:00", "../Europe/Berlin", "Factory", "factory", "Etc/Unknown", "Europe"];
    for name in wrong {
        assert_eq!(TimeZoneName::new(name), Err(Problem::UnknownTimeZone), "{name}");
    }
    let read: TimeZoneName = serde_json::from_value(json!("america/new_york")).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), json!("America/New_York"));
}

#[test]
fn every_time_zone_that_is_offered_is_accepted() {
    let names = TimeZoneName::available();
    assert!(names.len() > 400 && names.is_sorted());
    for name in names {
        assert_eq!(TimeZoneName::new(&name).map(String::from), Ok(name));
    }
}

#[test]
fn a_start_is_a_date_and_a_time_of_our_days() {
    assert_eq!(LocalStart::parse("2024-02-29T23:59").unwrap().to_string(), "2024-02-29T23:59");
    assert_eq!(LocalStart::parse(""), Err(Problem::NoStart));
    for year in ["1999", "2200"] {
        assert_eq!(LocalStart::parse(&format!("{year}-06-01T06:30")), Err(Problem::StartOutOfRange));
    }
    let wrong = [
        "2026-03-01",
        "2026-03-01T",
        "2026-03-01 06:30",
        "2026-02-29T06:30",
        "20260301T06:30",
        "2026-03-01T06:30Z",
        "2026-03-01T06:30:00",
        "+002026-03-01T06:30",
    ];
    for text in wrong {
        assert_eq!(LocalStart::parse(text), Err(Problem::NotAStart), "{text}");
    }
}

#[test]
fn switched_off_and_on_again_an_export_is_what_it_was() {
    let own = monthly("UTC", &[15], "2026-03-01T06:30");
    for schedule in [ExportSchedule::WithSystemRefresh, own] {
        let off = schedule.clone().switched_off();
        assert!(!off.is_active() && !off.follows_system_refresh());
        assert_eq!(off.clone().switched_off(), off);
        assert_eq!(off.switched_on(), schedule);
        assert_eq!(schedule.clone().switched_on(), schedule);
        assert!(schedule.is_active());
    }
}
