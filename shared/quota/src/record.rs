//! The shared record and every decision about it, without input or output.

use std::collections::BTreeSet;
use std::time::Duration;

use constant_contact::{GateRefusal, Purpose, RefusalCause};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use store::Document;

use crate::grid::{first_slot, is_for_people, moment};
use crate::pause::{Pause, Throttled};

/// What the service grants the application in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests from 00:00 UTC to 00:00 UTC (documented: 10,000).
    pub per_day: u32,
    /// How many of them bulk work leaves to people.
    pub kept_for_people: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_day: 10_000, kept_for_people: 500 }
    }
}

impl Limits {
    const fn for_purpose(self, purpose: Purpose) -> u32 {
        match purpose {
            Purpose::Interactive => self.per_day,
            Purpose::Bulk => self.per_day.saturating_sub(self.kept_for_people),
        }
    }
}

/// How the day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaStatus {
    /// Requests granted since 00:00 UTC.
    pub used: u32,
    /// Requests left for people.
    pub remaining: u32,
    /// Requests left for bulk work.
    pub remaining_for_bulk: u32,
    /// Until when the service has closed, if it has.
    pub closed_until: Option<Timestamp>,
}

/// What somebody asks for.
pub(crate) struct Ask {
    /// At least one.
    pub(crate) wanted: u32,
    pub(crate) purpose: Purpose,
    /// Slots of an earlier reservation that were not used.
    pub(crate) forfeited: u32,
    pub(crate) now: Timestamp,
    /// No slot before this moment: the answer needs time to arrive.
    pub(crate) earliest: Timestamp,
    /// No slot after this moment.
    pub(crate) latest: Timestamp,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The UTC day that `used` counts.
    day: Date,
    used: u32,
    /// Reserved slots that are not over.
    taken: BTreeSet<i64>,
    /// The latest, for as long as it matters.
    #[serde(default)]
    pause: Option<Pause>,
    #[serde(default)]
    closed_until: Option<Timestamp>,
}

impl Document for Record {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "quota";
}

impl Record {
    /// A record of which nothing is used.
    pub(crate) fn new(now: Timestamp) -> Self {
        let day = utc_day(now);
        Self { day, used: 0, taken: BTreeSet::new(), pause: None, closed_until: None }
    }

    /// The record as it is at `now`: what is over is forgotten.
    fn at(&self, now: Timestamp) -> Self {
        let mut current = self.clone();
        current.count_from(utc_day(now));
        // A slot in use keeps its place for as long as it may be used.
        let first = first_slot(now.saturating_sub(crate::TOLERANCE).unwrap_or(now));
        current.taken = self.taken.range(first..).copied().collect();
        current.pause = self.pause.filter(|pause| pause.matters(now));
        current.closed_until = self.closed_until.filter(|until| *until > now);
        current
    }

    /// Starts the count of a later day.
    fn count_from(&mut self, day: Date) {
        if day > self.day {
            self.day = day;
            self.used = 0;
        }
    }

    /// Reserves as many of the wanted slots as can be had, at least one.
    pub(crate) fn reserve(&self, ask: &Ask, limits: Limits) -> Result<(Self, Vec<Timestamp>), GateRefusal> {
        let mut next = self.at(ask.now);
        next.used = next.used.saturating_sub(ask.forfeited);
        if let Some(until) = next.closed_until {
            return Err(GateRefusal { until, cause: RefusalCause::DayQuota });
        }
        let mut left = limits.for_purpose(ask.purpose).saturating_sub(next.used);
        if left == 0 {
            return Err(GateRefusal { until: midnight_after(ask.now), cause: RefusalCause::DayQuota });
        }
        let earliest = next.pause.map_or(ask.earliest, |pause| pause.until.max(ask.earliest));
        let free = (first_slot(earliest)..)
            .filter(|slot| !next.taken.contains(slot))
            .filter(|slot| ask.purpose == Purpose::Interactive || !is_for_people(*slot));
        let mut reserved = Vec::new();
        for slot in free.take(usize::try_from(ask.wanted.max(1)).unwrap_or(usize::MAX)) {
            let at = moment(slot);
            if at > ask.latest {
                if reserved.is_empty() {
                    return Err(GateRefusal { until: at, cause: next.cause_of_wait(ask.latest) });
                }
                break;
            }
            if left == 0 {
                break;
            }
            left -= 1;
            reserved.push((slot, at));
        }
        for (slot, at) in &reserved {
            next.count_from(utc_day(*at));
            next.used = next.used.saturating_add(1);
            next.taken.insert(*slot);
        }
        Ok((next, reserved.into_iter().map(|(_, at)| at).collect()))
    }

    fn cause_of_wait(&self, latest: Timestamp) -> RefusalCause {
        match self.pause {
            Some(pause) if pause.until > latest => RefusalCause::Throttled,
            _ => RefusalCause::TooLongAWait,
        }
    }

    /// The service throttled somebody; none when the record is to stay as it is.
    pub(crate) fn throttled(&self, throttled: Throttled) -> (Option<Self>, Pause) {
        let mut next = self.at(throttled.now);
        let pause = Pause::after(next.pause, throttled);
        let known = next.pause.replace(pause) == Some(pause);
        ((!known).then_some(next), pause)
    }

    /// The service answered a request sent at `sent_at`; none when the record is to stay as it is.
    pub(crate) fn answered(&self, sent_at: Timestamp, now: Timestamp) -> Option<Self> {
        let mut next = self.at(now);
        next.pause = Some(next.pause?.answered(sent_at)?);
        Some(next)
    }

    /// Since when nobody has had a success after throttling, if so.
    pub(crate) fn in_doubt_since(&self) -> Option<Timestamp> {
        self.pause.and_then(|pause| pause.in_doubt_since())
    }

    /// The service said that the day is used up until then, whatever we counted; none when the record is to stay as it
    /// is: answers overtake each other, and an older one opens nothing.
    pub(crate) fn closed(&self, until: Timestamp, now: Timestamp) -> Option<Self> {
        let mut next = self.at(now);
        let news = until > now && next.closed_until.is_none_or(|closed| until > closed);
        next.closed_until = Some(until);
        news.then_some(next)
    }

    /// How the day stands.
    pub(crate) fn status(&self, now: Timestamp, limits: Limits) -> QuotaStatus {
        let current = self.at(now);
        let left = |purpose| match current.closed_until {
            Some(_) => 0,
            None => limits.for_purpose(purpose).saturating_sub(current.used),
        };
        QuotaStatus {
            used: current.used,
            remaining: left(Purpose::Interactive),
            remaining_for_bulk: left(Purpose::Bulk),
            closed_until: current.closed_until,
        }
    }
}

fn utc_day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// When the service's count starts again.
pub(crate) fn midnight_after(now: Timestamp) -> Timestamp {
    let tomorrow = utc_day(now).saturating_add(1.day());
    tomorrow.to_zoned(TimeZone::UTC).map_or(now, |midnight| midnight.timestamp())
}

pub(crate) fn later(moment: Timestamp, pause: Duration) -> Timestamp {
    moment.saturating_add(pause).unwrap_or(moment)
}

#[cfg(test)]
mod tests;
