//! A look at segments: whether they exist, what their newest snapshot is, and which columns it has.

use domain::identifier::SegmentName;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use snapshots::{
    Columns, LocateError, Located, PinnedSnapshot, ReadError, SnapshotSettings, newest_complete, segments,
};
use store::StoreError;

use super::sample::{Enough, read_rows};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// So many segments are looked at side by side.
pub(super) const AT_ONCE: usize = 16;

/// What there is of a segment.
#[derive(Debug, Clone)]
pub(crate) enum SegmentLook {
    /// No folder of this name.
    Missing,
    /// No complete snapshot.
    NoSnapshot {
        /// One is on its way.
        uploading: bool,
    },
    /// The newest snapshot cannot be read.
    Unreadable {
        /// What is wrong and what to do.
        problem: String,
    },
    /// A snapshot.
    Found {
        /// Its columns.
        columns: Columns,
        /// Its rows, if they are counted.
        members: Option<u64>,
    },
}

impl SegmentLook {
    /// Its members, as far as they are counted.
    pub(crate) const fn members(&self) -> Option<u64> {
        match self {
            Self::Found { members, .. } => *members,
            _ => None,
        }
    }
}

/// A snapshot that cannot be read, where a person cannot be told in a better way.
pub(super) fn unreadable(error: ReadError<Enough>) -> ConfigurationError {
    ConfigurationError::Unavailable(Box::new(error))
}

impl Configuration {
    /// The names of all segments.
    pub(super) async fn segment_names(&self) -> Result<Vec<SegmentName>, StoreError> {
        segments(&self.parts.segments, &self.parts.settings.segments_prefix).await
    }

    /// The newest complete snapshot of a segment.
    pub(crate) async fn locate_segment(&self, segment: &SegmentName) -> Result<Located, ConfigurationError> {
        self.try_locate(segment).await.map_err(|error| ConfigurationError::Unavailable(Box::new(error)))
    }

    pub(super) async fn try_locate(&self, segment: &SegmentName) -> Result<Located, LocateError> {
        let (store, prefix) = (&self.parts.segments, &self.parts.settings.segments_prefix);
        let (now, settings) = (self.parts.clock.now(), SnapshotSettings::default());
        newest_complete(store, prefix, segment, now, &settings, false).await
    }

    /// Looks at several segments side by side; the answers are in their order.
    pub(crate) async fn look_at_segments(
        &self,
        names: Vec<SegmentName>,
    ) -> Result<Vec<SegmentLook>, ConfigurationError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let known = async { Ok(self.segment_names().await?) };
        let looks = stream::iter(names.clone())
            .map(|name| async move { self.look_at(&name).await })
            .buffered(AT_ONCE)
            .try_collect::<Vec<SegmentLook>>();
        let (known, looks) = future::try_join(known, looks).await?;
        let named = looks.into_iter().zip(names);
        Ok(named
            .map(|(look, name)| if known.contains(&name) { look } else { SegmentLook::Missing })
            .collect())
    }

    async fn look_at(&self, name: &SegmentName) -> Result<SegmentLook, ConfigurationError> {
        let located = match self.try_locate(name).await {
            Ok(located) => located,
            Err(LocateError::Broken(broken)) => {
                return Ok(SegmentLook::Unreadable { problem: broken.to_string() });
            }
            Err(error) => return Err(ConfigurationError::Unavailable(Box::new(error))),
        };
        let Some(snapshot) = located.newest else {
            return Ok(SegmentLook::NoSnapshot { uploading: located.uploading.is_some() });
        };
        let count = self.known_count(name);
        let columns = self.columns_of(snapshot.clone());
        let (count, columns) = future::try_join(count, columns).await?;
        Ok(match columns {
            Ok(columns) => {
                let members = count.filter(|count| count.is_of(&snapshot)).map(|count| count.rows);
                SegmentLook::Found { columns, members }
            }
            Err(problem) => SegmentLook::Unreadable { problem },
        })
    }

    /// The columns of a snapshot, or why it cannot be read.
    async fn columns_of(
        &self,
        snapshot: PinnedSnapshot,
    ) -> Result<Result<Columns, String>, ConfigurationError> {
        match read_rows(&self.parts.segments, snapshot, Some(0)).await? {
            Ok(read) => Ok(read.columns.ok_or_else(|| "it has no columns".to_owned())),
            Err(ReadError::Broken(broken)) => Ok(Err(broken.to_string())),
            Err(error) => Err(unreadable(error)),
        }
    }
}
