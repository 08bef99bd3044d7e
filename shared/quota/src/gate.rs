//! The gate of one process: a small stock of reserved slots, and sleeping until their moments.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use constant_contact::{GateRefusal, Observation, Outcome, Purpose, RefusalCause, RequestGate, RequestKind};
use domain::Clock;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::counts::{Counters, RequestCounts};
use crate::error::{QuotaError, ReserveError};
use crate::grid::TOLERANCE;
use crate::record::later;
use crate::shared::{BackOff, Quota, Reservation};

/// So many slots may be missed in a row before the caller is told to come later: the process is then too slow to
/// meet any moment.
const MISSES: u32 = 8;

/// What a caller is told when the shared record cannot be used, or no moment was met.
const SHORT_PAUSE: Duration = Duration::from_secs(2);

/// How one process uses the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateOptions {
    /// A longer wait is refused instead of slept.
    pub longest_wait: Duration,
    /// The most slots reserved at once. The first reservation takes one; each that follows while slots are used up
    /// takes twice as many.
    pub largest_stock: u32,
    /// How long a reservation usually takes to come back: no slot lies before that. Raised while reservations take
    /// longer.
    pub lead: Duration,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self { longest_wait: Duration::from_secs(20), largest_stock: 4, lead: Duration::from_millis(150) }
    }
}

/// Lets the requests of one process through, each at its moment, and counts them.
#[derive(Debug)]
pub struct QuotaGate {
    quota: Arc<Quota>,
    clock: Arc<dyn Clock>,
    options: GateOptions,
    bulk: Mutex<Stock>,
    interactive: Mutex<Stock>,
    seen: std::sync::Mutex<Seen>,
    counters: Counters,
}

/// What this process has seen of the service, should the shared record not be writable.
#[derive(Debug, Default)]
struct Seen {
    /// Nothing is sent before the moment, for the reason.
    held_back: Option<(Timestamp, RefusalCause)>,
    /// Somebody was throttled then, and a success has been missing since.
    in_doubt_since: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Stock {
    slots: VecDeque<Timestamp>,
    /// Slots to give back.
    forfeited: u32,
    /// How many the last reservation brought; none before the first.
    batch: u32,
    /// How long the last reservation took.
    took: Duration,
}

impl QuotaGate {
    /// A gate to `quota`.
    #[must_use]
    pub fn new(quota: Arc<Quota>, clock: Arc<dyn Clock>, options: GateOptions) -> Self {
        Self {
            quota,
            clock,
            options,
            bulk: Mutex::default(),
            interactive: Mutex::default(),
            seen: std::sync::Mutex::default(),
            counters: Counters::default(),
        }
    }

    /// The requests that passed so far.
    #[must_use]
    pub fn counts(&self) -> RequestCounts {
        self.counters.read()
    }

    const fn stock(&self, purpose: Purpose) -> &Mutex<Stock> {
        match purpose {
            Purpose::Bulk => &self.bulk,
            Purpose::Interactive => &self.interactive,
        }
    }

    /// A slot that is not over: from the stock, or from a new reservation. Others of this process wait meanwhile,
    /// instead of reserving against each other.
    async fn next_slot(&self, purpose: Purpose) -> Result<Timestamp, GateRefusal> {
        let mut stock = self.stock(purpose).lock().await;
        let now = self.clock.now();
        let held_back = self.seen().held_back;
        while let Some(slot) = stock.slots.pop_front() {
            if later(slot, TOLERANCE) >= now && held_back.is_none_or(|(until, _)| slot >= until) {
                return Ok(slot);
            }
            stock.forfeited += 1;
            // Slots lie unused: take fewer.
            stock.batch = 0;
        }
        if let Some((until, cause)) = held_back
            && until > later(now, self.options.longest_wait)
        {
            return Err(GateRefusal { until, cause });
        }
        let batch = stock.batch.saturating_mul(2).clamp(1, self.options.largest_stock.max(1));
        // Answers can take longer than last time.
        let lead = self.options.lead.max(stock.took.mul_f64(1.5)).min(self.options.longest_wait / 2);
        let pause = held_back.map(|(until, _)| Duration::try_from(until.duration_since(now)));
        let lead = pause.and_then(Result::ok).map_or(lead, |pause| lead.max(pause));
        let wait = self.options.longest_wait;
        let outcome = self.quota.reserve(purpose, batch, stock.forfeited, lead, wait).await;
        stock.took = Duration::try_from(self.clock.now().duration_since(now)).unwrap_or_default();
        let Reservation { slots, in_doubt_since } = outcome.map_err(|error| self.refusal(&error))?;
        // Never forgotten here: the record may have been read before somebody was throttled.
        if in_doubt_since.is_some() {
            self.seen().in_doubt_since = in_doubt_since;
        }
        stock.forfeited = 0;
        stock.batch = batch;
        stock.slots = slots.into();
        stock.slots.pop_front().ok_or_else(|| self.come_later(RefusalCause::TooLongAWait))
    }

