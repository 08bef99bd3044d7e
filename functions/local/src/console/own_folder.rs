//! A person's own folder of segments, without the folder that the product itself writes beside them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use store::{ByteStream, Condition, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload};

use crate::export::OUTCOMES;

/// The bucket of a person's own segments, whose folders are the segments: the outcomes of rows are none.
#[derive(Debug)]
pub(super) struct OwnFolder(pub(super) Arc<dyn ObjectStore>);

#[async_trait]
impl ObjectStore for OwnFolder {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.0.get(key).await
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.0.open(key, pinned, from).await
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.0.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.0.put(key, body, condition).await
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.0.begin_upload(key).await
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.0.delete(key, condition).await
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        self.0.list(prefix, start_after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut folders = self.0.list_folders(prefix).await?;
        if prefix.is_empty() {
            folders.retain(|folder| folder.strip_suffix('/') != Some(OUTCOMES));
        }
        Ok(folders)
    }
}

#[cfg(test)]
mod tests {
    use store::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn the_outcomes_of_rows_are_no_segment() {
        let inner = MemoryStore::new();
        for key in ["customers/1.csv", "outcomes/export/run.csv", "partners/outcomes/1.csv"] {
            inner.put(key, Bytes::from_static(b"EMail\n"), Condition::None).await.unwrap();
        }
        let own = OwnFolder(Arc::new(inner));
        assert_eq!(own.list_folders("").await.unwrap(), ["customers/", "partners/"]);
        assert_eq!(own.list_folders("partners/").await.unwrap(), ["partners/outcomes/"]);
        assert_eq!(own.list("outcomes/", None, 10).await.unwrap().objects.len(), 1);
    }
}
