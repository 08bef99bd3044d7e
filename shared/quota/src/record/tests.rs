//! Promises of the record: the day's limits hold, pauses hold for everybody and end, and people are let in beside bulk work.

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

fn throttled(now: Timestamp) -> Throttled {
    Throttled { sent_at: now, asked: later(now, Duration::from_secs(1)), now, fraction: 1.0 }
}

#[test]
fn a_pause_is_respected_by_everybody() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, pause) = Record::new(now).throttled(throttled(now));
    let record = record.unwrap();
    for purpose in [Purpose::Bulk, Purpose::Interactive] {
        let (next, slots) = record.reserve(&ask(now, purpose, 1), LIMITS).unwrap();
        assert!(slots[0] >= pause.until);
        assert_eq!(next.in_doubt_since(), Some(now), "and known to everybody");
    }
    assert!(record.throttled(throttled(now)).0.is_none(), "nothing new");
}

#[test]
fn a_success_or_a_quiet_minute_ends_the_doubt() {
    let now = at("2026-03-05T12:00:00Z");
    let (record, pause) = Record::new(now).throttled(throttled(now));
    let record = record.unwrap();
    let answered = record.answered(pause.until, pause.until).unwrap();
    assert_eq!(answered.in_doubt_since(), None);
    assert_eq!(answered.answered(pause.until, pause.until), None, "nothing new");
    let quiet = later(pause.until, Duration::from_mins(1));
    let (record, _) = record.reserve(&ask(quiet, Purpose::Bulk, 1), LIMITS).unwrap();
    assert_eq!(record.in_doubt_since(), None);
}

#[test]
fn a_pause_beyond_all_patience_is_named_as_the_reason() {
    let now = at("2026-03-05T12:00:00Z");
    let asked = later(now, Duration::from_mins(30));
    let (record, _) = Record::new(now).throttled(Throttled { asked, ..throttled(now) });
    let refusal = record.unwrap().reserve(&ask(now, Purpose::Bulk, 1), LIMITS).unwrap_err();
    assert_eq!(refusal.cause, RefusalCause::Throttled);
    assert!(refusal.until >= asked);
}

#[test]
fn a_closed_day_ends_when_the_service_said_so() {
    let now = at("2026-03-05T12:00:00Z");
    let midnight = at("2026-03-06T00:00:00Z");
    let record = Record::new(now).closed(midnight, now).unwrap();
    let refusal = record.reserve(&ask(now, Purpose::Interactive, 1), LIMITS).unwrap_err();
    assert_eq!(refusal, GateRefusal { until: midnight, cause: RefusalCause::DayQuota });
    assert_eq!(record.status(now, LIMITS).remaining, 0);
    assert!(record.reserve(&ask(midnight, Purpose::Interactive, 1), LIMITS).is_ok());
}

#[test]
fn an_older_answer_neither_opens_nor_closes_anything() {
    let midnight = at("2026-03-06T00:00:00Z");
    let (now, minute) = (at("2026-03-06T00:00:02Z"), at("2026-03-06T00:01:00Z"));
    // The day before is over already.
    assert_eq!(Record::new(now).closed(midnight, now), None);
    // Somebody has heard since that the service still counts it.
    let record = Record::new(now).closed(minute, now).unwrap();
    assert_eq!(record.closed(midnight, now), None);
    assert_eq!(record.closed(minute, now), None, "nothing new");
    assert_eq!(record.status(now, LIMITS).closed_until, Some(minute));
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
