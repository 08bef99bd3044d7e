//! The system refresh: when everything that follows it runs.

use serde::{Deserialize, Serialize};

use crate::days::{Repeat, Weekdays};
use crate::form::RefreshForm;
use crate::time_of_day::DailyTimes;
use crate::time_zone::TimeZoneName;
use crate::timetable::{Schedule, Timetable};

/// The schedule of the system refresh; off until an administrator sets it. In JSON it is its [`RefreshForm`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "RefreshForm", into = "RefreshForm")]
pub enum RefreshSchedule {
    /// Never.
    #[default]
    Off,
    /// Every day.
    Daily {
        /// At these times.
        times: DailyTimes,
        /// As clocks show them here.
        time_zone: TimeZoneName,
    },
    /// Every week.
    Weekly {
        /// On these days.
        weekdays: Weekdays,
        /// At these times.
        times: DailyTimes,
        /// As clocks show them here.
        time_zone: TimeZoneName,
    },
}

impl Schedule for RefreshSchedule {
    fn timetable(&self) -> Option<Timetable> {
        match self {
            Self::Off => None,
            Self::Daily { times, time_zone } => {
                Some(Timetable::new(Repeat::Daily, times.iter(), time_zone.clone(), None))
            }
            Self::Weekly { weekdays, times, time_zone } => {
                let repeat = Repeat::Weekly(weekdays.clone());
                Some(Timetable::new(repeat, times.iter(), time_zone.clone(), None))
            }
        }
    }
}
