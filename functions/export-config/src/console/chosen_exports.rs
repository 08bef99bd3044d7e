//! Exports that were ticked on a page, in the versions in which that page showed them.

use configuration::ConfigurationError;
use domain::identifier::{ExportId, InvalidIdentifier};
use store::Tag;

use crate::web::FormFields;

/// The hidden field with the version in which an export was shown.
pub(super) fn version_field(export: &ExportId) -> String {
    format!("version:{export}")
}

/// The exports that were ticked. Without its version an export counts as changed.
pub(super) fn chosen_exports(fields: &FormFields) -> Result<Vec<(ExportId, Tag)>, ConfigurationError> {
    let seen = fields.all("export").map(|id| {
        let id = ExportId::new(id)?;
        let tag = Tag::new(fields.text(&version_field(&id)));
        Ok((id, tag))
    });
    seen.collect::<Result<_, InvalidIdentifier>>()
        .map_err(|_| ConfigurationError::NotFound { what: "export" })
}
