//! The end of a run: what it still writes, and what is left of it.

use domain::outcome::Counts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snapshots::PinnedSnapshot;

use crate::end::End;
use crate::phase::Sending;

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
    /// Imports of the parts that were closed, when nothing was sent after them.
    #[serde(default)]
    pub imports: u32,
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
    /// How many more may be on the list: the service refused some of them and did not say whom.
    #[serde(default)]
    pub unconfirmed: u64,
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
