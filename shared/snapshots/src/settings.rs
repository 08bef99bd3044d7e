//! The limits and periods that an operator may change.

use jiff::SignedDuration;

/// How snapshots are judged and how much of one is accepted. The defaults are the documented behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotSettings {
    /// How long nothing must have changed in a folder of parts without a marker before it counts as complete.
    pub quiet_period: SignedDuration,
    /// The most bytes that one compressed file may unfold to; guards against decompression bombs.
    pub max_decompressed_bytes: u64,
    /// The most bytes in one field, after its quotes are taken off.
    pub max_field_bytes: usize,
}

impl Default for SnapshotSettings {
    fn default() -> Self {
        Self {
            quiet_period: SignedDuration::from_mins(10),
            max_decompressed_bytes: 8 * 1024 * 1024 * 1024,
            max_field_bytes: 1024 * 1024,
        }
    }
}
