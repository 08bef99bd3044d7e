//! Schedules in English, for the people who read them on a screen.

use crate::days::{MonthDays, Repeat, Weekday, Weekdays};
use crate::export::{ExportSchedule, Recurrence};
use crate::refresh::RefreshSchedule;
use crate::time_of_day::DailyTimes;

const WORKING_DAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// "a", "a and b", "a, b and c".
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

fn on_weekdays(weekdays: &Weekdays) -> String {
    if weekdays.iter().len() == Weekday::ALL.len() {
        return "Every day".to_owned();
    }
    if weekdays.iter().eq(WORKING_DAYS) {
        return "Monday to Friday".to_owned();
    }
    let names: Vec<String> = weekdays.iter().map(|weekday| weekday.name().to_owned()).collect();
    format!("Every {}", listed(&names))
}

fn ordinal(day: i8) -> String {
    let ending = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

fn on_days(days: &MonthDays) -> String {
    if days.iter().eq([31]) {
        return "On the last day of every month".to_owned();
    }
    // Every month has a 28th.
    let missing_somewhere = days.iter().any(|day| day > 28);
    let ordinals: Vec<String> = days.iter().map(ordinal).collect();
    let instead = if missing_somewhere { " (a month that is too short: on its last day)" } else { "" };
    format!("On the {} of every month{instead}", listed(&ordinals))
}

fn on(repeat: &Repeat) -> String {
    match repeat {
        Repeat::Daily => "Every day".to_owned(),
        Repeat::Weekly(weekdays) => on_weekdays(weekdays),
        Repeat::Monthly(days) => on_days(days),
    }
}

fn at(times: &DailyTimes) -> String {
    let times: Vec<String> = times.iter().map(String::from).collect();
    listed(&times)
}

impl RefreshSchedule {
    /// The schedule in words: "Every Monday and Thursday at 06:00 and 18:00, Europe/Berlin".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Off => "Off".to_owned(),
            Self::Daily { times, time_zone } => format!("Every day at {}, {time_zone}", at(times)),
            Self::Weekly { weekdays, times, time_zone } => {
                format!("{} at {}, {time_zone}", on_weekdays(weekdays), at(times))
            }
        }
    }
}

impl Recurrence {
    /// The recurrence in words: "Every day at 06:30, Europe/Berlin, from 1 March 2026".
    #[must_use]
    pub fn describe(&self) -> String {
        let Self { repeat, time_zone, start } = self;
        let from = start.date().strftime("%-d %B %Y");
        format!("{} at {}, {time_zone}, from {from}", on(repeat), start.time())
    }
}

impl ExportSchedule {
    /// The schedule in words, as a list of exports shows it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::WithSystemRefresh => "With every system refresh".to_owned(),
            Self::Off { .. } => "Off: only when somebody chooses Run".to_owned(),
            Self::Own(recurrence) => recurrence.describe(),
        }
    }
}