    async fn forfeit(&self, purpose: Purpose) {
        let mut stock = self.stock(purpose).lock().await;
        stock.forfeited += 1;
        stock.batch = 0;
    }

    fn refusal(&self, error: &ReserveError) -> GateRefusal {
        match error {
            ReserveError::Refused(refusal) => *refusal,
            ReserveError::Quota(error) => {
                tracing::warn!(
                    error = error as &dyn std::error::Error,
                    "the record of requests is out of reach; no request is sent"
                );
                self.come_later(RefusalCause::Unavailable)
            }
        }
    }

    fn come_later(&self, cause: RefusalCause) -> GateRefusal {
        GateRefusal { until: later(self.clock.now(), SHORT_PAUSE), cause }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn hold_back_until(&self, moment: Timestamp, cause: RefusalCause) {
        let held_back = &mut self.seen().held_back;
        if held_back.is_none_or(|(until, _)| moment > until) {
            *held_back = Some((moment, cause));
        }
    }

    /// The first success after throttling is noted for everybody, any other not: that would be a write for each
    /// request.
    async fn answered(&self, sent_at: Timestamp) -> Result<(), QuotaError> {
        let proof = self.seen().in_doubt_since.take_if(|since| sent_at >= *since);
        let Some(since) = proof else { return Ok(()) };
        let noted = self.quota.answered(sent_at).await;
        if noted.is_err() {
            self.seen().in_doubt_since.get_or_insert(since);
        }
        noted
    }

    async fn throttled(&self, sent_at: Timestamp, asked: Timestamp) -> Result<(), QuotaError> {
        tracing::info!("Constant Contact asks for fewer requests per second; pausing");
        // At once, since others of this process could send while the record is written.
        self.hold_back_until(asked, RefusalCause::Throttled);
        let BackOff { since, until } = self.quota.throttled(sent_at, asked).await?;
        self.hold_back_until(until, RefusalCause::Throttled);
        self.seen().in_doubt_since = Some(since);
        Ok(())
    }

    async fn exceeded(&self, until: Timestamp) -> Result<(), QuotaError> {
        tracing::warn!(%until, "the application's requests of this day are used up; waiting for the next");
        self.hold_back_until(until, RefusalCause::DayQuota);
        self.quota.exceeded(until).await
    }
}

#[async_trait]
impl RequestGate for QuotaGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        for _ in 0..MISSES {
            let slot = self.next_slot(purpose).await?;
            if slot > self.clock.now() {
                self.clock.sleep_until(slot).await;
            }
            if self.clock.now() <= later(slot, TOLERANCE) {
                self.counters.count(kind);
                return Ok(());
            }
            self.forfeit(purpose).await;
        }
        Err(self.come_later(RefusalCause::TooLongAWait))
    }

    async fn observe(&self, observation: Observation) {
        let noted = match observation.outcome {
            Outcome::Answered => self.answered(observation.sent_at).await,
            Outcome::Throttled { until } => self.throttled(observation.sent_at, until).await,
            Outcome::QuotaExceeded { until } => self.exceeded(until).await,
        };
        if let Err(error) = noted {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "others could not be told how many requests the service takes"
            );
        }
    }
}
