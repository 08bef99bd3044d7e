//! Removing an export. People who are on its list at Constant Contact stay there.

use catalog::Export;
use domain::identifier::ExportId;
use identity::Person;
use store::Tag;

use super::names::{event, on_record};
use crate::configuration::{Configuration, actor};
use crate::error::{ConfigurationError, ExportName};

impl Configuration {
    /// Removes an export, as it was at version `tag`, and cancels its runs. Nobody sees it from then on and nothing
    /// runs it; its data is deleted 30 days later by [`Configuration::maintenance`]. Contacts and the list at Constant
    /// Contact stay as they are.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Stale` when somebody else was faster.
    pub async fn remove_export(
        &self,
        person: &Person,
        id: &ExportId,
        tag: &Tag,
    ) -> Result<ExportName, ConfigurationError> {
        let current = self.export_to_edit(person, id).await?.export;
        if current.tag != *tag {
            return Err(ConfigurationError::Stale);
        }
        let event = event("export.removed", &current.content).before(on_record(&current.content));
        let now = self.parts.clock.now();
        self.audited(person, event, async {
            // While it can still be found: a removal that stops here is simply begun again.
            self.cancel_active_run(person, &current.content).await?;
            let removed = Export {
                // Whatever was queued behind the run, or is started at this moment, has nothing to send with.
                connection: None,
                updated_by: Some(actor(person)),
                updated_at: now,
                removed_at: Some(now),
                ..current.content.clone()
            };
            self.replace_as_seen(&current, tag, removed).await?;
            self.cancel_active_run(person, &current.content).await
        })
        .await?;
        Ok(ExportName::of(&current.content))
    }
}
