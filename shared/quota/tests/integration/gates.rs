//! Promises: however many gates share a quota, no second sees more than four requests, bulk work stays at three a
//! second, people get in beside it, the day's limits hold, and a throttled service is left alone by everybody.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use constant_contact::{GateRefusal, Observation, Outcome, Purpose, RefusalCause, RequestGate, RequestKind};
use domain::{Clock, RuntimeClock};
use jiff::{SignedDuration, Timestamp};
use quota::{GateOptions, Limits, QuotaGate};

use crate::support::{Bench, START};

type Sent = Arc<Mutex<Vec<(Purpose, Timestamp)>>>;

/// Sends `count` requests through `gate` one after the other, coming back when it is told to.
async fn send(gate: Arc<QuotaGate>, clock: Arc<RuntimeClock>, purpose: Purpose, count: usize, sent: Sent) {
    let mut done = 0;
    while done < count {
        match gate.acquire(purpose, RequestKind::Read).await {
            Ok(()) => {
                sent.lock().unwrap().push((purpose, clock.now()));
                done += 1;
                // The service's own time to answer.
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            Err(refusal) => clock.sleep_until(refusal.until).await,
        }
    }
}

fn most_in_a_second(moments: &[Timestamp]) -> usize {
    let second = SignedDuration::from_secs(1);
    let within = |first: &Timestamp| {
        moments.iter().filter(|other| *other >= first && other.duration_since(*first) < second).count()
    };
    moments.iter().map(within).max().unwrap()
}

fn moments(sent: &Sent, purpose: Option<Purpose>) -> Vec<Timestamp> {
    let sent = sent.lock().unwrap();
    let mut moments: Vec<_> = sent
        .iter()
        .filter(|(of, _)| purpose.is_none_or(|purpose| purpose == *of))
        .map(|(_, at)| *at)
        .collect();
    moments.sort();
    moments
}

#[tokio::test(start_paused = true)]
async fn no_second_sees_more_than_four_requests() {
    let bench = Bench::new(START, Limits::default());
    let sent = Sent::default();
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..6 {
        let purpose = if seed < 4 { Purpose::Bulk } else { Purpose::Interactive };
        let gate = Arc::new(bench.gate(seed));
        tasks.spawn(send(gate, bench.clock.clone(), purpose, 40, sent.clone()));
    }
    tasks.join_all().await;

    let all = moments(&sent, None);
    assert_eq!(all.len(), 240);
    assert!(most_in_a_second(&all) <= 4, "{}", most_in_a_second(&all));
    let rate = |moments: &[Timestamp]| {
        let span = moments[moments.len() - 1].duration_since(moments[0]).as_secs_f64();
        f64::from(u32::try_from(moments.len() - 1).unwrap()) / span
    };
    assert!(rate(&all) <= 3.5, "{}", rate(&all));
    assert!(rate(&moments(&sent, Some(Purpose::Bulk))) <= 3.0);
    // Not needlessly slow either: beside each other they use most of what is granted.
    assert!(rate(&all) >= 2.5, "{}", rate(&all));
}

#[tokio::test(start_paused = true)]
async fn many_tasks_behind_one_gate_share_its_stock() {
    let bench = Bench::new(START, Limits::default());
    let (sent, gate) = (Sent::default(), Arc::new(bench.gate(1)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        tasks.spawn(send(gate.clone(), bench.clock.clone(), Purpose::Bulk, 6, sent.clone()));
    }
    tasks.join_all().await;
    assert!(most_in_a_second(&moments(&sent, None)) <= 4);
    assert_eq!(gate.counts().reads, 30);
    assert_eq!(gate.counts().total(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_person_waits_little_beside_bulk_work() {
    let bench = Bench::new(START, Limits::default());
    let sent = Sent::default();
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..4 {
        let gate = Arc::new(bench.gate(seed));
        tasks.spawn(send(gate, bench.clock.clone(), Purpose::Bulk, 30, sent.clone()));
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = bench.clock.now();
    bench.gate(9).acquire(Purpose::Interactive, RequestKind::Read).await.unwrap();
    let waited = bench.clock.now().duration_since(before);
    assert!(waited <= SignedDuration::from_secs(3), "{waited:?}");
    tasks.join_all().await;
}

#[tokio::test(start_paused = true)]
async fn the_day_ends_for_bulk_work_before_it_ends_for_people() {
    let bench = Bench::new("2026-03-05T23:50:00Z", Limits { per_day: 30, kept_for_people: 10 });
    let midnight: Timestamp = "2026-03-06T00:00:00Z".parse().unwrap();
    let (gate, other) = (bench.gate(1), bench.gate(2));
    let over = GateRefusal { until: midnight, cause: RefusalCause::DayQuota };
    let mut granted = 0;
    let refusal = loop {
        match gate.acquire(Purpose::Bulk, RequestKind::Import).await {
            Ok(()) => granted += 1,
            Err(refusal) => break refusal,
        }
    };
    assert_eq!((granted, refusal), (20, over));
    assert_eq!(gate.counts().imports, 20);
    for _ in 0..10 {
        other.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap();
    }
    assert_eq!(other.acquire(Purpose::Interactive, RequestKind::Read).await, Err(over));
    assert_eq!(bench.quota(3).remaining_today(Purpose::Interactive).await.unwrap(), 0);

    bench.clock.sleep_until(midnight).await;
    assert_eq!(bench.quota(3).remaining_today(Purpose::Bulk).await.unwrap(), 20);
    gate.acquire(Purpose::Bulk, RequestKind::Import).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_service_refuses_holds_for_everybody() {
    let bench = Bench::new(START, Limits::default());
    let (gate, other) = (bench.gate(1), bench.gate(2));
    let mut last_wait = SignedDuration::ZERO;
    for pause in 1..=4 {
        // Fills the stock of whoever is throttled; none of it may be used afterwards.
        for _ in 0..4 {
            gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
        }
        let throttled = bench.clock.now();
        let until = throttled + SignedDuration::from_secs(1);
        gate.observe(Observation { sent_at: throttled, outcome: Outcome::Throttled { until } }).await;
        let at_once = if pause % 2 == 0 { &gate } else { &bench.gate(u64::from(pause) + 10) };
        at_once.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
        let wait = bench.clock.now().duration_since(throttled);
        let at_least = Duration::from_secs(1) * 2_u32.pow(pause - 1);
        assert!(wait >= SignedDuration::try_from(at_least).unwrap(), "pause {pause}: {wait:?}");
        assert!(wait > last_wait / 2, "pauses grow");
        last_wait = wait;
    }
    let midnight: Timestamp = "2026-03-06T00:00:00Z".parse().unwrap();
    let (sent_at, outcome) = (bench.clock.now(), Outcome::QuotaExceeded { until: midnight });
    gate.observe(Observation { sent_at, outcome }).await;
    for gate in [&gate, &other] {
        let refusal = gate.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap_err();
        assert_eq!(refusal, GateRefusal { until: midnight, cause: RefusalCause::DayQuota });
    }
    let status = bench.quota(3).status().await.unwrap();
    assert_eq!((status.remaining, status.closed_until), (0, Some(midnight)));
}

#[tokio::test(start_paused = true)]
async fn a_day_that_begins_late_at_the_service_costs_everybody_a_minute() {
    let bench = Bench::new("2026-03-06T00:00:00Z", Limits::default());
    let (gate, other) = (bench.gate(1), bench.gate(2));
    gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    let sent_at = bench.clock.now();
    let until = sent_at + SignedDuration::from_mins(1);
    gate.observe(Observation { sent_at, outcome: Outcome::QuotaExceeded { until } }).await;
    for gate in [&gate, &other] {
        let refusal = gate.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap_err();
        assert_eq!(refusal, GateRefusal { until, cause: RefusalCause::DayQuota });
    }
    bench.clock.sleep_until(until).await;
    for gate in [&gate, &other] {
        gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_unused_slot_is_forfeited_and_given_back() {
    let bench = Bench::new(START, Limits::default());
    let gate = bench.gate(1);
    // One, two, then one of four: three are left in stock.
    for _ in 0..4 {
        gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    }
    assert_eq!(bench.quota(2).status().await.unwrap().used, 7);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = bench.clock.now();
    gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    assert!(bench.clock.now() >= before + SignedDuration::from_millis(150), "no slot of the past was used");
    assert_eq!(bench.quota(2).status().await.unwrap().used, 5);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_refused_with_its_end() {
    let bench = Bench::new(START, Limits::default());
    let hog = bench.quota(1);
    let wait = Duration::from_secs(60);
    hog.reserve(Purpose::Bulk, 90, 0, Duration::ZERO, wait).await.unwrap();
    let gate = bench.gate_with(2, GateOptions::default());
    let refusal = gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap_err();
    assert_eq!(refusal.cause, RefusalCause::TooLongAWait);
    let ahead = refusal.until.duration_since(bench.clock.now());
    assert!(ahead > SignedDuration::from_secs(20) && ahead < SignedDuration::from_secs(40), "{ahead:?}");
    gate.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap();
    assert_eq!(gate.counts().total(), 1);
}
