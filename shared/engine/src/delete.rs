//! The end of what an export's runs have left behind.

use domain::identifier::ExportId;
use store::{Condition, ObjectStore, StoreError};

use crate::engine::Engine;
use crate::keys;

/// Objects that are deleted between two looks at the bucket.
const AT_A_TIME: u16 = 500;

impl Engine {
    /// Deletes everything that the runs of an export have left: the runs themselves and their index, ledgers, reports and
    /// outcome files. Chunks are deleted by the bucket's own rules after seven days. Whatever an interrupted call has
    /// left, the next one deletes. Only for an export that will never run again.
    ///
    /// The outcome files lie in the customer's own bucket, which may not let us delete: that is logged and no error.
    ///
    /// # Errors
    /// When the state cannot be listed or deleted.
    pub async fn delete_export_data(&self, export: &ExportId) -> Result<(), StoreError> {
        let state = self.documents.store().as_ref();
        let folders = [
            keys::active_runs(export),
            keys::runs(export),
            keys::ledgers(export),
            keys::ledger_pointers(export),
            keys::reports(export),
        ];
        for folder in &folders {
            delete_below(state, folder).await?;
        }
        for key in [keys::history(export), keys::occupation(export)] {
            state.delete(&key, Condition::None).await?;
        }
        let outcomes = keys::all_outcomes(export);
        if let Err(error) = delete_below(self.segments.as_ref(), &outcomes).await {
            tracing::warn!(
                %export,
                folder = outcomes,
                error = &error as &dyn std::error::Error,
                "the outcome files of a removed export stay in the bucket of the segments"
            );
        }
        Ok(())
    }
}

async fn delete_below(store: &dyn ObjectStore, folder: &str) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.list(folder, after.as_deref(), AT_A_TIME).await?;
        for object in &page.objects {
            store.delete(&object.key, Condition::None).await?;
        }
        after = page.objects.last().map(|object| object.key.clone());
        if !page.more || after.is_none() {
            return Ok(());
        }
    }
}
