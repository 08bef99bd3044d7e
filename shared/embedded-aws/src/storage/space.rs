//! How many bytes may be written.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts bytes against a capacity, so that a full disk can be had without filling one.
#[derive(Debug)]
pub(crate) struct Space {
    capacity: u64,
    used: AtomicU64,
}

impl Space {
    pub(crate) fn new(capacity: Option<u64>) -> Self {
        Self { capacity: capacity.unwrap_or(u64::MAX), used: AtomicU64::new(0) }
    }

    /// Counts what is there already, whatever the capacity.
    pub(crate) fn occupy(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Takes bytes before they are written; the same error as the disk's own when there are none.
    pub(crate) fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|used| *used <= self.capacity)
            })
            .map(|_| ())
            .map_err(|_| io::ErrorKind::StorageFull.into())
    }

    /// Gives back what was removed.
    pub(crate) fn release(&self, bytes: u64) {
        let less = |used: u64| Some(used.saturating_sub(bytes));
        // Cannot fail: the closure always answers.
        let _ = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
