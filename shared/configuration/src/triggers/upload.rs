//! What an upload starts, once the new snapshot is complete.

use catalog::{Export, RefreshSettings};
use domain::identifier::SegmentName;
use engine::Trigger;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use snapshots::PinnedSnapshot;
use store::{Change, Document, DocumentError, Versioned, list_all};

use super::start::{Event, TriggerReport};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// Where uploads are kept that are not complete yet.
const UPLOADS: &str = "uploads/";

/// After this long without a new object nobody waits for an upload to come to rest any more: a folder of parts does so
/// within minutes, and a marker that comes later announces itself.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// A snapshot that is being uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PendingUpload {
    /// The segment.
    segment: SegmentName,
    /// When an object of it last came.
    at: Timestamp,
}

impl Document for PendingUpload {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "pending upload";
}

fn upload_key(segment: &SegmentName) -> String {
    format!("{UPLOADS}{segment}.json")
}

/// The same for every object of a snapshot, and for every delivery: what makes the event is that this snapshot is
/// complete.
fn event(snapshot: &PinnedSnapshot) -> String {
    format!("upload/{}/{}/{}", snapshot.segment, snapshot.snapshot, snapshot.last_modified)
}

impl Configuration {
    /// An object of a segment was written. When with it the segment's new snapshot is complete, the exports on system
    /// refresh that contain the segment are started, if the upload trigger is on and nothing is paused; a snapshot that
    /// comes to rest only later is left to [`Configuration::start_due`]. The members are counted in any case. Several
    /// deliveries, and several objects of one snapshot, make one run of an export.
    ///
    /// # Errors
    /// [`ConfigurationError`]; have the event delivered again.
    pub async fn snapshot_uploaded(
        &self,
        segment: &SegmentName,
    ) -> Result<TriggerReport, ConfigurationError> {
        let settings = self.refresh_settings().await?;
        let mut report = TriggerReport::default();
        let located = self.locate_segment(segment).await?;
        match located.newest {
            Some(snapshot) if located.uploading.is_none() => {
                self.snapshot_complete(&settings, &snapshot, &mut report).await?;
                if !report.failed.is_empty() {
                    // Whether or not the event is delivered again: the clock sees to it.
                    self.remember_upload(segment).await?;
                }
            }
            _ => self.remember_upload(segment).await?,
        }
        Ok(report)
    }

    /// Looks at uploads that were not complete when their objects came.
    pub(super) async fn settle_uploads(
        &self,
        settings: &RefreshSettings,
        report: &mut TriggerReport,
    ) -> Result<(), ConfigurationError> {
        let objects = list_all(self.parts.documents.store().as_ref(), UPLOADS).await?;
        for object in objects {
            let upload = match self.parts.documents.load::<PendingUpload>(&object.key).await {
                Ok(Some(upload)) => upload,
                Ok(None) => continue,
                Err(error) => {
                    tracing::error!(
                        document = %object.key,
                        error = &error as &dyn std::error::Error,
                        "an upload could not be looked at; the others go on meanwhile"
                    );
                    continue;
                }
            };
            if let Err(error) = self.settle_upload(settings, &upload, report).await {
                tracing::warn!(
                    segment = %upload.content.segment,
                    error = &error as &dyn std::error::Error,
                    "an upload could not be looked at; it is tried again"
                );
            }
        }
        Ok(())
    }

    async fn settle_upload(
        &self,
        settings: &RefreshSettings,
        upload: &Versioned<PendingUpload>,
        report: &mut TriggerReport,
    ) -> Result<(), ConfigurationError> {
        let located = self.locate_segment(&upload.content.segment).await?;
        let over = self.parts.clock.now().duration_since(upload.content.at) > FORGOTTEN;
        match located.newest {
            Some(snapshot) if located.uploading.is_none() => {
                let failed = report.failed.len();
                self.snapshot_complete(settings, &snapshot, report).await?;
                if report.failed.len() > failed {
                    return Ok(());
                }
            }
            _ if over => {}
            _ => return Ok(()),
        }
        match self.parts.documents.delete(upload).await {
            // Another object came meanwhile.
            Err(DocumentError::Conflict { .. }) => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    async fn snapshot_complete(
        &self,
        settings: &RefreshSettings,
        snapshot: &PinnedSnapshot,
        report: &mut TriggerReport,
    ) -> Result<(), ConfigurationError> {
        if settings.upload_trigger && !settings.paused {
            self.start_for_upload(snapshot, report).await?;
        }
        if let Err(error) = self.count_segment(&snapshot.segment).await {
            tracing::warn!(
                segment = %snapshot.segment,
                error = &error as &dyn std::error::Error,
                "the members of a segment could not be counted; maintenance tries it again"
            );
        }
        Ok(())
    }

    async fn start_for_upload(
        &self,
        snapshot: &PinnedSnapshot,
        report: &mut TriggerReport,
    ) -> Result<(), ConfigurationError> {
        let event = event(snapshot);
        let event = Event { trigger: Trigger::Upload, name: &event, snapshot: Some(snapshot) };
        for (id, export) in self.exports_one_by_one().await? {
            let export = match export {
                Ok(export) => export,
                Err(error) => {
                    report.unreadable(id, &error);
                    continue;
                }
            };
            let Export { schedule, segments, removed_at: None, .. } = &export.content else { continue };
            if schedule.follows_system_refresh() && segments.contains(&snapshot.segment) {
                self.start_by_itself(export, event, report).await;
            }
        }
        Ok(())
    }

    async fn remember_upload(&self, segment: &SegmentName) -> Result<(), ConfigurationError> {
        let pending = PendingUpload { segment: segment.clone(), at: self.parts.clock.now() };
        self.parts
            .documents
            .update::<PendingUpload, (), ConfigurationError, _>(&upload_key(segment), |_| {
                Ok(Change::Write(pending.clone(), ()))
            })
            .await?;
        Ok(())
    }
}
