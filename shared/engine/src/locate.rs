//! Where the newest complete snapshot of a segment is, for runs and for everybody else who must agree with them.

use domain::identifier::SegmentName;
use domain::{Classified, FailureClass};
use futures_util::future::join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snapshots::{LocateError, Located, SegmentsModel, newest_complete, newest_complete_by};
use store::{Change, Document, DocumentError};

use crate::account::{Never, document_error};
use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;

/// What is known of a segment beyond its snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SegmentMemory {
    /// A snapshot of it once had a marker: from then on it needs one.
    marker_seen: bool,
}

impl Document for SegmentMemory {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "segment memory";
}

/// Why it cannot be told which snapshot of a segment is the newest.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// What is known of the segment could not be read or written.
    #[error("what is known of the segment is out of reach")]
    Memory(#[from] DocumentError),
    /// The segment itself could not be looked at, or its newest snapshot is broken.
    #[error(transparent)]
    Locate(#[from] LocateError),
}

impl Classified for SegmentError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Memory(error) => error.class(),
            Self::Locate(error) => error.class(),
        }
    }
}

impl From<SegmentError> for StepError {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Memory(error) => error.into(),
            SegmentError::Locate(LocateError::Store { source, .. }) => Self::Segments(source),
            SegmentError::Locate(LocateError::Broken(broken)) => Self::Permanent(broken.to_string()),
        }
    }
}

impl Engine {
    /// The newest complete snapshot of a segment, as a run would choose it now. It only reads: for pages.
    ///
    /// # Errors
    /// [`SegmentError`].
    pub async fn locate(&self, segment: &SegmentName, now: Timestamp) -> Result<Located, SegmentError> {
        let located = self.newest_complete(segment, now, false);
        Ok(self.with_memory(segment, now, located).await?.0)
    }

    /// The same for one of several segments, by what [`SegmentsModel::read`] found beside them.
    ///
    /// # Errors
    /// [`SegmentError`].
    pub async fn locate_by(
        &self,
        model: &SegmentsModel,
        segment: &SegmentName,
        now: Timestamp,
    ) -> Result<Located, SegmentError> {
        let (prefix, settings) = (&self.settings.segments_prefix, &self.settings.snapshots);
        let located = newest_complete_by(model, &self.segments, prefix, segment, now, settings);
        Ok(self.with_memory(segment, now, located).await?.0)
    }

    /// As [`Engine::locate`], and from the first marker on it is remembered that the segment needs one.
    ///
    /// # Errors
    /// [`SegmentError`].
    pub async fn locate_and_remember(
        &self,
        segment: &SegmentName,
        now: Timestamp,
    ) -> Result<Located, SegmentError> {
        let located = self.newest_complete(segment, now, false);
        let (located, known_marker) = self.with_memory(segment, now, located).await?;
        if located.marker_seen && !known_marker {
            self.documents
                .update::<SegmentMemory, (), Never, _>(&keys::segment_memory(segment), |_| {
                    Ok(Change::Write(SegmentMemory { marker_seen: true }, ()))
                })
                .await
                .map_err(document_error)?;
        }
        Ok(located)
    }

    /// What there is of the segment, and whether a marker was remembered. `located` looks as if none was.
    async fn with_memory(
        &self,
        segment: &SegmentName,
        now: Timestamp,
        located: impl Future<Output = Result<Located, LocateError>> + Send,
    ) -> Result<(Located, bool), SegmentError> {
        let key = keys::segment_memory(segment);
        let (memory, located) = join(self.documents.load::<SegmentMemory>(&key), located).await;
        let known_marker = memory?.is_some_and(|memory| memory.content.marker_seen);
        let shows_marker = located.as_ref().is_ok_and(|located| located.marker_seen);
        // A marker that the listing shows counts just as one that is remembered; only where it is gone does it differ.
        let located = if known_marker && !shows_marker {
            self.newest_complete(segment, now, true).await
        } else {
            located
        };
        Ok((located?, known_marker))
    }

    async fn newest_complete(
        &self,
        segment: &SegmentName,
        now: Timestamp,
        known_marker: bool,
    ) -> Result<Located, LocateError> {
        let (prefix, settings) = (&self.settings.segments_prefix, &self.settings.snapshots);
        newest_complete(&self.segments, prefix, segment, now, settings, known_marker).await
    }
}
