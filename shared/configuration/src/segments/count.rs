//! How many members a segment has: counted once per snapshot, never while a page is built.

use domain::identifier::SegmentName;
use domain::in_one_line;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snapshots::PinnedSnapshot;
use store::{Change, Document};

use super::look::{AT_ONCE, unreadable};
use super::sample::read_rows;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::unreadable::is_unreadable;

/// The rows of one snapshot of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentCount {
    /// The snapshot that was counted.
    pub snapshot: String,
    /// When it was written: together with its name it tells it from an earlier one of the same name.
    pub last_modified: Timestamp,
    /// Its rows. Rows of one person that stand several times count several times.
    pub rows: u64,
}

impl Document for SegmentCount {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "segment count";
}

impl SegmentCount {
    /// Whether it was this snapshot that was counted.
    pub(super) fn is_of(&self, snapshot: &PinnedSnapshot) -> bool {
        self.snapshot == snapshot.snapshot && self.last_modified == snapshot.last_modified
    }
}

/// Where the count of a segment lies in the state bucket.
pub(super) fn count_key(segment: &SegmentName) -> String {
    format!("segment-counts/{segment}.json")
}

impl Configuration {
    /// Counts the newest complete snapshot of a segment, unless that was done, and stores the count. `None` when there
    /// is no complete snapshot. It reads the whole snapshot, a row at a time: not for pages.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Unavailable` for a snapshot that cannot be read, too.
    pub async fn count_segment(
        &self,
        segment: &SegmentName,
    ) -> Result<Option<SegmentCount>, ConfigurationError> {
        let Some(snapshot) = self.locate_segment(segment).await?.newest else { return Ok(None) };
        if let Some(known) = self.stored_count(segment).await?.filter(|known| known.is_of(&snapshot)) {
            return Ok(Some(known));
        }
        let (name, last_modified) = (snapshot.snapshot.clone(), snapshot.last_modified);
        let read = read_rows(&self.parts.segments, snapshot, None).await?;
        let rows = read.map_err(unreadable)?.rows;
        let count = SegmentCount { snapshot: name, last_modified, rows };
        self.parts
            .documents
            .update::<SegmentCount, (), ConfigurationError, _>(&count_key(segment), |current| {
                // Whoever counted a newer snapshot meanwhile knows better.
                let newer = current.is_some_and(|current| current.last_modified > count.last_modified);
                Ok(if newer { Change::Keep(()) } else { Change::Write(count.clone(), ()) })
            })
            .await?;
        Ok(Some(count))
    }

    /// The segments whose newest snapshot is not counted yet. One that cannot be read is not among them.
    pub(crate) async fn uncounted_segments(&self) -> Result<Vec<SegmentName>, ConfigurationError> {
        let (names, model) = future::try_join(self.segment_names(), self.segments_model()).await?;
        let model = &model;
        let looks = stream::iter(names).map(|name| async move {
            let Ok(Some(snapshot)) = self.try_locate_by(model, &name).await.map(|located| located.newest)
            else {
                return Ok(None);
            };
            let known = match self.stored_count(&name).await {
                // It cannot be written over either: to read the snapshot would be in vain.
                Err(error) if is_unreadable(&error) => {
                    tracing::warn!(segment = %name, error = in_one_line(&error), "a segment's count cannot be read");
                    return Ok(None);
                }
                known => known?,
            };
            Ok(known.is_none_or(|known| !known.is_of(&snapshot)).then_some(name))
        });
        looks.buffered(AT_ONCE).try_filter_map(|found| async move { Ok(found) }).try_collect().await
    }

    /// The count that is stored, of whatever snapshot; none where it cannot be read: nobody has to do without the segment.
    pub(super) async fn known_count(
        &self,
        segment: &SegmentName,
    ) -> Result<Option<SegmentCount>, ConfigurationError> {
        match self.stored_count(segment).await {
            Err(error) if is_unreadable(&error) => {
                tracing::warn!(%segment, error = in_one_line(&error), "a segment's count cannot be read");
                Ok(None)
            }
            known => known,
        }
    }

    /// The same, where it is an error that it cannot be read.
    async fn stored_count(&self, segment: &SegmentName) -> Result<Option<SegmentCount>, ConfigurationError> {
        let found = self.parts.documents.load::<SegmentCount>(&count_key(segment)).await?;
        Ok(found.map(|found| found.content))
    }
}
