//! One run: the whole state of the engine for it, as it lies in S3.

use std::collections::BTreeMap;

use constant_contact::RequestKind;
use domain::identifier::{AccountId, ActivityId, ConnectionId, ExportId, ListId, PlanId, RunId, SegmentName};
use domain::mapping::Mapping;
use domain::outcome::Counts;
use jiff::Timestamp;
use planner::RunKind;
use serde::{Deserialize, Serialize};
use snapshots::PinnedSnapshot;
use store::Document;

use crate::crashes::Crashes;
use crate::end::{End, ParkReason};
use crate::forecast::Forecast;
use crate::service_counts::ServiceCounts;
use crate::warning::Warning;

/// Names a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// The export.
    pub export: ExportId,
    /// The run.
    pub run: RunId,
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A person.
    OnDemand,
    /// The schedule.
    Scheduled,
    /// A new snapshot.
    Upload,
}

/// What a run was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRequest {
    /// What started it.
    pub trigger: Trigger,
    /// Who asked, or who answers for scheduled runs; never an address.
    pub requested_by: String,
    /// What it is to do.
    #[serde(default)]
    pub kind: RunKind,
    /// A run that the brake stopped and that a person approved: exactly its plan may go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<RunId>,
}

/// The export's configuration as the run uses it: a later change concerns later runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The connection.
    pub connection: ConnectionId,
    /// The account that it is bound to.
    pub account: AccountId,
    /// The list.
    pub list: ListId,
    /// The segments, in order.
    pub segments: Vec<SegmentName>,
    /// The mapping.
    pub mapping: Mapping,
}

/// Who may work on a run, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which process, and which call in it.
    pub holder: String,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its name.
    pub key: RunKey,
    /// What it was asked for.
    pub request: StartRequest,
    /// When it was created.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// Its configuration, once read.
    pub configuration: Option<Configuration>,
    /// Who works on it now.
    pub lease: Option<Lease>,
    /// Raised with every lease.
    pub fence: u64,
    /// When it should be worked on again.
    pub due_at: Option<Timestamp>,
    /// Why it waits for a person.
    pub parked: Option<ParkReason>,
    /// Why it is waiting, for people.
    pub waiting: Option<Waiting>,
    /// Who asked for it to be cancelled, and when.
    pub cancel: Option<Cancellation>,
    /// How often in a row a step failed for a passing reason.
    pub failures: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Requests made, by kind.
    pub requests: BTreeMap<RequestKind, u64>,
    /// Things worth knowing that stopped nothing.
    pub warnings: Vec<Warning>,
    /// Since when it has been waiting for a snapshot that is being uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for_upload_since: Option<Timestamp>,
    /// The ledger objects that its plans were compared with: of no use to anybody once it has pointed to a newer
    /// one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared_ledgers: Vec<String>,
    /// What the service itself counted, over all activities that it completed.
    #[serde(default)]
    pub service: ServiceCounts,
    /// How many requests its plan needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
    /// How often callers died in it without any progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crashes: Option<Crashes>,
    /// How often the outcome file could not be written.
    #[serde(default)]
    pub outcome_failures: u8,
}

impl Document for Run {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "run";
}

/// Why a run waits although no person is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Another run writes to the same list.
    List,
    /// Another run sends to the same account.
    Account,
    /// A newer snapshot is being uploaded.
    Snapshot,
    /// The service works on what was sent.
    Activities,
    /// An import's answer was lost; its fate is not known yet.
    LostAnswer,
    /// The service asked for patience, or the day's requests are used up.
    Quota,
    /// Something failed and is tried again.
    Retry,
}

/// Who asked for a run to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// Where a run stands. What belongs to a phase exists only in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Nothing has been done; the list may be in use by another run.
    Queued,
    /// The list is ours; opt-outs, list and connection are looked at.
    Looking(Looking),
    /// The snapshots are pinned; the plan is being made.
    Planning(Planning),
    /// The plan is made; its chunks are being sent and settled.
    Sending(Box<Sending>),
    /// Everything has settled; ledger, report and outcome file are being written.
    Finishing(Box<Finishing>),
    /// The end.
    Ended(Box<Ended>),
}

/// What a run that plans a second time carries over from its first part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierPart {
    /// How many parts were closed.
    pub parts: u32,
    /// The ledger object from before the first part; `None` when there was none.
    pub baseline: Option<String>,
    /// Rows possibly sent twice.
    pub possibly_repeated: u64,
    /// People whom the export held before the first part; `None` on its first run.
    #[serde(default)]
    pub held: Option<u64>,
    /// What had come of every row when the last part was closed: the run's counts, should it end before it has
    /// another plan.
    #[serde(default)]
    pub counts: Counts,
    /// A full run has sent everybody up to this place in the order of the ledger, in hexadecimal digits.
    #[serde(default)]
    pub sent_up_to: Option<String>,
    /// The snapshots of the last part.
    #[serde(default)]
    pub snapshots: Vec<PinnedSnapshot>,
    /// The files of the last part.
    #[serde(default)]
    pub files: FeedbackFiles,
    /// Imports of all parts.
    #[serde(default)]
    pub chunks: u32,
}

