//! Promises: a service that throttles now and then is served at a good pace, one burst of refusals makes one pause,
//! any success makes the next pause short again for everybody, and what the service asks for is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use constant_contact::{GateRefusal, Observation, Outcome, Purpose, RefusalCause, RequestGate, RequestKind};
use domain::{Clock, RuntimeClock};
use jiff::{SignedDuration, Timestamp};
use quota::{Limits, QuotaGate};
use store::{ObjectStore, Tag};

use crate::support::{Bench, START};

/// Throttles every third request.
#[derive(Debug, Default)]
struct Service(AtomicU32);

impl Bench {
    /// Changes with every write of the record.
    async fn tag(&self) -> Tag {
        let [key] = &self.store.keys()[..] else { panic!("one record") };
        self.store.head(key).await.unwrap().tag
    }
}

impl Service {
    /// Sends requests through `gate` until `wanted` were answered.
    async fn serve(self: Arc<Self>, gate: Arc<QuotaGate>, clock: Arc<RuntimeClock>, wanted: u32) {
        let mut answered = 0;
        while answered < wanted {
            gate.acquire(Purpose::Bulk, RequestKind::Read).await.expect("no wait beyond patience");
            let sent_at = clock.now();
            let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(Duration::from_millis(40)).await;
            let outcome = if number.is_multiple_of(3) {
                Outcome::Throttled { until: clock.now() + Duration::from_secs(1) }
            } else {
                answered += 1;
                Outcome::Answered
            };
            gate.observe(Observation { sent_at, outcome }).await;
        }
    }
}

async fn throttle(gate: &QuotaGate, sent_at: Timestamp, asked: Timestamp) {
    gate.observe(Observation { sent_at, outcome: Outcome::Throttled { until: asked } }).await;
}

async fn succeed(gate: &QuotaGate, sent_at: Timestamp) {
    gate.observe(Observation { sent_at, outcome: Outcome::Answered }).await;
}

/// Sends a request and is throttled; returns how long everybody then waits.
async fn pause_after_throttling(bench: &Bench, gate: &QuotaGate, observer: &QuotaGate) -> SignedDuration {
    gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    let sent_at = bench.clock.now();
    throttle(gate, sent_at, sent_at + Duration::from_secs(1)).await;
    observer.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap();
    bench.clock.now().duration_since(sent_at)
}

/// A pause, until the next slot after it.
fn lasts(wait: SignedDuration, seconds: i64) -> bool {
    let pause = SignedDuration::from_secs(seconds);
    // A quarter of jitter, and the way to the next slot.
    wait >= pause && wait <= pause * 5 / 4 + SignedDuration::from_secs(1)
}

#[tokio::test(start_paused = true)]
async fn every_third_request_throttled_is_hardly_slower() {
    let bench = Bench::new(START, Limits::default());
    let (gate, service) = (Arc::new(bench.gate(1)), Arc::new(Service::default()));
    let before = bench.clock.now();
    service.serve(gate, bench.clock.clone(), 30).await;
    let took = bench.clock.now().duration_since(before);
    assert!(took < SignedDuration::from_secs(40), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn many_processes_keep_the_pace_of_a_service_that_throttles() {
    let bench = Bench::new(START, Limits::default());
    let service = Arc::new(Service::default());
    let before = bench.clock.now();
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..6 {
        // Two requests at a time in each.
        let gate = Arc::new(bench.gate(seed));
        for _ in 0..2 {
            tasks.spawn(service.clone().serve(gate.clone(), bench.clock.clone(), 10));
        }
    }
    tasks.join_all().await;
    let took = bench.clock.now().duration_since(before);
    assert!(took < SignedDuration::from_secs(180), "120 requests in {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_refusals_makes_one_pause() {
    let bench = Bench::new(START, Limits::default());
    let gates: Vec<_> = (1..=4).map(|seed| bench.gate(seed)).collect();
    for gate in &gates {
        gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    }
    let sent_at = bench.clock.now();
    for gate in &gates {
        throttle(gate, sent_at, sent_at + Duration::from_secs(1)).await;
    }
    let before = bench.clock.now();
    gates[3].acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    assert!(lasts(bench.clock.now().duration_since(before), 1));
    let next = pause_after_throttling(&bench, &gates[0], &gates[1]).await;
    assert!(lasts(next, 2), "the second step, not the fifth: {next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_makes_the_next_pause_short_for_everybody() {
    let bench = Bench::new(START, Limits::default());
    let (throttled, other) = (bench.gate(1), bench.gate(2));
    for seconds in [1, 2, 4] {
        let pause = pause_after_throttling(&bench, &throttled, &other).await;
        assert!(lasts(pause, seconds), "{pause:?}");
    }
    // By the other process, whose first success alone is written.
    let mut tags = vec![bench.tag().await];
    for _ in 0..3 {
        succeed(&other, bench.clock.now()).await;
        tags.push(bench.tag().await);
    }
    tags.dedup();
    assert_eq!(tags.len(), 2);
    let pause = pause_after_throttling(&bench, &throttled, &other).await;
    assert!(lasts(pause, 1), "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_an_older_request_ends_no_doubt() {
    let bench = Bench::new(START, Limits::default());
    let (gate, other) = (bench.gate(1), bench.gate(2));
    gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    let older = bench.clock.now();
    tokio::time::sleep(Duration::from_millis(10)).await;
    pause_after_throttling(&bench, &gate, &other).await;
    succeed(&gate, older).await;
    let pause = pause_after_throttling(&bench, &gate, &other).await;
    assert!(lasts(pause, 2), "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_service_asks_for_is_kept_by_everybody() {
    let bench = Bench::new(START, Limits::default());
    let (gate, other) = (bench.gate(1), bench.gate(2));
    gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap();
    let sent_at = bench.clock.now();
    throttle(&gate, sent_at, sent_at + Duration::from_secs(7)).await;
    other.acquire(Purpose::Interactive, RequestKind::Read).await.unwrap();
    assert!(bench.clock.now() >= sent_at + SignedDuration::from_secs(7));

    let asked = bench.clock.now() + SignedDuration::from_mins(5);
    throttle(&gate, bench.clock.now(), asked).await;
    for gate in [&gate, &other] {
        let refusal = gate.acquire(Purpose::Bulk, RequestKind::Read).await.unwrap_err();
        assert!(matches!(refusal, GateRefusal { until, cause: RefusalCause::Throttled } if until >= asked));
    }
}
