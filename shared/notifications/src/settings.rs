//! What an operator may set.

use jiff::SignedDuration;
use snapshots::SnapshotSettings;
use url::Url;

/// When people are told, and where a notification leads them.
#[derive(Debug, Clone)]
pub struct NotificationSettings {
    /// More than this share of a run's rows rejected is worth telling (0.05): some invalid addresses are normal.
    pub rejected_share: f64,
    /// Fewer rejected rows than this are never told (10), however few rows there are.
    pub rejected_floor: u64,
    /// A snapshot older than this is worth telling (7 days).
    pub snapshot_age: SignedDuration,
    /// Where segments lie in their bucket; ends with a slash or is empty.
    pub segments_prefix: String,
    /// How snapshots are judged.
    pub snapshots: SnapshotSettings,
    /// The console's address, for links; none without it.
    pub console: Option<Url>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            rejected_share: 0.05,
            rejected_floor: 10,
            snapshot_age: SignedDuration::from_hours(7 * 24),
            segments_prefix: "segments/".to_owned(),
            snapshots: SnapshotSettings::default(),
            console: None,
        }
    }
}

impl NotificationSettings {
    /// Whether so many rejected rows are worth telling.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 15 digits")]
    #[must_use]
    pub fn many(&self, rejected: u64, read: u64) -> bool {
        rejected >= self.rejected_floor && rejected as f64 > read as f64 * self.rejected_share
    }

    /// A page of the console.
    pub(crate) fn link(&self, path: &str) -> Option<String> {
        let console = self.console.as_ref()?;
        console.join(path).ok().map(|link| link.to_string())
    }
}
