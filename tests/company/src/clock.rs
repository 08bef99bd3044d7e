//! A clock that Constant Contact follows.

use async_trait::async_trait;
use domain::{Clock, ManualClock};
use jiff::{SignedDuration, Timestamp};
use simulator::Control;

/// A clock that moves when somebody sleeps, and the simulator with it.
#[derive(Debug)]
pub struct ServiceClock {
    inner: ManualClock,
    control: Control,
}

impl ServiceClock {
    /// A clock that stands at `start`, as the simulator's does already.
    #[must_use]
    pub fn new(start: Timestamp, control: Control) -> Self {
        Self { inner: ManualClock::new(start), control }
    }

    /// Lets time pass.
    pub async fn pass(&self, time: SignedDuration) {
        self.sleep_until(self.inner.now() + time).await;
    }
}

#[async_trait]
impl Clock for ServiceClock {
    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    async fn sleep_until(&self, moment: Timestamp) {
        self.inner.sleep_until(moment).await;
        self.control.set_clock(self.inner.now()).await.unwrap();
    }
}
