//! The data of an export is deleted 30 days after a person removed it.

use catalog::{EXPORTS, Export};
use domain::identifier::ExportId;
use jiff::{SignedDuration, Timestamp};
use store::{Condition, ObjectStore, Versioned};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// So long the data of a removed export is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Objects that are deleted between two looks at the bucket.
const AT_A_TIME: u16 = 500;

impl Configuration {
    /// Deletes the data of exports that were removed more than 30 days ago; answers how many were.
    pub(super) async fn forget_removed(&self, now: Timestamp) -> Result<usize, ConfigurationError> {
        let folders = self.parts.documents.store().list_folders(EXPORTS).await?;
        let keys = folders.into_iter().map(|folder| format!("{folder}export.json"));
        let exports = self.load_all::<Export>(keys).await?;
        let over = |export: &Export| export.removed_at.is_some_and(|at| now.duration_since(at) > KEPT);
        let mut forgotten = 0;
        for export in exports.iter().filter(|export| over(&export.content)) {
            self.forget(export).await?;
            forgotten += 1;
        }
        Ok(forgotten)
    }

    /// The export's own document goes last: while it is there, what an interrupted call left is found again.
    async fn forget(&self, export: &Versioned<Export>) -> Result<(), ConfigurationError> {
        let id = &export.content.id;
        let state = self.parts.documents.store().as_ref();
        for folder in folders_of(id) {
            delete_below(state, &folder, None).await?;
        }
        self.forget_outcomes(id).await;
        delete_below(state, &format!("{EXPORTS}{id}/"), Some(&export.key)).await?;
        Ok(self.parts.documents.delete(export).await?)
    }

    /// They lie in the customer's own bucket, which may not let us.
    async fn forget_outcomes(&self, id: &ExportId) {
        let folder = format!("outcomes/{id}/");
        if let Err(error) = delete_below(self.parts.segments.as_ref(), &folder, None).await {
            tracing::warn!(
                export = %id,
                folder,
                error = &error as &dyn std::error::Error,
                "the outcome files of a removed export stay in the bucket of the segments"
            );
        }
    }
}

/// Where an export's runs, ledgers and reports lie. Chunks are deleted by the bucket's own rules after seven days.
fn folders_of(id: &ExportId) -> [String; 4] {
    ["runs", "ledgers", "reports", "active-runs"].map(|kind| format!("{kind}/{id}/"))
}

async fn delete_below(
    store: &dyn ObjectStore,
    folder: &str,
    but: Option<&str>,
) -> Result<(), ConfigurationError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.list(folder, after.as_deref(), AT_A_TIME).await?;
        for object in page.objects.iter().filter(|object| Some(object.key.as_str()) != but) {
            store.delete(&object.key, Condition::None).await?;
        }
        after = page.objects.last().map(|object| object.key.clone());
        if !page.more || after.is_none() {
            return Ok(());
        }
    }
}
