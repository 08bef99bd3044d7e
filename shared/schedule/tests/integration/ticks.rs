//! The promise: late, doubled and missing ticks lose no occurrence and start none twice, in any zone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use schedule::{
    ExportForm, ExportSchedule, RefreshForm, RefreshSchedule, Schedule, Slot, TimeZoneName, Timetable,
};

use crate::given::{self, own_form};

/// A zone and a moment at which its clocks change; at the end leap days where they never do.
const CHANGES: [(&str, &str); 13] = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Africa/Cairo", "2026-10-29T21:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    // Back over midnight: the date itself goes back.
    ("America/St_Johns", "2010-11-07T02:31:00Z"),
    ("America/Scoresbysund", "2025-10-26T01:00:00Z"),
    ("Asia/Kolkata", "2024-02-29T00:00:00Z"),
    ("UTC", "2024-02-29T00:00:00Z"),
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn time() -> impl Strategy<Value = String> {
    // Half of them near midnight or near the hours at which clocks change.
    prop_oneof![
        (0..24_u8, 0..60_u8),
        (select(vec![0_u8, 1, 2, 3, 23]), select(vec![0_u8, 1, 15, 29, 30, 31, 59])),
    ]
    .prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"))
}

fn times() -> impl Strategy<Value = Vec<String>> {
    btree_set(time(), 1..=4).prop_map(|times| times.into_iter().collect())
}

fn weekdays() -> impl Strategy<Value = Vec<String>> {
    subsequence(WEEKDAYS.to_vec(), 1..=7).prop_map(|days| given::texts(&days))
}

fn refresh(zone: &'static str) -> impl Strategy<Value = Timetable> {
    (select(vec!["daily", "weekly"]), weekdays(), times()).prop_map(move |(kind, weekdays, times)| {
        let form = RefreshForm { kind: kind.to_owned(), weekdays, times, time_zone: zone.to_owned() };
        RefreshSchedule::try_from(form).unwrap().timetable().unwrap()
    })
}

fn recurrence(zone: &'static str) -> impl Strategy<Value = Timetable> {
    let days = vec(1..=31_i64, 1..5);
    let repeat = select(vec!["daily", "weekly", "monthly"]);
    let year = select(vec![2000, 2011, 2026]);
    (repeat, weekdays(), days, year, time()).prop_map(move |(repeat, weekdays, days, year, time)| {
        let repeat = repeat.to_owned();
        let form = ExportForm { repeat, weekdays, days, ..own_form(zone, &format!("{year}-03-28T{time}")) };
        ExportSchedule::try_from(form).unwrap().timetable().unwrap()
    })
}

/// A schedule, its zone, and a moment in the days around a change of the zone's clocks.
fn scene() -> impl Strategy<Value = (Timetable, &'static str, Timestamp)> {
    (select(CHANGES.to_vec()), -2 * 1440..2 * 1440_i64).prop_flat_map(|((zone, change), minutes)| {
        let middle = given::moment(change) + SignedDuration::from_mins(minutes);
        (prop_oneof![refresh(zone), recurrence(zone)], Just(zone), Just(middle))
    })
}

fn minutes_after(moment: Timestamp, minutes: i64) -> Timestamp {
    moment + SignedDuration::from_mins(minutes)
}

/// What a person sees who watches the clock on the wall, minute by minute, and starts a slot when the clock first
/// reaches it or passes it: knows nothing of gaps and repetitions.
fn seen_on_the_wall(
    zone: &str,
    candidates: &BTreeSet<DateTime>,
    from: Timestamp,
    minutes: i64,
) -> BTreeMap<DateTime, Timestamp> {
    let name = TimeZoneName::new(zone).unwrap();
    let mut furthest = name.rules().to_datetime(from);
    let mut seen = BTreeMap::new();
    for minute in 1..=minutes {
        let now = minutes_after(from, minute);
        let shown = name.rules().to_datetime(now);
        if shown > furthest {
            for slot in candidates.range(furthest..=shown).filter(|&&slot| slot > furthest) {
                seen.insert(*slot, now);
            }
            furthest = shown;
        }
    }
    seen
}

