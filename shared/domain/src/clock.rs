//! Time, injected: the one place that reads the system's clock.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// What everything that depends on time asks. Pass it in; never read the system's clock elsewhere.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Returns once `moment` has come; at once when it has passed.
    async fn sleep_until(&self, moment: Timestamp);
}

/// The clock of production.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, moment: Timestamp) {
        sleep_for(moment.duration_since(self.now())).await;
    }
}

async fn sleep_for(remaining: SignedDuration) {
    if let Ok(remaining) = Duration::try_from(remaining) {
        tokio::time::sleep(remaining).await;
    }
}

/// Virtual time for tests with many sleepers: the time of the runtime, which is virtual where the runtime's clock is
/// paused (`#[tokio::test(start_paused = true)]`). Sleepers wake in order, each at its moment. A test that speaks
/// over real connections needs [`ManualClock`] instead: a paused runtime does not wait for them.
#[derive(Debug, Clone, Copy)]
pub struct RuntimeClock {
    start: Timestamp,
    origin: tokio::time::Instant,
}

impl RuntimeClock {
    /// A clock that shows `start` now.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start, origin: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        self.start.saturating_add(self.origin.elapsed()).unwrap_or(self.start)
    }

    async fn sleep_until(&self, moment: Timestamp) {
        sleep_for(moment.duration_since(self.now())).await;
    }
}

/// Virtual time for tests: sleeping moves the clock forward at once, so that hours pass in no time.
///
/// Observers (a simulator with a clock of its own, say) can follow through [`ManualClock::on_advance`].
pub struct ManualClock {
    now: Mutex<Timestamp>,
    observer: Mutex<Option<Observer>>,
}

type Observer = Box<dyn Fn(Timestamp) + Send + Sync>;

impl Debug for ManualClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ManualClock").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { now: Mutex::new(start), observer: Mutex::new(None) }
    }

    /// Calls `observer` with the new moment whenever time moves. Replaces an earlier observer.
    pub fn on_advance(&self, observer: impl Fn(Timestamp) + Send + Sync + 'static) {
        *self.observer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(observer));
    }

    /// Moves the clock to `moment`; a moment in the past leaves it where it is.
    pub fn advance_to(&self, moment: Timestamp) {
        let moved = {
            let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
            let moved = moment > *now;
            if moved {
                *now = moment;
            }
            moved
        };
        if moved && let Some(observer) = &*self.observer.lock().unwrap_or_else(PoisonError::into_inner) {
            observer(moment);
        }
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep_until(&self, moment: Timestamp) {
        self.advance_to(moment);
        // Let others run, as a real sleep would.
        tokio::task::yield_now().await;
    }
}
