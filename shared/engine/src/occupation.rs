//! Which run of an export is active, which follows, and how the latest ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

use domain::identifier::RunId;
use domain::outcome::Counts;

use crate::end::{End, Status};
use crate::run::{StartRequest, Trigger};

/// At most one active run and one that follows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupation {
    /// The active run.
    pub active: Option<Occupant>,
    /// What starts when the active run has ended.
    pub follow_up: Option<Occupant>,
    /// How the latest run ended.
    pub latest: Option<RunSummary>,
}

impl Document for Occupation {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "occupation";
}

/// A run that is active or follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupant {
    /// Its id.
    pub run: RunId,
    /// What it was asked for: enough to make its document, should that be missing after a crash.
    pub request: StartRequest,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Its snapshots are chosen: whoever comes now needs another run.
    pub pinned: bool,
}

/// The end of a run in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Its id.
    pub run: RunId,
    /// What started it.
    pub trigger: Trigger,
    /// The status.
    pub status: Status,
    /// How it ended.
    pub end: End,
    /// When.
    pub ended_at: Timestamp,
    /// Its counts.
    pub counts: Counts,
}
