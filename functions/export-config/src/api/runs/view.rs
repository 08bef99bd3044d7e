//! Runs as the API shows them: counts and sentences, no rows of people.

use std::collections::BTreeMap;

use ::configuration::{QueuedRun, RunDetails, RunItem, RunPermissions, RunWarning};
use engine::UsedSnapshot;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::connections::NamedExport;
use super::super::exports::Note;
use super::super::words::{RequestKind, RunKind, Status, Trigger};
use super::counts::{Counts, CountsOfService};
use super::progress::Progress;

/// Something worth knowing that stopped nothing.
#[derive(Serialize, ToSchema)]
pub(super) struct Warning {
    /// For programs.
    code: String,
    /// For people.
    sentence: String,
}

/// A run that has ended.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct EndedRun {
    /// The run's id.
    run: String,
    status: Status,
    /// How it ended, for programs.
    code: String,
    /// How it ended and what to do, for people.
    sentence: String,
    trigger: Trigger,
    /// Who asked for it, or who answers for runs that nobody starts by hand.
    requested_by: String,
    kind: RunKind,
    /// The id of the run that the safety brake stopped and whose plan this was.
    approved: Option<String>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Timestamp,
    /// From the beginning of the work to its end.
    duration_seconds: Option<i64>,
    counts: Counts,
    /// Constant Contact's own counts.
    service: CountsOfService,
    snapshots: Vec<Snapshot>,
    /// Imports that were planned.
    imports: u32,
    /// Requests that were made.
    requests: u64,
    warnings: Vec<Warning>,
    /// There is a report of rejected rows for you, while it is kept (30 days).
    report: bool,
    /// There is a file with the outcome of every row for you.
    outcomes: bool,
    /// Its plan was approved after the safety brake had stopped it.
    approval: Option<Approval>,
    /// You may approve its plan, which nobody has done yet.
    may_approve: bool,
}

/// That the plan of a braked run was approved.
#[derive(Serialize, ToSchema)]
struct Approval {
    by: String,
    at: Timestamp,
    /// The id of the run that sends it.
    run: String,
    /// Whether that run has begun: before, there is nothing to look at.
    begun: bool,
}

impl From<::configuration::Approval> for Approval {
    fn from(approval: ::configuration::Approval) -> Self {
        Self { by: approval.by, at: approval.at, run: approval.run.into(), begun: approval.begun }
    }
}

/// A snapshot that a run used.
#[derive(Serialize, ToSchema)]
struct Snapshot {
    segment: String,
    snapshot: String,
    last_modified: Timestamp,
}

/// A run that begins when the active one has ended.
#[derive(Serialize, ToSchema)]
pub(super) struct WaitingRun {
    /// The id that it will have. It can be canceled by it; there is nothing to look at before it begins.
    run: String,
    trigger: Trigger,
    requested_by: String,
    kind: RunKind,
    requested_at: Timestamp,
}

/// All of one run.
#[derive(Serialize, ToSchema)]
pub(super) struct Run {
    export: NamedExport,
    /// Its id.
    run: String,
    trigger: Trigger,
    requested_by: String,
    kind: RunKind,
    /// The id of the run that the safety brake stopped and whose plan this is.
    approved: Option<String>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    /// The id of the list that it writes to, once it has read its configuration.
    list: Option<String>,
    progress: Progress,
    /// Why it waits for a person.
    parked: Option<Note>,
    /// Requests that were made, by what they were for.
    requests: BTreeMap<RequestKind, u64>,
    /// How it ended; `null` while it has not.
    ended: Option<EndedRun>,
    you_may: YouMay,
}

/// What you may do with a run at this moment.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
struct YouMay {
    cancel: bool,
    approve: bool,
    /// Start a run of kind `retry_failed` that would send what this one did not.
    retry_failed: bool,
    /// Download its files of rows.
    download: bool,
}

impl From<RunWarning> for Warning {
    fn from(warning: RunWarning) -> Self {
        Self { code: warning.code.to_owned(), sentence: warning.sentence }
    }
}

impl From<RunItem> for EndedRun {
    fn from(run: RunItem) -> Self {
        Self {
            run: run.run.into(),
            status: run.status.into(),
            code: run.code.to_owned(),
            sentence: run.sentence,
            trigger: run.trigger.into(),
            requested_by: run.requested_by,
            kind: run.kind.into(),
            approved: run.approved.map(Into::into),
            created_at: run.created_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            duration_seconds: run.duration.map(|duration| duration.as_secs()),
            counts: run.counts.into(),
            service: run.service.into(),
            snapshots: run.snapshots.into_iter().map(Into::into).collect(),
            imports: run.imports,
            requests: run.requests,
            warnings: run.warnings.into_iter().map(Into::into).collect(),
            report: run.report,
            outcomes: run.outcomes,
            approval: run.approval.map(Into::into),
            may_approve: run.may_approve,
        }
    }
}

impl From<UsedSnapshot> for Snapshot {
    fn from(used: UsedSnapshot) -> Self {
        Self { segment: used.segment.into(), snapshot: used.snapshot, last_modified: used.last_modified }
    }
}

impl From<QueuedRun> for WaitingRun {
    fn from(run: QueuedRun) -> Self {
        Self {
            run: run.run.into(),
            trigger: run.trigger.into(),
            requested_by: run.requested_by,
            kind: run.kind.into(),
            requested_at: run.requested_at,
        }
    }
}

impl From<RunDetails> for Run {
    fn from(run: RunDetails) -> Self {
        let requests = run.requests.into_iter().map(|(kind, requests)| (kind.into(), requests));
        Self {
            export: run.export.into(),
            run: run.key.run.into(),
            trigger: run.request.trigger.into(),
            requested_by: run.request.requested_by,
            kind: run.request.kind.into(),
            approved: run.request.approved.map(Into::into),
            created_at: run.created_at,
            started_at: run.started_at,
            list: run.list.map(Into::into),
            progress: run.progress.into(),
            parked: run.parked.map(Into::into),
            requests: requests.collect(),
            ended: run.ended.map(Into::into),
            you_may: run.you_may.into(),
        }
    }
}

impl From<RunPermissions> for YouMay {
    fn from(you_may: RunPermissions) -> Self {
        let RunPermissions { cancel, approve, retry_failed, download } = you_may;
        Self { cancel, approve, retry_failed, download }
    }
}
