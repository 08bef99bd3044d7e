//! Ended runs in short: one small document per export, so that a page of them is one read.

use domain::identifier::{ExportId, RunId, SegmentName};
use domain::outcome::Counts;
use jiff::Timestamp;
use planner::RunKind;
use serde::{Deserialize, Serialize};
use store::{Change, Document, DocumentError};

use crate::account::{Never, document_error};
use crate::end::{End, Status};
use crate::engine::Engine;
use crate::finishing::{Ended, FeedbackFiles};
use crate::keys;
use crate::run::{Run, Trigger};
use crate::service_counts::ServiceCounts;
use crate::warning::Warning;

/// So many runs of an export are kept in short; their own documents are kept all.
const RUNS_KEPT: usize = 150;

/// An ended run in short: everything that a page of runs shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its id.
    pub run: RunId,
    /// What started it.
    pub trigger: Trigger,
    /// Who asked for it, or who answers for scheduled runs; never an address.
    #[serde(default)]
    pub requested_by: String,
    /// What it was to do.
    #[serde(default)]
    pub kind: RunKind,
    /// The braked run whose plan it was, if it was an approved one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<RunId>,
    /// When it was asked for.
    #[serde(default)]
    pub created_at: Timestamp,
    /// When work on it began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// The status.
    pub status: Status,
    /// How it ended; `Display` is the sentence, `code` the machine code.
    pub end: End,
    /// When.
    pub ended_at: Timestamp,
    /// Its counts.
    pub counts: Counts,
    /// The service's own counts.
    #[serde(default)]
    pub service: ServiceCounts,
    /// The snapshots that were used.
    #[serde(default)]
    pub snapshots: Vec<UsedSnapshot>,
    /// Imports that were planned.
    #[serde(default)]
    pub imports: u32,
    /// Requests of all kinds that were made.
    #[serde(default)]
    pub requests: u64,
    /// Things worth knowing that stopped nothing.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What people got back.
    #[serde(default)]
    pub files: FeedbackFiles,
}

/// A snapshot that a run used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedSnapshot {
    /// The segment.
    pub segment: SegmentName,
    /// The name that people know the snapshot by.
    pub snapshot: String,
    /// When it was written.
    pub last_modified: Timestamp,
}

impl RunSummary {
    /// A run and its end in short.
    #[must_use]
    pub fn new(run: &Run, ended: &Ended) -> Self {
        let snapshots = ended.snapshots.iter().map(|snapshot| UsedSnapshot {
            segment: snapshot.segment.clone(),
            snapshot: snapshot.snapshot.clone(),
            last_modified: snapshot.last_modified,
        });
        Self {
            run: run.key.run.clone(),
            trigger: run.request.trigger,
            requested_by: run.request.requested_by.clone(),
            kind: run.request.kind,
            approved: run.request.approved.clone(),
            created_at: run.created_at,
            started_at: run.started_at,
            status: ended.end.status(),
            end: ended.end.clone(),
            ended_at: ended.at,
            counts: ended.counts.clone(),
            service: run.service,
            snapshots: snapshots.collect(),
            imports: ended.chunks,
            requests: run.total_requests(),
            warnings: run.warnings.clone(),
            files: ended.files.clone(),
        }
    }
}

/// The latest ended runs of one export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// The newest first, in the order in which they were asked for.
    runs: Vec<RunSummary>,
}

impl Document for History {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "history";
}

impl History {
    /// Adds a run, once.
    fn add(&mut self, summary: &RunSummary) {
        self.runs.retain(|known| known.run != summary.run);
        // Ids sort by time.
        let place = self.runs.partition_point(|known| known.run > summary.run);
        self.runs.insert(place, summary.clone());
        self.runs.truncate(RUNS_KEPT);
    }
}

impl Engine {
    /// The latest runs of an export that have ended, in short and the newest first; at least the last 100 are there to
    /// be asked for. One read. The run that is active is not among them: see [`Engine::occupation`].
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn history(&self, export: &ExportId, limit: usize) -> Result<Vec<RunSummary>, DocumentError> {
        let history = self.documents.load::<History>(&keys::history(export)).await?;
        let mut runs = history.map(|history| history.content.runs).unwrap_or_default();
        runs.truncate(limit);
        Ok(runs)
    }

    /// Adds an ended run to its export's history.
    pub(crate) async fn record(&self, export: &ExportId, summary: &RunSummary) -> Result<(), DocumentError> {
        self.documents
            .update::<History, (), Never, _>(&keys::history(export), |current| {
                let mut history = current.cloned().unwrap_or_default();
                history.add(summary);
                Ok(if current == Some(&history) { Change::Keep(()) } else { Change::Write(history, ()) })
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{RunKey, StartRequest};

    fn summary(number: usize) -> RunSummary {
        let run = RunId::new(format!("run-{number:04}")).unwrap();
        let key = RunKey { export: ExportId::new("export-1").unwrap(), run };
        let request = StartRequest {
            trigger: Trigger::Upload,
            requested_by: "administrator".into(),
            kind: RunKind::Changes,
            approved: None,
        };
        let at = Timestamp::UNIX_EPOCH;
        RunSummary::new(&Run::new(key, request, at), &Ended::new(at, End::Completed))
    }

    #[test]
    fn the_newest_runs_are_kept_each_once_and_in_order() {
        let mut history = History::default();
        for number in (0..RUNS_KEPT + 10).rev() {
            history.add(&summary(number));
            history.add(&summary(number));
        }
        assert_eq!(history.runs.len(), RUNS_KEPT);
        assert_eq!(history.runs[0], summary(RUNS_KEPT + 9));
        assert!(history.runs.is_sorted_by(|newer, older| newer.run > older.run));
    }
}
