//! When an export runs: with the system refresh, by its own recurrence, or only when a person says so.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::days::Repeat;
use crate::form::ExportForm;
use crate::invalid::Problem;
use crate::time_of_day::TimeOfDay;
use crate::time_zone::TimeZoneName;
use crate::timetable::{Schedule, Timetable};

/// The local date and time from which a recurrence counts; as text `2026-03-01T06:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalStart {
    date: Date,
    time: TimeOfDay,
}

impl LocalStart {
    /// The first year that is taken: an earlier one is a slip of the hand.
    pub const FIRST_YEAR: i16 = 2000;
    /// The last year that is taken.
    pub const LAST_YEAR: i16 = 2199;

    /// Accepts any date of those years.
    ///
    /// # Errors
    /// [`Problem::StartOutOfRange`] for another year.
    pub fn new(date: Date, time: TimeOfDay) -> Result<Self, Problem> {
        if (Self::FIRST_YEAR..=Self::LAST_YEAR).contains(&date.year()) {
            Ok(Self { date, time })
        } else {
            Err(Problem::StartOutOfRange)
        }
    }

    /// Reads exactly `2026-03-01T06:30`, which is what a browser's field for date and time gives.
    ///
    /// # Errors
    /// [`Problem::NoStart`] for an empty text, [`Problem::NotAStart`] for another form or a date that does not exist,
    /// [`Problem::StartOutOfRange`] as for [`LocalStart::new`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::NoStart);
        }
        let (date, time) = text.split_once('T').ok_or(Problem::NotAStart)?;
        let date: Date = date.parse().map_err(|_invalid| Problem::NotAStart)?;
        let time = TimeOfDay::parse(time).ok_or(Problem::NotAStart)?;
        let start = Self::new(date, time)?;
        // Dates can be written in more ways than one; what is read must be what would be written.
        if start.to_string() == text { Ok(start) } else { Err(Problem::NotAStart) }
    }

    /// The first date that counts.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// The time of day of every run.
    #[must_use]
    pub fn time(&self) -> TimeOfDay {
        self.time
    }
}

impl fmt::Display for LocalStart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}T{}", self.date, self.time)
    }
}

/// An export's own recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// On which days.
    pub repeat: Repeat,
    /// Where the clock hangs.
    pub time_zone: TimeZoneName,
    /// From when on, and at what time of the day. It is itself an occurrence if its date is one of the days.
    pub start: LocalStart,
}

impl Schedule for Recurrence {
    fn timetable(&self) -> Option<Timetable> {
        let (repeat, time_zone) = (self.repeat.clone(), self.time_zone.clone());
        Some(Timetable::new(repeat, [self.start.time], time_zone, Some(self.start.date)))
    }
}

/// When an export runs; with the system refresh unless somebody decides otherwise. In JSON it is its [`ExportForm`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "ExportForm", into = "ExportForm")]
pub enum ExportSchedule {
    /// With every system refresh, and when a snapshot was uploaded if that is switched on.
    #[default]
    WithSystemRefresh,
    /// Only when a person says so.
    Off {
        /// What it is to be when it is switched on again; without one, it runs with the system refresh.
        kept: Option<Recurrence>,
    },
    /// By its own recurrence alone.
    Own(Recurrence),
}

impl ExportSchedule {
    /// Whether *Run all* includes it: its schedule is not switched off.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !matches!(self, Self::Off { .. })
    }

    /// Whether a system refresh, and an upload if that is switched on, starts it.
    #[must_use]
    pub fn follows_system_refresh(&self) -> bool {
        matches!(self, Self::WithSystemRefresh)
    }

    /// The same, off: its own recurrence is kept for [`ExportSchedule::switched_on`].
    #[must_use]
    pub fn switched_off(self) -> Self {
        match self {
            Self::WithSystemRefresh => Self::Off { kept: None },
            Self::Own(recurrence) => Self::Off { kept: Some(recurrence) },
            off @ Self::Off { .. } => off,
        }
    }

    /// The same, on, as it was before it was switched off.
    #[must_use]
    pub fn switched_on(self) -> Self {
        match self {
            Self::Off { kept: Some(recurrence) } => Self::Own(recurrence),
            Self::Off { kept: None } => Self::WithSystemRefresh,
            on => on,
        }
    }
}

impl Schedule for ExportSchedule {
    fn timetable(&self) -> Option<Timetable> {
        match self {
            Self::WithSystemRefresh | Self::Off { .. } => None,
            Self::Own(recurrence) => recurrence.timetable(),
        }
    }
}
