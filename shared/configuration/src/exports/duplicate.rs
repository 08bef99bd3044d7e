//! *Create duplicate*: the form of a new export, filled in from another one.

use domain::identifier::ExportId;
use identity::Person;

use super::draft::ExportDraft;
use super::names::LONGEST_NAME;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

impl Configuration {
    /// The form of a new export that is like this one. Nothing is saved.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn duplicate_export(
        &self,
        person: &Person,
        id: &ExportId,
    ) -> Result<ExportDraft, ConfigurationError> {
        let export = self.export_to_edit(person, id).await?.export.content;
        let name = format!("Copy of {}", export.name).chars().take(LONGEST_NAME).collect();
        Ok(ExportDraft { name, ..ExportDraft::of(&export) })
    }
}
