//! What a person has to put right before a schedule can be kept.

use std::fmt;

use crate::time_of_day::TimeOfDay;

/// One thing that is wrong with a schedule; what was given is never repeated, it may be anything.
///
/// Positions (`number`) count from 1, as a person counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The form's `kind` is none of a system refresh's.
    #[error("choose off, daily or weekly")]
    UnknownRefreshKind,
    /// The form's `kind` is none of an export's.
    #[error("choose with_system_refresh, off or own")]
    UnknownExportKind,
    /// The form's `repeat` is none that exists.
    #[error("choose daily, weekly or monthly")]
    UnknownRepeat,
    /// Weekly on no day.
    #[error("choose at least one weekday")]
    NoWeekday,
    /// A text that is no weekday.
    #[error("weekday {number} is not one; write monday, tuesday and so on")]
    UnknownWeekday {
        /// Which of those given.
        number: usize,
    },
    /// Monthly on no day.
    #[error("choose at least one day of the month")]
    NoMonthDay,
    /// A number that is no day of any month.
    #[error("day {number} of the list is not between 1 and 31")]
    MonthDayOutOfRange {
        /// Which of those given.
        number: usize,
    },
    /// No time of day.
    #[error("give at least one time of day")]
    NoTime,
    /// More times a day than are allowed.
    #[error("give at most {} times a day; {count} are given", crate::DailyTimes::MOST)]
    TooManyTimes {
        /// How many were given.
        count: usize,
    },
    /// The same time of day again.
    #[error("{time} is given twice; remove one or change it")]
    TimeTwice {
        /// The time.
        time: TimeOfDay,
    },
    /// A text that is no time of day.
    #[error(
        "time {number} is not a time of day; write hours and minutes from 00:00 to 23:59, for example 06:30"
    )]
    NotATime {
        /// Which of those given.
        number: usize,
    },
    /// No time zone.
    #[error("choose a time zone")]
    NoTimeZone,
    /// A text that names no time zone.
    #[error("no time zone has this name; choose one by region and city, for example Europe/Berlin")]
    UnknownTimeZone,
    /// No start.
    #[error("give the date and time of the first run")]
    NoStart,
    /// A text that is no local date and time.
    #[error("this is not a date with a time; write it like 2026-03-01T06:30")]
    NotAStart,
    /// A year that can only be a slip.
    #[error(
        "the year must be between {} and {}",
        crate::LocalStart::FIRST_YEAR,
        crate::LocalStart::LAST_YEAR
    )]
    StartOutOfRange,
}

impl Problem {
    /// The form's field that it is about, as it is called in JSON: a screen shows the message there.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::UnknownRefreshKind | Self::UnknownExportKind => "kind",
            Self::UnknownRepeat => "repeat",
            Self::NoWeekday | Self::UnknownWeekday { .. } => "weekdays",
            Self::NoMonthDay | Self::MonthDayOutOfRange { .. } => "days",
            Self::NoTime | Self::TooManyTimes { .. } | Self::TimeTwice { .. } | Self::NotATime { .. } => {
                "times"
            }
            Self::NoTimeZone | Self::UnknownTimeZone => "time_zone",
            Self::NoStart | Self::NotAStart | Self::StartOutOfRange => "start",
        }
    }
}

/// A form that is no schedule yet, with everything that is wrong with it at once; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSchedule {
    problems: Vec<Problem>,
}

impl InvalidSchedule {
    /// What has to be put right, in the order of the form's fields.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

impl From<Problem> for InvalidSchedule {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for InvalidSchedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the schedule is not complete:")?;
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            write!(formatter, "{separator} {}: {problem}", problem.field())?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidSchedule {}
