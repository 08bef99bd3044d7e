//! The data of an export is deleted 30 days after a person removed it.

use catalog::{EXPORTS, Export};
use jiff::{SignedDuration, Timestamp};
use store::{Condition, Versioned, list_all};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// So long the data of a removed export is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Configuration {
    /// Deletes the data of exports that were removed more than 30 days ago; answers how many were, and of how many it could
    /// not be done or told.
    pub(super) async fn forget_removed(&self, now: Timestamp) -> Result<(usize, usize), ConfigurationError> {
        let (mut forgotten, mut failed) = (0, 0);
        for (id, export) in self.exports_one_by_one().await? {
            match self.forget_if_over(export, now).await {
                Ok(is_over) => forgotten += usize::from(is_over),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(export = %id, error, "what is left of a removed export could not be deleted");
                    failed += 1;
                }
            }
        }
        Ok((forgotten, failed))
    }

    async fn forget_if_over(
        &self,
        export: Result<Versioned<Export>, ConfigurationError>,
        now: Timestamp,
    ) -> Result<bool, ConfigurationError> {
        let export = export?;
        let over = export.content.removed_at.is_some_and(|at| now.duration_since(at) > KEPT);
        if over {
            self.forget(&export).await?;
        }
        Ok(over)
    }

    /// The export's own document goes last: while it is there, what an interrupted call left is found again.
    async fn forget(&self, export: &Versioned<Export>) -> Result<(), ConfigurationError> {
        let id = &export.content.id;
        self.parts.engine.delete_export_data(id).await?;
        // What else was remembered of the export lies beside its document.
        let state = self.parts.documents.store();
        for object in list_all(state.as_ref(), &format!("{EXPORTS}{id}/")).await? {
            if object.key != export.key {
                state.delete(&object.key, Condition::None).await?;
            }
        }
        Ok(self.parts.documents.delete(export).await?)
    }
}
