//! An ended run as a list shows it: counts and sentences, no rows of people.

use catalog::Connection;
use domain::identifier::RunId;
use domain::outcome::{Counts, Reason};
use engine::{End, RunSummary, ServiceCounts, Status, Trigger, UsedSnapshot, Warning};
use identity::Person;
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use serde::Serialize;

use super::approval::Approval;
use crate::access;

/// Something worth knowing that stopped nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunWarning {
    /// A stable word for programs.
    pub code: &'static str,
    /// For people.
    pub sentence: String,
}

impl From<&Warning> for RunWarning {
    fn from(warning: &Warning) -> Self {
        Self { code: warning.code(), sentence: warning.to_string() }
    }
}

/// An ended run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunItem {
    /// Its id.
    pub run: RunId,
    /// Its status.
    pub status: Status,
    /// How it ended, for programs.
    pub code: &'static str,
    /// How it ended and what to do, for people.
    pub sentence: String,
    /// What started it.
    pub trigger: Trigger,
    /// Who asked for it, or who answers for scheduled runs.
    pub requested_by: String,
    /// What it was to do.
    pub kind: RunKind,
    /// The braked run whose plan it was.
    pub approved: Option<RunId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How long it took from the beginning of the work.
    pub duration: Option<SignedDuration>,
    /// What came of every row, and why.
    pub counts: Counts,
    /// Constant Contact's own counts.
    pub service: ServiceCounts,
    /// The snapshots that were used.
    pub snapshots: Vec<UsedSnapshot>,
    /// Imports that were planned.
    pub imports: u32,
    /// Requests that were made.
    pub requests: u64,
    /// What is worth knowing.
    pub warnings: Vec<RunWarning>,
    /// There is a report of rejected rows for this person to download, while it is kept (30 days).
    pub report: bool,
    /// There is an outcome file for this person to download.
    pub outcomes: bool,
    /// Its plan was approved after the safety brake had stopped it.
    pub approval: Option<Approval>,
    /// This person may approve its plan, which nobody has done yet.
    pub may_approve: bool,
}

/// Whether it was Constant Contact that refused the row.
const fn by_service(reason: Reason) -> bool {
    match reason {
        Reason::Parked | Reason::ServiceCorrectable | Reason::ServiceError | Reason::RejectedUnidentified => {
            true
        }
        Reason::FieldCount
        | Reason::Encoding
        | Reason::IdentityMissing
        | Reason::EmailMissing
        | Reason::EmailInvalid
        | Reason::EmailTooLong => false,
    }
}

impl RunItem {
    /// Rows that *Retry failed* would try again: those that were not sent, and those that Constant Contact refused. What
    /// our own checks reject would be rejected again.
    #[must_use]
    pub fn retryable(&self) -> u64 {
        let refused = self.counts.reasons.iter().filter(|(reason, _)| by_service(**reason));
        refused.fold(self.counts.unsent, |rows, (_, count)| rows.saturating_add(*count))
    }

    /// What `person` sees of an ended run of an export that uses `connection`, and of the `approval` of its plan.
    pub(crate) fn of(
        person: &Person,
        connection: Option<&Connection>,
        run: &RunSummary,
        approval: Option<Approval>,
    ) -> Self {
        let may_see_people = access::may_see_people(person, connection);
        let may_edit = access::may_edit_export(person, connection);
        Self {
            run: run.run.clone(),
            status: run.status,
            code: run.end.code(),
            sentence: run.end.to_string(),
            trigger: run.trigger,
            requested_by: run.requested_by.clone(),
            kind: run.kind,
            approved: run.approved.clone(),
            created_at: run.created_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            duration: run.started_at.map(|started| run.ended_at.duration_since(started)),
            counts: run.counts.clone(),
            service: run.service,
            snapshots: run.snapshots.clone(),
            imports: run.imports,
            requests: run.requests,
            warnings: run.warnings.iter().map(RunWarning::from).collect(),
            report: may_see_people && run.files.report.is_some(),
            outcomes: may_see_people && run.files.outcomes.is_some(),
            may_approve: may_edit && approval.is_none() && matches!(run.end, End::Braked { .. }),
            approval,
        }
    }
}
