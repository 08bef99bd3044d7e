//! How many requests were sent, by kind, for a run's summary.

use std::sync::atomic::{AtomicU64, Ordering};

use constant_contact::RequestKind;
use serde::{Deserialize, Serialize};

/// Requests that passed one gate, repetitions included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCounts {
    /// Reads.
    pub reads: u64,
    /// Imports.
    pub imports: u64,
    /// Removals.
    pub removals: u64,
    /// Contact exports started.
    pub exports: u64,
    /// Other changes.
    pub changes: u64,
}

impl RequestCounts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.reads + self.imports + self.removals + self.exports + self.changes
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters([AtomicU64; 5]);

impl Counters {
    pub(crate) fn count(&self, kind: RequestKind) {
        let [reads, imports, removals, exports, changes] = &self.0;
        let counter = match kind {
            RequestKind::Read => reads,
            RequestKind::Import => imports,
            RequestKind::Removal => removals,
            RequestKind::Export => exports,
            RequestKind::Change => changes,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> RequestCounts {
        let [reads, imports, removals, exports, changes] =
            self.0.each_ref().map(|counter| counter.load(Ordering::Relaxed));
        RequestCounts { reads, imports, removals, exports, changes }
    }
}
