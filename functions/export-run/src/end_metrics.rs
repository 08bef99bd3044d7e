//! The metrics of a run, written once, when its end is saved.

use std::sync::Arc;

use domain::Clock;
use engine::{Observer, Run};
use telemetry::{Metrics, Unit};

/// What the dimension `Function` says.
pub(crate) const FUNCTION: &str = "export-run";

/// Writes the metrics of runs that end. A run's end is saved by one call only, whoever else works on it.
#[derive(Debug)]
pub(crate) struct EndMetrics {
    clock: Arc<dyn Clock>,
}

impl EndMetrics {
    /// Metrics dated by `clock`.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Observer for EndMetrics {
    fn run_saved(&self, run: &Run) {
        if let Some(metrics) = of_end(run)
            && let Err(error) = metrics.write(self.clock.now())
        {
            tracing::warn!(%error, "the metrics of a run could not be written");
        }
    }
}

fn of_end(run: &Run) -> Option<Metrics> {
    let ended = run.ended()?;
    let counts = &ended.counts;
    let lasted = ended.at.duration_since(run.created_at).as_secs();
    let metrics = Metrics::of(FUNCTION)
        .by("Status", ended.end.status().to_string())
        .with("RunsEnded", Unit::Count, 1)
        .with("RowsRead", Unit::Count, counts.read)
        .with("RowsAdded", Unit::Count, counts.added)
        .with("RowsUpdated", Unit::Count, counts.updated)
        .with("RowsRejected", Unit::Count, counts.rejected)
        .with("RowsUnsent", Unit::Count, counts.unsent)
        .with("Imports", Unit::Count, u64::from(ended.chunks))
        .with("Requests", Unit::Count, run.total_requests())
        .with("RunDuration", Unit::Seconds, u64::try_from(lasted).unwrap_or(0));
    Some(metrics)
}
