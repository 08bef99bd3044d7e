//! What an operator may change about runs.

use jiff::SignedDuration;
use planner::{BrakeSettings, ChunkLimits};
use snapshots::SnapshotSettings;
use std::path::PathBuf;
use std::time::Duration;

/// The settings of all runs. The defaults are the documented behaviour.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Where segments lie in their bucket; ends with a slash or is empty.
    pub segments_prefix: String,
    /// How snapshots are judged.
    pub snapshots: SnapshotSettings,
    /// The most profiles of one export.
    pub max_members: u64,
    /// Whether a run that would send to an address kept free for examples is refused.
    pub refuse_examples: bool,
    /// The greatest share of unreadable rows.
    pub unreadable_share: f64,
    /// When a run stops as suspicious.
    pub brake: BrakeSettings,
    /// The limits of a chunk.
    pub chunks: ChunkLimits,
    /// How often a chunk is sent whose activity fails.
    pub chunk_attempts: u8,
    /// An import is sent within this time of its announcement, or not at all: waits at the gate (20 seconds each)
    /// and repeats included. What is later is announced anew.
    pub send_window: SignedDuration,
    /// After this long since it can have been sent last, an import without an answer will certainly not be taken any
    /// more. Never less than the client's time-out of an import: see [`EngineSettings::patience`].
    pub intent_patience: SignedDuration,
    /// An activity that has not ended after this long is given up, and its chunk is sent again.
    pub activity_patience: SignedDuration,
    /// How long a run waits for a newer snapshot that is being uploaded.
    pub dependency_patience: SignedDuration,
    /// After this long without a look at the opt-outs, they are looked at again before the next chunk.
    pub opt_outs_fresh: SignedDuration,
    /// After this long since its plan, a run plans what it has not sent again.
    pub plan_fresh: SignedDuration,
    /// A snapshot older than this is worth a warning.
    pub snapshot_age: SignedDuration,
    /// The longest wait that is answered at once, so that a cancellation is heard.
    pub longest_wait: SignedDuration,
    /// How often a step is begun by callers that die in it, without any progress, before the run is ended.
    pub step_attempts: u32,
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
            refuse_examples: false,
            unreadable_share: 0.1,
            brake: BrakeSettings::default(),
            chunks: ChunkLimits::default(),
            chunk_attempts: 4,
            send_window: SignedDuration::from_secs(60),
            intent_patience: SignedDuration::from_secs(90),
            activity_patience: SignedDuration::from_hours(12),
            dependency_patience: SignedDuration::from_hours(2),
            opt_outs_fresh: SignedDuration::from_hours(1),
            plan_fresh: SignedDuration::from_hours(24),
            snapshot_age: SignedDuration::from_hours(7 * 24),
            longest_wait: SignedDuration::from_secs(300),
            step_attempts: 5,
            lease_margin: SignedDuration::from_secs(30),
            spool_directory: None,
        }
    }
}

impl EngineSettings {
    /// How long after its last possible sending the fate of an import without an answer is certain, given the client's
    /// time-out of an import: a shorter patience would look for what may still be taken.
    #[must_use]
    pub fn patience(&self, import_timeout: Duration) -> SignedDuration {
        let timeout = SignedDuration::try_from(import_timeout).unwrap_or(SignedDuration::MAX);
        self.intent_patience.max(timeout.saturating_add(SignedDuration::from_secs(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_never_shorter_than_the_time_out() {
        let settings =
            EngineSettings { intent_patience: SignedDuration::from_secs(5), ..EngineSettings::default() };
        assert_eq!(settings.patience(Duration::from_secs(20)), SignedDuration::from_secs(21));
        assert_eq!(
            EngineSettings::default().patience(Duration::from_secs(60)),
            SignedDuration::from_secs(90)
        );
        assert!(settings.patience(Duration::MAX) >= SignedDuration::from_hours(1));
    }
}
