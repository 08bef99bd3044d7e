//! Adding a segment to an export, from the segment's page.

use catalog::Export;
use domain::identifier::{ExportId, SegmentName};
use identity::Person;
use store::Tag;

use super::create::SavedExport;
use super::draft::ExportDraft;
use super::names::{event, on_record};
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::problems::Problems;

impl Configuration {
    /// Adds a segment behind those that an export has, as it was at version `tag`. Nothing runs, and the account is not
    /// asked.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Stale` when somebody else was faster, `Invalid` for a segment that does not exist, is
    /// there already, or lacks a mapped column.
    pub async fn add_segment(
        &self,
        person: &Person,
        id: &ExportId,
        tag: &Tag,
        segment: &SegmentName,
    ) -> Result<SavedExport, ConfigurationError> {
        let current = self.export_to_edit(person, id).await?.export;
        let place = current.content.segments.len();
        let mut problems = Problems::default();
        if current.content.segments.contains(segment) {
            problems.add("segment", "twice", "This export contains the segment already.");
        }
        problems.finish()?;
        let found =
            self.check_segments(&[(place, segment.clone())], &ExportDraft::of(&current.content)).await?;
        if !found.problems.is_empty() {
            return Err(ConfigurationError::Invalid(found.problems));
        }
        let mut next = Export {
            updated_by: Some(actor(person)),
            updated_at: self.parts.clock.now(),
            ..current.content.clone()
        };
        next.segments.push(segment.clone());
        let event = event("export.changed", &next).changed(on_record(&current.content), on_record(&next));
        self.audited(person, event, self.replace_as_seen(&current, tag, next)).await?;
        Ok(SavedExport { export: self.export(person, id).await?, hints: found.hints })
    }
}