/// Looking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looking {
    /// List, connection and custom fields were found in order.
    pub checked: bool,
    /// When the opt-outs were last looked at.
    pub opt_outs_at: Option<Timestamp>,
    /// Set when a part of the run has been closed.
    pub earlier: Option<EarlierPart>,
}

/// Planning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planning {
    /// What is read.
    pub snapshots: Vec<PinnedSnapshot>,
    /// When the opt-outs were looked at.
    pub opt_outs_at: Timestamp,
    /// The ledger turned out to be unreadable: plan without it.
    pub without_ledger: bool,
    /// Set when a part of the run has been closed.
    pub earlier: Option<EarlierPart>,
}

/// The ledger that a plan was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerBasis {
    /// The ledger's object; `None` when there is none, or it could not be read.
    pub object: Option<String>,
    /// Whether there was a pointer to an unreadable one.
    pub unreadable: bool,
}

/// Sending and settling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The plan that won.
    pub plan: PlanId,
    /// When it was made.
    pub planned_at: Timestamp,
    /// What it was made of.
    pub snapshots: Vec<PinnedSnapshot>,
    /// Rows of each segment, for the brake of the next run.
    pub segment_rows: BTreeMap<SegmentName, u64>,
    /// The ledger that it was compared with.
    pub basis: LedgerBasis,
    /// Counts of the rows that the plan decided.
    pub counts: Counts,
    /// Rows to send that the export did not hold before.
    pub additions: u64,
    /// Rows to send that it did.
    pub updates: u64,
    /// People whom the export held before this plan; `None` when it had no ledger.
    #[serde(default)]
    pub held: Option<u64>,
    /// How many of those have opted out without the ledger's knowing; the settlement makes it remember them.
    #[serde(default)]
    pub newly_opted_out: u64,
    /// The service says that the list is not there any more.
    #[serde(default)]
    pub list_missing: bool,
    /// A step in which callers kept dying: nothing more is sent, what was sent is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// The chunks, in order.
    pub chunks: Vec<Chunk>,
    /// When the opt-outs were last looked at and the waiting chunks brought up to date.
    pub opt_outs_at: Timestamp,
    /// When something was last sent.
    pub last_sent_at: Option<Timestamp>,
    /// When the activities are looked at next, and how long the pause before was, in seconds.
    pub next_poll: Option<NextPoll>,
    /// A contact export that finds out who was refused.
    pub identification: Option<Identification>,
    /// Every activity that this run's imports became, for telling them from others.
    pub claims: Vec<Claim>,
    /// Set when a part of the run has been closed.
    pub earlier: Option<EarlierPart>,
}

/// When the activities are looked at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPoll {
    /// Then.
    pub at: Timestamp,
    /// The pause before it, in seconds.
    pub pause_seconds: i64,
}

/// One activity that is a run's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The activity.
    pub activity: ActivityId,
    /// When it was claimed.
    pub at: Timestamp,
}

/// A contact export under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identification {
    /// Its activity.
    pub activity: ActivityId,
    /// When it was started.
    pub at: Timestamp,
    /// How often one was started.
    pub attempts: u8,
    /// When it is looked at next, and the pause before.
    pub next_poll: NextPoll,
    /// Whether the opt-outs have been looked at since it ended.
    #[serde(default)]
    pub looked: bool,
}

/// One chunk of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// From 1.
    pub number: u32,
    /// Rows in it now.
    pub rows: u32,
    /// Bytes of its body now.
    pub bytes: u64,
    /// Rows in it as planned.
    #[serde(default)]
    pub planned_rows: u32,
    /// How many of them the export did not hold before.
    #[serde(default)]
    pub additions: u32,
    /// How often it was rewritten because somebody in it opted out; each time those were kept beside it.
    pub revision: u32,
    /// How often an activity of it failed.
    pub failed_attempts: u8,
    /// It may have reached the service more than once.
    pub possibly_repeated: bool,
    /// When its rows were last compared with the opt-outs; `None` when the plan did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// Rows, by index, whose addresses the service was asked for one by one, and whether they are on the list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_for: BTreeMap<u32, bool>,
    /// Where it stands.
    pub state: ChunkState,
}

