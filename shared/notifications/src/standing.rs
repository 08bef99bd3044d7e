//! What was told of an export or a connection.

use std::collections::BTreeSet;

use domain::identifier::{RunId, SegmentName};
use engine::{RunSummary, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What keeps an export from succeeding. The same trouble again is no news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub(crate) enum Trouble {
    /// Runs end as Failure.
    Failed {
        /// The code of the end.
        code: String,
    },
    /// Runs end as Skipped.
    Skipped {
        /// The code of the end.
        code: String,
    },
    /// A run waits for a person.
    NeedsPerson,
}

impl Trouble {
    /// What an ended run shows; `None` for one that a person stopped, which shows nothing.
    pub(crate) fn of(run: &RunSummary) -> Option<Option<Self>> {
        let code = run.end.code().to_owned();
        match run.status {
            Status::Failure => Some(Some(Self::Failed { code })),
            Status::Skipped => Some(Some(Self::Skipped { code })),
            Status::Successful => Some(None),
            Status::Canceled | Status::Queued | Status::Processing => None,
        }
    }

    /// For programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Failed { code } | Self::Skipped { code } => code,
            Self::NeedsPerson => "needs_person",
        }
    }
}

/// Names an ended run; later ones are greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LookedAt {
    /// When it ended.
    pub(crate) ended_at: Timestamp,
    /// Which one.
    pub(crate) run: RunId,
}

impl LookedAt {
    pub(crate) fn of(run: &RunSummary) -> Self {
        Self { ended_at: run.ended_at, run: run.run.clone() }
    }
}

/// What was told of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Standing {
    /// What keeps it from succeeding.
    pub(crate) trouble: Option<Trouble>,
    /// Its runs reject many rows.
    pub(crate) many_rejected: bool,
    /// The segments whose newest snapshot is old.
    pub(crate) old_snapshots: BTreeSet<SegmentName>,
    /// The latest run that was looked at.
    pub(crate) looked_at: Option<LookedAt>,
}
