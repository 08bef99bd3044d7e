//! Changing an export, its connection included.

use catalog::Export;
use domain::identifier::ExportId;
use futures_util::future;
use identity::Person;
use schedule::ExportSchedule;
use store::Tag;

use super::create::SavedExport;
use super::draft::ExportDraft;
use super::names::{event, on_record};
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;

impl Configuration {
    /// Saves a changed export, as it was at version `tag`. It does not run, and a run that is under way goes on with
    /// what it has read.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Stale` when somebody else was faster, `Invalid` with everything that is wrong with the
    /// draft at once.
    pub async fn update_export(
        &self,
        person: &Person,
        id: &ExportId,
        tag: &Tag,
        draft: &ExportDraft,
    ) -> Result<SavedExport, ConfigurationError> {
        let current = self.export_to_edit(person, id).await?.export;
        if current.tag != *tag {
            return Err(ConfigurationError::Stale);
        }
        let edited = future::ready(Ok(Some(current.content.clone())));
        let ready = self.examine(person, Some(id), edited, draft).await?.ready()?;
        let list = self.settle_list(person, &ready).await?;
        let schedule = match ready.schedule {
            // A form that only switches off sends no recurrence: the one there is stays for when it is switched on.
            ExportSchedule::Off { kept: None } => current.content.schedule.clone().switched_off(),
            chosen => chosen,
        };
        let next = Export {
            name: ready.name,
            connection: Some(ready.connection),
            list,
            list_name: ready.list_name,
            segments: ready.segments,
            mapping: ready.mapping,
            schedule,
            updated_by: Some(actor(person)),
            updated_at: self.parts.clock.now(),
            ..current.content.clone()
        };
        let event = event("export.changed", &next).changed(on_record(&current.content), on_record(&next));
        self.audited(person, event, self.replace_as_seen(&current, tag, next)).await?;
        Ok(SavedExport { export: self.export(person, id).await?, hints: ready.hints })
    }
}
