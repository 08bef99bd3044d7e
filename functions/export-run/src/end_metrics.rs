//! The metrics of a run, written once, when its end is saved.

use std::sync::Arc;

use domain::Clock;
use engine::{Observer, Run};
use notifications::NotificationSettings;
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
    // People are told of as many by the same default.
    let many = NotificationSettings::default().many(counts.rejected, counts.read);
    let lasted = ended.at.duration_since(run.created_at).as_secs();
    let metrics = Metrics::of(FUNCTION)
        .by("Status", ended.end.status().to_string())
        .with("RunsEnded", Unit::Count, 1)
        .with("RowsRead", Unit::Count, counts.read)
        .with("RowsAdded", Unit::Count, counts.added)
        .with("RowsUpdated", Unit::Count, counts.updated)
        .with("RowsRejected", Unit::Count, counts.rejected)
        .with("RunsWithManyRejectedRows", Unit::Count, u64::from(many))
        .with("RowsUnsent", Unit::Count, counts.unsent)
        .with("Imports", Unit::Count, u64::from(ended.chunks))
        .with("Requests", Unit::Count, run.total_requests())
        .with("RunDuration", Unit::Seconds, u64::try_from(lasted).unwrap_or(0));
    Some(metrics)
}

#[cfg(test)]
mod tests {
    use domain::identifier::{ExportId, RunId};
    use engine::{End, Ended, Phase, RunKey, StartRequest, Trigger};
    use jiff::Timestamp;

    use super::*;

    /// A run with so many rows, so many of which were rejected.
    fn ended(read: u64, rejected: u64) -> Run {
        let key = RunKey { export: ExportId::new("export-1").unwrap(), run: RunId::new("run-1").unwrap() };
        let request = StartRequest {
            trigger: Trigger::Upload,
            requested_by: "Ann".to_owned(),
            kind: Default::default(),
            approved: None,
        };
        let mut run = Run::new(key, request, Timestamp::UNIX_EPOCH);
        let mut ended = Ended::new(Timestamp::UNIX_EPOCH, End::Completed);
        (ended.counts.read, ended.counts.rejected) = (read, rejected);
        run.phase = Phase::Ended(Box::new(ended));
        run
    }

    fn line(run: &Run) -> String {
        of_end(run).unwrap().line(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn many_rejected_rows_are_a_metric_of_their_own() {
        assert!(line(&ended(100, 10)).contains(r#""RunsWithManyRejectedRows":1"#));
        assert!(line(&ended(100, 5)).contains(r#""RunsWithManyRejectedRows":0"#), "a small share");
        assert!(line(&ended(10, 9)).contains(r#""RunsWithManyRejectedRows":0"#), "few rows");
    }
}
