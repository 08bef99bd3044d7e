//! A look at segments: whether they exist, what their newest snapshot is, and which columns it has.

use domain::identifier::SegmentName;
use engine::SegmentError;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use snapshots::{Columns, LocateError, Located, ReadError, SegmentsModel, segments};
use store::StoreError;

use super::sample::Enough;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// So many segments are looked at side by side.
pub(super) const AT_ONCE: usize = 32;

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

    /// The newest complete snapshot of a segment, for what is done about it and not for a page.
    pub(crate) async fn locate_segment(&self, segment: &SegmentName) -> Result<Located, ConfigurationError> {
        let located = self.parts.engine.locate_and_remember(segment, self.parts.clock.now()).await;
        located.map_err(|error| ConfigurationError::Unavailable(Box::new(error)))
    }

    /// The newest complete snapshot of a segment: what a run would use.
    pub(super) async fn try_locate(&self, segment: &SegmentName) -> Result<Located, SegmentError> {
        self.parts.engine.locate(segment, self.parts.clock.now()).await
    }

    /// What describes the segments of the dated layout.
    pub(super) async fn segments_model(&self) -> Result<SegmentsModel, StoreError> {
        SegmentsModel::read(&self.parts.segments, &self.parts.settings.segments_prefix).await
    }

    /// The newest complete snapshot of one of several segments.
    pub(super) async fn try_locate_by(
        &self,
        model: &SegmentsModel,
        segment: &SegmentName,
    ) -> Result<Located, SegmentError> {
        self.parts.engine.locate_by(model, segment, self.parts.clock.now()).await
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
        let located = async { Ok(self.try_locate(name).await) };
        let (located, count) = future::try_join(located, self.known_count(name)).await?;
        let located = match located {
            Ok(located) => located,
            Err(SegmentError::Locate(LocateError::Broken(broken))) => {
                return Ok(SegmentLook::Unreadable { problem: broken.to_string() });
            }
            Err(error) => return Err(ConfigurationError::Unavailable(Box::new(error))),
        };
        let Some(snapshot) = located.newest else {
            return Ok(SegmentLook::NoSnapshot { uploading: located.uploading.is_some() });
        };
        let columns = self.first_rows(&snapshot, 0).await?;
        let columns =
            columns.and_then(|read| read.columns.clone().ok_or_else(|| "it has no columns".to_owned()));
        Ok(match columns {
            Ok(columns) => {
                let members = count.filter(|count| count.is_of(&snapshot)).map(|count| count.rows);
                SegmentLook::Found { columns, members }
            }
            Err(problem) => SegmentLook::Unreadable { problem },
        })
    }
}
