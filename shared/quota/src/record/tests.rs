//! Promises of the record: the day's limits hold, pauses grow and end, and people are let in beside bulk work.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ask(now: Timestamp, purpose: Purpose, wanted: u32) -> Ask {
    let latest = later(now, Duration::from_secs(20));
    Ask { wanted, purpose, forfeited: 0, now, earliest: now, latest }
}

const LIMITS: Limits = Limits { per_day: 10, kept_for_people: 4 };

#[test]
fn bulk_work_leaves_the_rest_of_the_day_to_people() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, slots) = Record::new(now).reserve(&ask(now, Purpose::Bulk, 8), LIMITS).unwrap();
    assert_eq!(slots.len(), 6);
    let midnight = at("2026-03-06T00:00:00Z");
    let refusal = record.reserve(&ask(now, Purpose::Bulk, 1), LIMITS).unwrap_err();
    assert_eq!(refusal, GateRefusal { until: midnight, cause: RefusalCause::DayQuota });

    let (record, slots) = record.reserve(&ask(now, Purpose::Interactive, 8), LIMITS).unwrap();
    assert_eq!(slots.len(), 4);
    assert!(record.reserve(&ask(now, Purpose::Interactive, 1), LIMITS).is_err());
    assert_eq!(record.status(now, LIMITS).remaining, 0);

    let (record, _) = record.reserve(&ask(midnight, Purpose::Bulk, 1), LIMITS).unwrap();
    assert_eq!(record.status(midnight, LIMITS).used, 1);
}

#[test]
fn slots_beyond_midnight_count_for_the_next_day() {
    let now = at("2026-03-05T23:59:59.5Z");
    let (record, slots) = Record::new(now).reserve(&ask(now, Purpose::Interactive, 4), LIMITS).unwrap();
    let midnight = at("2026-03-06T00:00:00Z");
    let beyond = slots.iter().filter(|slot| **slot >= midnight).count();
    assert!(beyond > 0 && beyond < 4);
    assert_eq!(usize::try_from(record.status(midnight, LIMITS).used), Ok(beyond));
}

#[test]
fn people_get_in_while_bulk_work_has_everything_reserved() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, bulk) = Record::new(now).reserve(&ask(now, Purpose::Bulk, 50), Limits::default()).unwrap();
    assert_eq!(bulk.len(), 50);
    let (_, people) = record.reserve(&ask(now, Purpose::Interactive, 1), Limits::default()).unwrap();
    assert!(!bulk.contains(&people[0]));
    assert!(people[0] <= later(now, Duration::from_secs(2)), "{people:?}");
    let seconds = bulk[49].duration_since(bulk[0]).as_secs_f64();
    assert!(49.0 / seconds <= 3.05, "bulk is faster than 3 a second");
}

#[test]
fn a_long_wait_is_refused_and_reserves_nothing() {
    let now = at("2026-03-05T12:00:00Z");
    let mut record = Record::new(now);
    while let Ok((next, _)) = record.reserve(&ask(now, Purpose::Bulk, 10), Limits::default()) {
        record = next;
    }
    let refusal = record.reserve(&ask(now, Purpose::Bulk, 1), Limits::default()).unwrap_err();
    assert_eq!(refusal.cause, RefusalCause::TooLongAWait);
    assert!(refusal.until > later(now, Duration::from_secs(20)));
    assert_eq!(record.taken.len(), 60);
}

#[test]
fn pauses_double_while_throttling_goes_on() {
    let mut now = at("2026-03-05T12:00:00Z");
    let mut record = Record::new(now);
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let (next, resume_at) = record.throttled(now, 1.0).unwrap();
        assert!(next.throttled(now, 1.0).is_none(), "the same burst makes one pause");
        let (_, slots) = next.reserve(&ask(resume_at, Purpose::Interactive, 1), LIMITS).unwrap();
        assert!(slots[0] >= resume_at);
        pauses.push(resume_at.duration_since(now).as_secs());
        (record, now) = (next, resume_at);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    let calm = later(now, FORGIVEN);
    let (_, resume_at) = record.throttled(calm, 0.0).unwrap();
    assert_eq!(resume_at.duration_since(calm).as_millis(), 500);
}

#[test]
fn a_pause_is_respected_by_everybody() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, resume_at) = Record::new(now).throttled(now, 1.0).unwrap();
    for purpose in [Purpose::Bulk, Purpose::Interactive] {
        let (_, slots) = record.reserve(&ask(now, purpose, 1), LIMITS).unwrap();
        assert!(slots[0] >= resume_at);
    }
}

#[test]
fn a_closed_day_ends_at_midnight() {
    let now = at("2026-03-05T12:00:00Z");
    let record = Record::new(now).closed(now);
    let midnight = at("2026-03-06T00:00:00Z");
    let refusal = record.reserve(&ask(now, Purpose::Interactive, 1), LIMITS).unwrap_err();
    assert_eq!(refusal, GateRefusal { until: midnight, cause: RefusalCause::DayQuota });
    assert_eq!(record.status(now, LIMITS).remaining, 0);
    assert!(record.reserve(&ask(midnight, Purpose::Interactive, 1), LIMITS).is_ok());
}

#[test]
fn forfeited_slots_are_given_back() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, _) = Record::new(now).reserve(&ask(now, Purpose::Bulk, 4), LIMITS).unwrap();
    let later_on = later(now, Duration::from_secs(30));
    let again = Ask { forfeited: 3, ..ask(later_on, Purpose::Bulk, 1) };
    let (record, _) = record.reserve(&again, LIMITS).unwrap();
    assert_eq!(record.status(later_on, LIMITS).used, 2);
    assert_eq!(record.taken.len(), 1, "what is over is forgotten");
}
