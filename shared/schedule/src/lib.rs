#![doc = include_str!("../README.md")]

mod days;
mod describe;
mod export;
mod form;
mod invalid;
mod moment;
mod refresh;
mod start;
mod time_of_day;
mod time_zone;
mod timetable;

pub use days::{MonthDays, Repeat, Weekday, Weekdays};
pub use export::{ExportSchedule, LocalStart, Recurrence};
pub use form::{ExportForm, RefreshForm};
pub use invalid::{InvalidSchedule, Problem};
pub use refresh::RefreshSchedule;
pub use start::{Circumstances, Reason, Start, starts_by_itself};
pub use time_of_day::{DailyTimes, TimeOfDay};
pub use time_zone::TimeZoneName;
pub use timetable::{Schedule, Slot, Timetable};
