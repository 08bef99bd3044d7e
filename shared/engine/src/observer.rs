//! Who wants to see a run's progress.

use std::fmt::Debug;

use crate::run::Run;

/// Is told of progress as it happens. Must return at once.
pub trait Observer: Debug + Send + Sync {
    /// The run was saved in this state.
    fn run_saved(&self, run: &Run) {
        let _ = run;
    }

    /// So many rows of the snapshots have been read by the plan under way.
    fn rows_read(&self, rows: u64) {
        let _ = rows;
    }
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl Observer for NoObserver {}
