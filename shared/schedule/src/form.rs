//! Schedules as a person fills them in, and as they are stored.

use serde::{Deserialize, Serialize};

use crate::days::{MonthDays, Repeat, Weekday, Weekdays};
use crate::export::{ExportSchedule, LocalStart, Recurrence};
use crate::invalid::{InvalidSchedule, Problem};
use crate::refresh::RefreshSchedule;
use crate::time_of_day::{DailyTimes, TimeOfDay};
use crate::time_zone::TimeZoneName;

/// A [`RefreshSchedule`] before it is checked. Read this, not the schedule, from a person's request: its conversion
/// names every field that has to be put right. Fields that its kind has no use for are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RefreshForm {
    /// `off`, `daily` or `weekly`.
    pub kind: String,
    /// For `weekly`: `monday`, `tuesday` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// One to four different times of day, `06:30`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// An IANA name, `Europe/Berlin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
}

/// An [`ExportSchedule`] before it is checked; the same as [`RefreshForm`] in use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportForm {
    /// `with_system_refresh`, `off` or `own`.
    pub kind: String,
    /// `daily`, `weekly` or `monthly`. For `own`; and for `off`, if a recurrence is to be kept: then the fields below
    /// must be right too, otherwise this stays empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repeat: String,
    /// For `weekly`: `monday`, `tuesday` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// For `monthly`: 1 to 31.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<i64>,
    /// An IANA name, `Europe/Berlin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// The local date and time from which it counts, `2026-03-01T06:30`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub start: String,
}

/// Gathers what is wrong, so that a person hears all of it at once.
#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn take<T>(&mut self, value: Result<T, Problem>) -> Option<T> {
        value.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Each text by itself; nothing, with a problem for each that cannot be read, unless all can.
    fn each<T>(
        &mut self,
        texts: &[String],
        parse: impl Fn(&str) -> Option<T>,
        problem: impl Fn(usize) -> Problem,
    ) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            match parse(text) {
                Some(value) => values.push(value),
                None => self.problems.push(problem(index + 1)),
            }
        }
        (values.len() == texts.len()).then_some(values)
    }

    fn weekdays(&mut self, texts: &[String]) -> Option<Weekdays> {
        let weekdays = self.each(texts, Weekday::parse, |number| Problem::UnknownWeekday { number })?;
        self.take(Weekdays::new(weekdays))
    }

    fn times(&mut self, texts: &[String]) -> Option<DailyTimes> {
        let times = self.each(texts, TimeOfDay::parse, |number| Problem::NotATime { number })?;
        self.take(DailyTimes::new(times))
    }

    fn recurrence(&mut self, form: &ExportForm) -> Option<Recurrence> {
        let repeat = match form.repeat.as_str() {
            "daily" => Some(Repeat::Daily),
            "weekly" => self.weekdays(&form.weekdays).map(Repeat::Weekly),
            "monthly" => self.take(MonthDays::new(form.days.iter().copied())).map(Repeat::Monthly),
            _ => self.take(Err(Problem::UnknownRepeat)),
        };
        // Each is looked at before any that is missing ends the reading: a person hears of all.
        let time_zone = self.take(TimeZoneName::new(&form.time_zone));
        let start = self.take(LocalStart::parse(&form.start));
        Some(Recurrence { repeat: repeat?, time_zone: time_zone?, start: start? })
    }

    fn finish<T>(self, value: Option<T>) -> Result<T, InvalidSchedule> {
        value.ok_or_else(|| InvalidSchedule::new(self.problems))
    }
}

impl TryFrom<RefreshForm> for RefreshSchedule {
    type Error = InvalidSchedule;

    fn try_from(form: RefreshForm) -> Result<Self, Self::Error> {
        let mut check = Check::default();
        let schedule = match form.kind.as_str() {
            "off" => Some(Self::Off),
            "daily" => {
                let times = check.times(&form.times);
                let time_zone = check.take(TimeZoneName::new(&form.time_zone));
                times.zip(time_zone).map(|(times, time_zone)| Self::Daily { times, time_zone })
            }
            "weekly" => {
                let weekdays = check.weekdays(&form.weekdays);
                let times = check.times(&form.times);
                let time_zone = check.take(TimeZoneName::new(&form.time_zone));
                let all = weekdays.zip(times).zip(time_zone);
                all.map(|((weekdays, times), time_zone)| Self::Weekly { weekdays, times, time_zone })
            }
            _ => check.take(Err(Problem::UnknownRefreshKind)),
        };
        check.finish(schedule)
    }
}

impl TryFrom<ExportForm> for ExportSchedule {
    type Error = InvalidSchedule;

    fn try_from(form: ExportForm) -> Result<Self, Self::Error> {
        let mut check = Check::default();
        let schedule = match form.kind.as_str() {
            "with_system_refresh" => Some(Self::WithSystemRefresh),
            "off" if form.repeat.is_empty() => Some(Self::Off { kept: None }),
            "off" => check.recurrence(&form).map(|kept| Self::Off { kept: Some(kept) }),
            "own" => check.recurrence(&form).map(Self::Own),
            _ => check.take(Err(Problem::UnknownExportKind)),
        };
        check.finish(schedule)
    }
}

fn weekday_texts(weekdays: &Weekdays) -> Vec<String> {
    weekdays.iter().map(|weekday| weekday.name().to_ascii_lowercase()).collect()
}

impl From<RefreshSchedule> for RefreshForm {
    fn from(schedule: RefreshSchedule) -> Self {
        let kind = schedule_kind(&schedule).to_owned();
        match schedule {
            RefreshSchedule::Off => Self { kind, ..Self::default() },
            RefreshSchedule::Daily { times, time_zone } => Self {
                kind,
                weekdays: Vec::new(),
                times: times.iter().map(String::from).collect(),
                time_zone: time_zone.into(),
            },
            RefreshSchedule::Weekly { weekdays, times, time_zone } => Self {
                kind,
                weekdays: weekday_texts(&weekdays),
                times: times.iter().map(String::from).collect(),
                time_zone: time_zone.into(),
            },
        }
    }
}

fn schedule_kind(schedule: &RefreshSchedule) -> &'static str {
    match schedule {
        RefreshSchedule::Off => "off",
        RefreshSchedule::Daily { .. } => "daily",
        RefreshSchedule::Weekly { .. } => "weekly",
    }
}

impl From<ExportSchedule> for ExportForm {
    fn from(schedule: ExportSchedule) -> Self {
        let (kind, recurrence) = match schedule {
            ExportSchedule::WithSystemRefresh => ("with_system_refresh", None),
            ExportSchedule::Off { kept } => ("off", kept),
            ExportSchedule::Own(recurrence) => ("own", Some(recurrence)),
        };
        let kind = kind.to_owned();
        let Some(Recurrence { repeat, time_zone, start }) = recurrence else {
            return Self { kind, ..Self::default() };
        };
        let (repeat, weekdays, days) = match repeat {
            Repeat::Daily => ("daily", Vec::new(), Vec::new()),
            Repeat::Weekly(weekdays) => ("weekly", weekday_texts(&weekdays), Vec::new()),
            Repeat::Monthly(days) => ("monthly", Vec::new(), days.iter().map(i64::from).collect()),
        };
        Self {
            kind,
            repeat: repeat.to_owned(),
            weekdays,
            days,
            time_zone: time_zone.into(),
            start: start.to_string(),
        }
    }
}
