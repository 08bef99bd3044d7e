//! What a person should know of a run although it stopped nothing.

use std::fmt;

use domain::identifier::SegmentName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Things worth knowing that stopped nothing. `Display` is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// The newest snapshot of a segment is old: its feed may have died.
    SnapshotOld {
        /// The segment.
        segment: SegmentName,
        /// When the snapshot was written.
        last_modified: Timestamp,
    },
    /// A newer snapshot never became complete; an older one was used.
    UploadUnfinished {
        /// The segment.
        segment: SegmentName,
        /// The snapshot that was not waited for any longer.
        snapshot: String,
    },
    /// The ledger could not be read: everybody was sent again, nobody was removed.
    LedgerUnreadable,
    /// There is no outcome file: the bucket of the segments did not take it.
    OutcomesUnwritten {
        /// What the bucket said.
        problem: String,
    },
}

impl Warning {
    /// The machine code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SnapshotOld { .. } => "snapshot_old",
            Self::UploadUnfinished { .. } => "upload_unfinished",
            Self::LedgerUnreadable => "ledger_unreadable",
            Self::OutcomesUnwritten { .. } => "outcomes_unwritten",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SnapshotOld { segment, last_modified } => write!(
                formatter,
                "The newest snapshot of {segment:?} is from {}: look whether it is still refreshed.",
                last_modified.strftime("%Y-%m-%d")
            ),
            Self::UploadUnfinished { segment, snapshot } => write!(
                formatter,
                "The snapshot {snapshot:?} of {segment:?} never became complete; an older one was exported."
            ),
            Self::LedgerUnreadable => write!(
                formatter,
                "The record of what was sent before could not be read, so that everybody was sent again."
            ),
            Self::OutcomesUnwritten { problem } => write!(
                formatter,
                "The file with the outcome of every row could not be written ({problem}). Let the export's role write \
                 below \"outcomes/\" in the bucket of the segments (s3:PutObject and s3:AbortMultipartUpload); the \
                 next run writes its own."
            ),
        }
    }
}
