//! The days on which something recurs.

use std::collections::BTreeSet;

use jiff::civil::{self, Date};
use serde::{Deserialize, Serialize};

use crate::invalid::Problem;

/// A day of the week; in JSON `"monday"` and so on. The week begins on Monday (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// All seven, in order.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The weekday of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            civil::Weekday::Monday => Self::Monday,
            civil::Weekday::Tuesday => Self::Tuesday,
            civil::Weekday::Wednesday => Self::Wednesday,
            civil::Weekday::Thursday => Self::Thursday,
            civil::Weekday::Friday => Self::Friday,
            civil::Weekday::Saturday => Self::Saturday,
            civil::Weekday::Sunday => Self::Sunday,
        }
    }

    /// Its English name, `Monday`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }

    /// Reads an English name in any case; nothing for another text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|weekday| weekday.name().eq_ignore_ascii_case(text))
    }
}

/// At least one weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekdays(BTreeSet<Weekday>);

impl Weekdays {
    /// Accepts any weekdays; one that is given again changes nothing.
    ///
    /// # Errors
    /// [`Problem::NoWeekday`] for none.
    pub fn new(weekdays: impl IntoIterator<Item = Weekday>) -> Result<Self, Problem> {
        let weekdays: BTreeSet<_> = weekdays.into_iter().collect();
        if weekdays.is_empty() { Err(Problem::NoWeekday) } else { Ok(Self(weekdays)) }
    }

    /// Whether the weekday is among them.
    #[must_use]
    pub fn contains(&self, weekday: Weekday) -> bool {
        self.0.contains(&weekday)
    }

    /// The weekdays, Monday first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Weekday> {
        self.0.iter().copied()
    }
}

/// At least one day of the month, 1 to 31.
///
/// A day that a month lacks means its last day, so that nothing is left out in a short month: 31 is the last day of
/// every month, and 30 and 31 together are one day in April and in February.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthDays(BTreeSet<i8>);

impl MonthDays {
    /// Accepts days from 1 to 31; one that is given again changes nothing.
    ///
    /// # Errors
    /// [`Problem::NoMonthDay`] for none, [`Problem::MonthDayOutOfRange`] for the first that no month has.
    pub fn new(days: impl IntoIterator<Item = i64>) -> Result<Self, Problem> {
        let checked = |(index, day): (usize, i64)| {
            let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day));
            day.ok_or(Problem::MonthDayOutOfRange { number: index + 1 })
        };
        let days: BTreeSet<_> = days.into_iter().enumerate().map(checked).collect::<Result<_, _>>()?;
        if days.is_empty() { Err(Problem::NoMonthDay) } else { Ok(Self(days)) }
    }

    /// Whether the date is one of these days, or stands for one that its month lacks.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        let is_last = date.day() == date.days_in_month();
        self.0.contains(&date.day()) || (is_last && self.0.iter().any(|&day| day > date.day()))
    }

    /// The days as they were given, lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = i8> + ExactSizeIterator {
        self.0.iter().copied()
    }
}

/// On which days something recurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeat {
    /// Every day.
    Daily,
    /// Every week on these days.
    Weekly(Weekdays),
    /// Every month on these days.
    Monthly(MonthDays),
}

impl Repeat {
    /// Whether it recurs on the date.
    #[must_use]
    pub fn includes(&self, date: Date) -> bool {
        match self {
            Self::Daily => true,
            Self::Weekly(weekdays) => weekdays.contains(Weekday::of(date)),
            Self::Monthly(days) => days.contains(date),
        }
    }
}
