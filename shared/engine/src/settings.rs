//! What an operator may change about runs.

use jiff::SignedDuration;
use planner::{BrakeSettings, ChunkLimits};
use snapshots::SnapshotSettings;
use std::path::PathBuf;

/// The settings of all runs. The defaults are the documented behaviour.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Where segments lie in their bucket; ends with a slash or is empty.
    pub segments_prefix: String,
    /// How snapshots are judged.
    pub snapshots: SnapshotSettings,
    /// The most profiles of one export.
    pub max_members: u64,
    /// The greatest share of unreadable rows.
    pub unreadable_share: f64,
    /// When a run stops as suspicious.
    pub brake: BrakeSettings,
    /// The limits of a chunk.
    pub chunks: ChunkLimits,
    /// How often a chunk is sent whose activity fails.
    pub chunk_attempts: u8,
    /// After this long an import that was sent without an answer has certainly not arrived any more. Longer than
    /// the client's time-out of an import.
    pub intent_patience: SignedDuration,
    /// An activity that has not ended after this long is given up, and its chunk is sent again.
    pub activity_patience: SignedDuration,
    /// How long a run waits for a newer snapshot that is being uploaded.
    pub dependency_patience: SignedDuration,
    /// After this long without sending, opt-outs are looked at again before the next chunk.
    pub opt_outs_fresh: SignedDuration,
    /// After this long since its plan, a run plans what it has not sent again.
    pub plan_fresh: SignedDuration,
    /// A snapshot older than this is worth a warning.
    pub snapshot_age: SignedDuration,
    /// The longest wait that is answered at once, so that a cancellation is heard.
    pub longest_wait: SignedDuration,
    /// How much longer than its deadline a lease lasts.
    pub lease_margin: SignedDuration,
    /// Where temporary files lie; the system's folder when `None`.
    pub spool_directory: Option<PathBuf>,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            segments_prefix: "segments/".to_owned(),
            snapshots: SnapshotSettings::default(),
            max_members: 1_000_000,
            unreadable_share: 0.1,
            brake: BrakeSettings::default(),
            chunks: ChunkLimits::default(),
            chunk_attempts: 4,
            intent_patience: SignedDuration::from_secs(90),
            activity_patience: SignedDuration::from_hours(12),
            dependency_patience: SignedDuration::from_hours(2),
            opt_outs_fresh: SignedDuration::from_hours(1),
            plan_fresh: SignedDuration::from_hours(24),
            snapshot_age: SignedDuration::from_hours(7 * 24),
            longest_wait: SignedDuration::from_secs(300),
            lease_margin: SignedDuration::from_secs(30),
            spool_directory: None,
        }
    }
}
