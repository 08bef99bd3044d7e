//! Times of day, to the minute, as a clock on a wall shows them.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::invalid::Problem;

/// A time of day, 00:00 to 23:59; as text and in JSON `"06:30"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(Time);

impl TimeOfDay {
    /// A time of day from its hour (0 to 23) and minute (0 to 59); nothing for other numbers.
    #[must_use]
    pub fn new(hour: i8, minute: i8) -> Option<Self> {
        Time::new(hour, minute, 0, 0).ok().map(Self)
    }

    /// Reads exactly two digits, a colon and two digits; nothing for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        Self::new(two_digits(hour)?, two_digits(minute)?)
    }

    /// The same as jiff has it, with no seconds.
    #[must_use]
    pub fn to_civil(self) -> Time {
        self.0
    }
}

/// The number that two decimal digits mean; signs and blanks, which parsing a number would let pass, are none.
fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(Problem::NotATime { number: 1 })
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// The times of day at which the system refresh runs: one to four, all different, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyTimes(BTreeSet<TimeOfDay>);

impl DailyTimes {
    /// How many times a day are allowed.
    pub const MOST: usize = 4;

    /// Accepts one to four different times.
    ///
    /// # Errors
    /// [`Problem::NoTime`], [`Problem::TooManyTimes`] or [`Problem::TimeTwice`].
    pub fn new(times: impl IntoIterator<Item = TimeOfDay>) -> Result<Self, Problem> {
        let mut distinct = BTreeSet::new();
        let mut count = 0;
        let mut twice = None;
        for time in times {
            count += 1;
            if !distinct.insert(time) {
                twice = twice.or(Some(time));
            }
        }
        match (count, twice) {
            (0, _) => Err(Problem::NoTime),
            (count, _) if count > Self::MOST => Err(Problem::TooManyTimes { count }),
            (_, Some(time)) => Err(Problem::TimeTwice { time }),
            (_, None) => Ok(Self(distinct)),
        }
    }

    /// The times, earliest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = TimeOfDay> {
        self.0.iter().copied()
    }
}