fn local(slot: &Slot) -> DateTime {
    slot.date().to_datetime(slot.time().to_civil())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn however_the_time_is_cut_no_slot_is_lost_or_doubled(
        (timetable, _, middle) in scene(),
        cuts in vec(0..40 * 1440_i64, 0..40),
    ) {
        let (start, end) = (minutes_after(middle, -20 * 1440), minutes_after(middle, 20 * 1440));
        let whole: Vec<Slot> = timetable.clone().occurrences(start, end).collect();

        let mut moments: Vec<Timestamp> = cuts.iter().map(|&minutes| minutes_after(start, minutes)).collect();
        // Cuts exactly at slots are where a wrong border would show.
        moments.extend(whole.iter().step_by(3).map(Slot::at));
        moments.extend([start, end]);
        moments.sort();
        let pieces: Vec<Slot> = moments
            .windows(2)
            .flat_map(|cut| timetable.clone().occurrences(cut[0], cut[1]).collect::<Vec<_>>())
            .collect();
        prop_assert_eq!(&pieces, &whole);

        let keys: BTreeSet<String> = whole.iter().map(Slot::key).collect();
        prop_assert_eq!(keys.len(), whole.len(), "every key is unique");
        prop_assert!(whole.is_sorted_by_key(|slot| (slot.at(), slot.key())), "in order");
        prop_assert!(whole.iter().all(|slot| start < slot.at() && slot.at() <= end));
    }

    #[test]
    fn next_and_latest_agree_with_all_occurrences(
        (timetable, _, middle) in scene(),
        length in 0..40 * 1440_i64,
    ) {
        let end = minutes_after(middle, length);
        let all: Vec<Slot> = timetable.clone().occurrences(middle, end).collect();
        prop_assert_eq!(timetable.latest_due(middle, end), all.last().copied());
        let next = timetable.next_due(middle).unwrap();
        prop_assert!(next.at() > middle);
        prop_assert_eq!(all.first().copied(), (next.at() <= end).then_some(next));
    }

    #[test]
    fn slots_are_when_a_clock_on_the_wall_first_reaches_them(
        (zone, change) in select(CHANGES.to_vec()),
        minutes in -1440..1440_i64,
        times in times(),
    ) {
        let from = minutes_after(given::moment(change), minutes - 2000);
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let schedule = given::daily(zone, &times);
        let until = minutes_after(from, 4000);
        let calculated: BTreeMap<DateTime, Timestamp> =
            schedule.occurrences(from, until).map(|slot| (local(&slot), slot.at())).collect();

        // Every date and time that could be meant, made without asking the schedule.
        let around = TimeZoneName::new(zone).unwrap().rules().to_datetime(from).date();
        let candidates: BTreeSet<DateTime> = around
            .yesterday().unwrap()
            .series(jiff::Span::new().days(1))
            .take(7)
            .flat_map(|date| times.iter().map(move |time| format!("{date}T{time}").parse().unwrap()))
            .collect();
        // The clock is watched from three days before, so that it is known what it has shown already.
        let watched = seen_on_the_wall(zone, &candidates, minutes_after(from, -3 * 1440), 3 * 1440 + 4000);
        let seen: BTreeMap<DateTime, Timestamp> = watched.into_iter().filter(|&(_, at)| at > from).collect();
        prop_assert_eq!(calculated, seen);
    }

    /// The trigger as it is run: each tick takes the latest due since the watermark, creates the run of that key unless
    /// it exists, and then moves the watermark, unless it dies before.
    #[test]
    fn every_tick_leaves_the_latest_slot_started_and_none_twice(
        (timetable, _, middle) in scene(),
        steps in vec((prop_oneof![Just(0_i64), 1..3_i64, 1..3000_i64], any::<bool>(), any::<bool>()), 1..60),
    ) {
        let begin = minutes_after(middle, -3 * 1440);
        let (mut now, mut watermark) = (begin, begin);
        let mut started: Vec<String> = Vec::new();
        for (minutes, dies, doubled) in steps {
            now = minutes_after(now, minutes);
            for _delivery in 0..=usize::from(doubled) {
                if let Some(slot) = timetable.latest_due(watermark, now) && !started.contains(&slot.key()) {
                    started.push(slot.key());
                }
            }
            if !dies {
                watermark = now;
            }
            let due: Vec<String> = timetable.clone().occurrences(begin, now).map(|slot| slot.key()).collect();
            prop_assert!(due.last().is_none_or(|latest| started.contains(latest)), "the latest has run");
            prop_assert!(started.iter().all(|key| due.contains(key)), "nothing has run before its time");
            prop_assert!(started.is_sorted(), "an older slot never follows a newer one");
        }
    }

    #[test]
    fn ticks_in_time_start_every_slot_exactly_once(
        (timetable, _, middle) in scene(),
        second in 0..60_i64,
    ) {
        let begin = minutes_after(middle, -1440) + SignedDuration::from_secs(second);
        let mut started: Vec<Slot> = Vec::new();
        for minute in 0..2 * 1440 {
            let (watermark, now) = (minutes_after(begin, minute), minutes_after(begin, minute + 1));
            started.extend(timetable.latest_due(watermark, now));
        }
        let end = minutes_after(begin, 2 * 1440);
        let mut moments: Vec<Timestamp> = timetable.clone().occurrences(begin, end).map(|slot| slot.at()).collect();
        // Slots that a clock skips together are one start.
        moments.dedup();
        prop_assert_eq!(started.iter().map(Slot::at).collect::<Vec<_>>(), moments);
    }
}
