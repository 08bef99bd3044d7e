//! Schedules and moments in few words.

use jiff::Timestamp;
use schedule::{ExportForm, ExportSchedule, RefreshForm, RefreshSchedule, Schedule};

/// Texts as a form has them.
pub(crate) fn texts(given: &[&str]) -> Vec<String> {
    given.iter().map(|&text| text.to_owned()).collect()
}

/// A moment in UTC, `2026-03-29T01:00:00Z`.
pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A system refresh every day.
pub(crate) fn daily(zone: &str, times: &[&str]) -> RefreshSchedule {
    let form = RefreshForm {
        kind: "daily".to_owned(),
        times: texts(times),
        time_zone: zone.to_owned(),
        ..RefreshForm::default()
    };
    form.try_into().expect("a schedule")
}

/// A system refresh on some days of the week.
pub(crate) fn weekly(zone: &str, weekdays: &[&str], times: &[&str]) -> RefreshSchedule {
    let form = RefreshForm {
        kind: "weekly".to_owned(),
        weekdays: texts(weekdays),
        times: texts(times),
        time_zone: zone.to_owned(),
    };
    form.try_into().expect("a schedule")
}

/// A form for an export's own recurrence, every day.
pub(crate) fn own_form(zone: &str, start: &str) -> ExportForm {
    ExportForm {
        kind: "own".to_owned(),
        repeat: "daily".to_owned(),
        time_zone: zone.to_owned(),
        start: start.to_owned(),
        ..ExportForm::default()
    }
}

/// An export's own recurrence on days of the month.
pub(crate) fn monthly(zone: &str, days: &[i64], start: &str) -> ExportSchedule {
    let form = ExportForm { repeat: "monthly".to_owned(), days: days.to_vec(), ..own_form(zone, start) };
    form.try_into().expect("a schedule")
}

/// Keys and moments of the slots in (`after`, `until`].
pub(crate) fn slots(schedule: &impl Schedule, after: &str, until: &str) -> Vec<(String, String)> {
    let slots = schedule.occurrences(moment(after), moment(until));
    slots.map(|slot| (slot.key(), slot.at().to_string())).collect()
}

/// Only the keys.
pub(crate) fn keys(schedule: &impl Schedule, after: &str, until: &str) -> Vec<String> {
    slots(schedule, after, until).into_iter().map(|(key, _)| key).collect()
}
