//! When a schedule is due.

use std::iter::successors;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::days::Repeat;
use crate::moment::moment;
use crate::time_of_day::TimeOfDay;
use crate::time_zone::TimeZoneName;

/// How much further than the local dates of a stretch's ends slots are looked for: clocks that go back over midnight
/// show the day before again when slots of the new day are due already (America/St_Johns until 2011), and no clock has
/// ever jumped by more than a day (Pacific/Apia left out 30 December 2011).
const MARGIN: SignedDuration = SignedDuration::from_hours(48);

/// One occurrence of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    date: Date,
    time: TimeOfDay,
    at: Timestamp,
}

impl Slot {
    /// The local date that it is for. Its moment can lie on the next one, where clocks skip the end of a day.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// The local time that it is for, as the schedule has it.
    #[must_use]
    pub fn time(&self) -> TimeOfDay {
        self.time
    }

    /// The moment from which it is due. Several slots share one when a clock skips all of their times.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What names it within its schedule, like `2026-03-29T02:30`: the local date and time, hence no other slot of the
    /// schedule has it, and it stays the same when the rules of the time zone change.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}T{}", self.date, self.time)
    }
}

/// The days, the times of day and the zone of a schedule that is on.
#[derive(Debug, Clone)]
pub struct Timetable {
    repeat: Repeat,
    /// In order, at least one.
    times: Vec<TimeOfDay>,
    time_zone: TimeZoneName,
    first: Option<Date>,
}

impl Timetable {
    /// `times` in order; `first` is the first date that counts, if not all do.
    pub(crate) fn new(
        repeat: Repeat,
        times: impl IntoIterator<Item = TimeOfDay>,
        time_zone: TimeZoneName,
        first: Option<Date>,
    ) -> Self {
        Self { repeat, times: times.into_iter().collect(), time_zone, first }
    }

    /// The slots in (`after`, `until`], earliest first.
    pub fn occurrences(self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Slot> {
        let last = self.last_date(until);
        successors(Some(self.first_date(after)), |date| date.tomorrow().ok())
            .take_while(move |date| *date <= last)
            .flat_map(move |date| self.slots_on(date))
            .filter(move |slot| after < slot.at && slot.at <= until)
    }

    /// The last slot in (`after`, `until`].
    #[must_use]
    pub fn latest_due(&self, after: Timestamp, until: Timestamp) -> Option<Slot> {
        // Backwards from the end: a long outage costs no more than a short one.
        let first = self.first_date(after);
        successors(Some(self.last_date(until)), |date| date.yesterday().ok())
            .take_while(|date| *date >= first)
            .flat_map(|date| self.slots_on(date).into_iter().rev())
            .find(|slot| after < slot.at && slot.at <= until)
    }

    /// The first slot after `after`; nothing only at the calendar's end, in the year 9999.
    #[must_use]
    pub fn next_due(&self, after: Timestamp) -> Option<Slot> {
        successors(Some(self.first_date(after)), |date| date.tomorrow().ok())
            .flat_map(|date| self.slots_on(date))
            .find(|slot| after < slot.at)
    }

    /// A date before which no slot lies after the moment.
    fn first_date(&self, after: Timestamp) -> Date {
        let date = self.time_zone.rules().to_datetime(after).date().saturating_sub(MARGIN);
        self.first.map_or(date, |first| first.max(date))
    }

    /// A date after which no slot lies at or before the moment.
    fn last_date(&self, until: Timestamp) -> Date {
        self.time_zone.rules().to_datetime(until).date().saturating_add(MARGIN)
    }

    /// The slots of one date, in order. The moments of consecutive slots never go backwards.
    fn slots_on(&self, date: Date) -> Vec<Slot> {
        if !self.repeat.includes(date) {
            return Vec::new();
        }
        let slot = |&time: &TimeOfDay| {
            moment(self.time_zone.rules(), date.to_datetime(time.to_civil())).map(|at| Slot {
                date,
                time,
                at,
            })
        };
        self.times.iter().filter_map(slot).collect()
    }
}

/// What can be due: the system refresh, or an export's own recurrence.
///
/// A schedule that is off, and an export that runs with the system refresh, have no slots of their own.
pub trait Schedule {
    /// Its days and times, if it has any.
    fn timetable(&self) -> Option<Timetable>;

    /// The slots in (`after`, `until`], earliest first. However that stretch is cut, each is given exactly once.
    fn occurrences(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Slot> {
        self.timetable().into_iter().flat_map(move |timetable| timetable.occurrences(after, until))
    }

    /// What is to run now, when everything until `after` (the watermark) has been seen to: the last slot in
    /// (`after`, `until`]. Those missed before it are over.
    fn latest_due(&self, after: Timestamp, until: Timestamp) -> Option<Slot> {
        self.timetable()?.latest_due(after, until)
    }

    /// The first slot after the moment.
    fn next_due(&self, after: Timestamp) -> Option<Slot> {
        self.timetable()?.next_due(after)
    }
}
