//! Choosing the snapshots: the newest complete one of each segment, down to the version of each file.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use snapshots::{LocateError, Located, PinnedSnapshot, newest_complete};
use store::{Change, Document};

use domain::identifier::SegmentName;

use crate::account::{Never, document_error};
use crate::end::End;
use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;
use crate::run::{Phase, Planning, Waiting, Warning};
use crate::session::Session;

/// How often a run looks whether an upload is complete.
const UPLOAD_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// What is known of a segment beyond its snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentMemory {
    /// A snapshot of it once had a marker: from then on it needs one.
    marker_seen: bool,
}

impl Document for SegmentMemory {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "segment memory";
}

impl Engine {
    /// The newest complete snapshot of a segment.
    pub(crate) async fn locate(&self, segment: &SegmentName, now: Timestamp) -> Result<Located, StepError> {
        let key = keys::segment_memory(segment);
        let memory = self.documents.load::<SegmentMemory>(&key).await?;
        let known_marker = memory.is_some_and(|memory| memory.content.marker_seen);
        let settings = &self.settings;
        let prefix = &settings.segments_prefix;
        let located =
            newest_complete(&self.segments, prefix, segment, now, &settings.snapshots, known_marker).await;
        let located = located.map_err(|error| match error {
            LocateError::Store { source, .. } => StepError::Store(source),
            LocateError::Broken(broken) => StepError::Permanent(broken.to_string()),
        })?;
        if located.marker_seen && !known_marker {
            self.documents
                .update::<SegmentMemory, (), Never, _>(&key, |_| {
                    Ok(Change::Write(SegmentMemory { marker_seen: true }, ()))
                })
                .await
                .map_err(document_error)?;
        }
        Ok(located)
    }
}

impl Session<'_> {
    pub(crate) async fn pin(&mut self) -> Result<(), StepError> {
        if let Some(approved) = self.run.content.request.approved.clone() {
            return self.pin_approved(&approved).await;
        }
        // From here on a trigger needs another run: what it announces may come too late for this one.
        self.engine.mark_pinned(&self.run.content.key).await?;
        let now = self.now();
        let wait_until =
            self.run.content.created_at.checked_add(self.engine.settings.dependency_patience).unwrap_or(now);
        let mut snapshots = Vec::new();
        let mut warnings = Vec::new();
        for segment in self.configuration()?.segments.clone() {
            let located = match self.engine.locate(&segment, now).await {
                Ok(located) => located,
                Err(StepError::Permanent(problem)) => {
                    return Ok(self.finish(End::BrokenFile { problem }).await?);
                }
                Err(error) => return Err(error),
            };
            if let Some(uploading) = located.uploading {
                if now < wait_until {
                    let soon = now.checked_add(UPLOAD_PAUSE).unwrap_or(now);
                    let until = uploading.quiet_at.map_or(soon, |at| at.min(soon)).min(wait_until);
                    self.asked_to_wait = Some((until, Waiting::Snapshot));
                    return Ok(());
                }
                let (segment, snapshot) = (segment.clone(), uploading.snapshot);
                warnings.push(Warning::UploadUnfinished { segment, snapshot });
            }
            let Some(snapshot) = located.newest else {
                return Ok(self.finish(End::SegmentMissing { segment }).await?);
            };
            if now.duration_since(snapshot.last_modified) > self.engine.settings.snapshot_age {
                let last_modified = snapshot.last_modified;
                warnings.push(Warning::SnapshotOld { segment, last_modified });
            }
            snapshots.push(snapshot);
        }
        self.run.content.warnings = warnings;
        self.begin_planning(snapshots).await
    }

    /// An approved run reads exactly what the braked one read.
    async fn pin_approved(&mut self, approved: &domain::identifier::RunId) -> Result<(), StepError> {
        self.engine.mark_pinned(&self.run.content.key).await?;
        let key = crate::run::RunKey { export: self.run.content.key.export.clone(), run: approved.clone() };
        let braked = self.engine.load_run(&key).await?;
        let snapshots =
            braked.as_ref().and_then(|run| run.content.ended()).map(|ended| ended.snapshots.clone());
        match snapshots {
            Some(snapshots) if !snapshots.is_empty() => self.begin_planning(snapshots).await,
            _ => Ok(self.finish(End::ApprovalOutdated).await?),
        }
    }

    async fn begin_planning(&mut self, snapshots: Vec<PinnedSnapshot>) -> Result<(), StepError> {
        let now = self.now();
        if let Phase::Looking(looking) = &self.run.content.phase {
            let planning = Planning {
                snapshots,
                opt_outs_at: looking.opt_outs_at.unwrap_or(now),
                without_ledger: false,
                earlier: looking.earlier.clone(),
            };
            self.run.content.phase = Phase::Planning(planning);
        }
        Ok(self.save().await?)
    }
}
