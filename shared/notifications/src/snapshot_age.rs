//! How old snapshots are: a feed that died starts no run that could say so.

use std::collections::{BTreeMap, BTreeSet};

use catalog::Export;
use domain::identifier::SegmentName;
use domain::in_one_line;
use snapshots::newest_complete;

use crate::notifications::Notifications;

/// Whether anybody expects new snapshots of an export's segments: it has a connection and starts by itself.
pub(crate) fn concerns(export: &Export) -> bool {
    export.connection.is_some() && export.schedule.is_active()
}

impl Notifications {
    /// For each segment of these exports whether its newest snapshot is old. One without a snapshot is not: that is
    /// for a run to say. One that could not be looked at is missing.
    pub(crate) async fn snapshot_ages(&self, exports: &[Export]) -> BTreeMap<SegmentName, bool> {
        let exports = exports.iter().filter(|export| concerns(export));
        let segments: BTreeSet<&SegmentName> = exports.flat_map(|export| &export.segments).collect();
        let settings = &self.parts.settings;
        let now = self.parts.clock.now();
        let mut ages = BTreeMap::new();
        for segment in segments {
            let (store, prefix) = (&self.parts.segments, &settings.segments_prefix);
            match newest_complete(store, prefix, segment, now, &settings.snapshots, false).await {
                Ok(located) => {
                    let age = located.newest.map(|newest| now.duration_since(newest.last_modified));
                    ages.insert(segment.clone(), age.is_some_and(|age| age > settings.snapshot_age));
                }
                Err(error) => {
                    let error = in_one_line(&error);
                    tracing::warn!(%segment, error, "the age of a segment's snapshot could not be looked at");
                }
            }
        }
        ages
    }
}
