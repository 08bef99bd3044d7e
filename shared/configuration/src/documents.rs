//! Reading the documents that people configure.

use catalog::{CONNECTIONS, Connection, EXPORTS, Export, connection_key, export_key};
use domain::identifier::{ConnectionId, ExportId};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Document, DocumentError, Tag, Versioned, list_all};

use crate::ConfigurationError;
use crate::configuration::Configuration;

/// So many documents are read side by side.
const AT_ONCE: usize = 32;

impl Configuration {
    /// One connection, whoever asks.
    pub(crate) async fn load_connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Versioned<Connection>, ConfigurationError> {
        let found = self.parts.documents.load(&connection_key(id)).await?;
        found.ok_or(ConfigurationError::NotFound { what: "connection" })
    }

    /// One export that was not removed, whoever asks.
    pub(crate) async fn load_export(&self, id: &ExportId) -> Result<Versioned<Export>, ConfigurationError> {
        let found: Option<Versioned<Export>> = self.parts.documents.load(&export_key(id)).await?;
        let found = found.filter(|export| export.content.removed_at.is_none());
        found.ok_or(ConfigurationError::NotFound { what: "export" })
    }

    /// All connections, those being removed included: two round trips deep.
    pub(crate) async fn all_connections(&self) -> Result<Vec<Versioned<Connection>>, ConfigurationError> {
        let objects = list_all(self.parts.documents.store().as_ref(), CONNECTIONS).await?;
        self.load_all(objects.into_iter().map(|object| object.key)).await
    }

    /// All exports that were not removed: two round trips deep.
    pub(crate) async fn all_exports(&self) -> Result<Vec<Versioned<Export>>, ConfigurationError> {
        let folders = self.parts.documents.store().list_folders(EXPORTS).await?;
        let mut exports: Vec<Versioned<Export>> =
            self.load_all(folders.into_iter().map(|folder| format!("{folder}export.json"))).await?;
        exports.retain(|export| export.content.removed_at.is_none());
        Ok(exports)
    }

    /// The documents under these keys, in their order; those that are gone are left out.
    pub(crate) async fn load_all<T: Document>(
        &self,
        keys: impl IntoIterator<Item = String> + Send,
    ) -> Result<Vec<Versioned<T>>, ConfigurationError> {
        let documents = &self.parts.documents;
        let keys: Vec<String> = keys.into_iter().collect();
        let loaded = stream::iter(keys)
            .map(|key| async move { documents.load::<T>(&key).await })
            .buffered(AT_ONCE)
            .try_filter_map(|found| async move { Ok::<_, DocumentError>(found) })
            .try_collect()
            .await?;
        Ok(loaded)
    }

    /// Writes `content` in place of `current`, provided that `current` is the version `tag` that the person saw.
    pub(crate) async fn replace_as_seen<T: Document>(
        &self,
        current: &Versioned<T>,
        tag: &Tag,
        content: T,
    ) -> Result<Versioned<T>, ConfigurationError> {
        if current.tag != *tag {
            return Err(ConfigurationError::Stale);
        }
        match self.parts.documents.replace(current, content).await {
            Err(DocumentError::Conflict { .. } | DocumentError::Gone { .. }) => {
                Err(ConfigurationError::Stale)
            }
            outcome => Ok(outcome?),
        }
    }
}
