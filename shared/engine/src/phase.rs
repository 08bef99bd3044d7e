//! The phases of a run, each with what belongs to it.

use std::collections::BTreeMap;

use domain::identifier::{ActivityId, PlanId, SegmentName};
use domain::outcome::Counts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snapshots::PinnedSnapshot;

use crate::chunk::{Chunk, ChunkState};
use crate::finishing::{Ended, FeedbackFiles, Finishing};

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
    /// Additions that had passed the brake before the first part: an earlier run had planned them, and not sent.
    #[serde(default)]
    pub passed: u64,
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
    /// See [`EarlierPart::passed`].
    #[serde(default)]
    pub passed: u64,
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
