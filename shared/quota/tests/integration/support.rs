//! Gates of several processes to one record, in virtual time.

use std::sync::Arc;

use domain::{ManualRandom, RuntimeClock};
use quota::{GateOptions, Limits, Quota, QuotaGate};
use store::{Documents, MemoryStore};

pub(crate) const START: &str = "2026-03-05T12:00:00.3Z";

/// Of [`Quota`] and [`QuotaGate`] each call makes one as another process would have it.
pub(crate) struct Bench {
    pub(crate) clock: Arc<RuntimeClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) limits: Limits,
}

impl Bench {
    pub(crate) fn new(start: &str, limits: Limits) -> Self {
        let clock = RuntimeClock::new(start.parse().unwrap());
        Self { clock: Arc::new(clock), store: Arc::new(MemoryStore::new()), limits }
    }

    pub(crate) fn quota(&self, seed: u64) -> Arc<Quota> {
        let random = Arc::new(ManualRandom::new(seed));
        let documents = Documents::new(self.store.clone(), self.clock.clone(), random.clone());
        Arc::new(Quota::new(documents, "key", self.limits, self.clock.clone(), random))
    }

    pub(crate) fn gate(&self, seed: u64) -> QuotaGate {
        self.gate_with(seed, GateOptions::default())
    }

    pub(crate) fn gate_with(&self, seed: u64, options: GateOptions) -> QuotaGate {
        QuotaGate::new(self.quota(seed), self.clock.clone(), options)
    }
}