/// Where a chunk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ChunkState {
    /// To be sent.
    Waiting,
    /// The journal says that it is about to be sent. After a crash, nobody knows whether it was.
    Intended {
        /// When it was announced.
        at: Timestamp,
        /// From then on, if it was not taken, it will not be taken any more.
        #[serde(default)]
        certain_at: Option<Timestamp>,
    },
    /// The service took it.
    Sent {
        /// As this activity.
        activity: ActivityId,
        /// When.
        at: Timestamp,
        /// Found among the recent activities after its answer was lost, not told by an answer.
        adopted: bool,
    },
    /// The service completed it.
    Completed {
        /// Rows that it refused, by its own count.
        refused: u32,
        /// Rows that it counted as opted out.
        cannot_add: u32,
        /// Rows that it refused as correctable.
        correctable: u32,
        /// Whether every refused row has been found, or all was done to find them.
        identified: bool,
    },
    /// Everybody in it opted out before it was sent.
    Emptied,
    /// Not accepted after all attempts.
    Failed {
        /// A short code of the reason.
        cause: ChunkFailure,
    },
}

/// Why a chunk was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkFailure {
    /// Its activities ended as failed, timed out or cancelled, every time.
    ActivityFailed,
    /// The service refused the request itself.
    Refused,
    /// Its files are gone: the run waited longer than they are kept.
    FilesGone,
    /// It was sent, and what became of it can no longer be found out.
    Unknown,
}

/// Finishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finishing {
    /// What was sent; `None` when the run ends before anything was.
    pub sending: Option<Sending>,
    /// The snapshots that were read, when nothing was sent.
    pub snapshots: Vec<PinnedSnapshot>,
    /// What a person approves when the brake stopped the run.
    pub basis: Option<String>,
    /// What the plan found, when nothing was sent.
    pub planned: Counts,
    /// The final counts, once settled.
    pub counts: Option<Counts>,
    /// The new ledger's object and how many people it holds, once written. `None` when it does not change.
    pub ledger: Option<NewLedger>,
    /// Whether there is a report of rejected rows, and an outcome file.
    pub files: FeedbackFiles,
    /// How the run ends.
    pub end: End,
}

/// Which files a run gives back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackFiles {
    /// The report of rejected rows, in the state bucket.
    pub report: Option<String>,
    /// The outcome of every row, in the bucket of the segments.
    pub outcomes: Option<String>,
}

/// A ledger that was written and is not pointed to yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLedger {
    /// Its object.
    pub object: String,
    /// How many people it holds.
    pub held: u64,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// How.
    pub end: End,
    /// The final counts.
    pub counts: Counts,
    /// The snapshots that were used.
    pub snapshots: Vec<PinnedSnapshot>,
    /// How many imports were planned.
    pub chunks: u32,
    /// What a person approves when the brake stopped the run.
    pub basis: Option<String>,
    /// What people get back.
    pub files: FeedbackFiles,
}

impl Ended {
    /// An end at which nothing had been sent or planned.
    #[must_use]
    pub fn new(at: Timestamp, end: End) -> Self {
        let (counts, files) = (Counts::default(), FeedbackFiles::default());
        Self { at, end, counts, snapshots: Vec::new(), chunks: 0, basis: None, files }
    }
}

impl Run {
    /// A run that has just been asked for.
    #[must_use]
    pub fn new(key: RunKey, request: StartRequest, now: Timestamp) -> Self {
        Self {
            key,
            request,
            created_at: now,
            started_at: None,
            configuration: None,
            lease: None,
            fence: 0,
            due_at: Some(now),
            parked: None,
            waiting: None,
            cancel: None,
            failures: 0,
            phase: Phase::Queued,
            requests: BTreeMap::new(),
            warnings: Vec::new(),
            waiting_for_upload_since: None,
            compared_ledgers: Vec::new(),
            service: ServiceCounts::default(),
            forecast: None,
            crashes: None,
            outcome_failures: 0,
        }
    }

    /// How it ended, if it did.
    #[must_use]
    pub const fn ended(&self) -> Option<&Ended> {
        match &self.phase {
            Phase::Ended(ended) => Some(ended),
            _ => None,
        }
    }

    /// What it sends and has sent, while it does.
    #[must_use]
    pub fn sending(&self) -> Option<&Sending> {
        match &self.phase {
            Phase::Sending(sending) => Some(sending),
            Phase::Finishing(finishing) => finishing.sending.as_ref(),
            _ => None,
        }
    }

    /// Requests of all kinds.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests.values().sum()
    }
}

impl Sending {
    /// Chunks in a state.
    pub fn count(&self, test: impl Fn(&ChunkState) -> bool) -> usize {
        self.chunks.iter().filter(|chunk| test(&chunk.state)).count()
    }

    /// The chunk with this number.
    pub fn chunk_mut(&mut self, number: u32) -> Option<&mut Chunk> {
        self.chunks.iter_mut().find(|chunk| chunk.number == number)
    }
}
