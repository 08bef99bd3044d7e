//! A bucket that can be kept as a folder of plain files: one file per object, under its key.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::Clock;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{ByteStream, Condition, ListPage, MemoryStore, Object, ObjectInfo, ObjectStore};
use store::{StoreError, Tag, Upload};

use crate::process::{Effect, Process};

/// A bucket in memory whose tags follow from the content alone, as those of S3 ordinarily do: what was written into a
/// document before, such as the version of a pinned snapshot, still holds when the bucket comes back from a folder.
#[derive(Debug, Clone)]
pub struct RecordedBucket {
    clock: Arc<dyn Clock>,
    process: Arc<Process>,
    memory: MemoryStore,
}

fn tag(_version: u64, content: &[u8]) -> Tag {
    let digest = Sha256::digest(content);
    let hexadecimal: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Tag::new(format!("\"{hexadecimal}\""))
}

impl RecordedBucket {
    /// An empty bucket whose objects are dated by `clock`, as `process` sees it.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, process: Arc<Process>) -> Self {
        let memory = MemoryStore::with_clock(Arc::clone(&clock)).with_tags(tag);
        Self { clock, process, memory }
    }

    /// All objects, by key.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<String, Bytes> {
        self.memory.contents().into_iter().map(|object| (object.info.key, object.bytes)).collect()
    }

    /// Puts an object there behind everybody's back, dated as now.
    pub fn plant(&self, key: &str, bytes: impl Into<Bytes>) {
        self.memory.plant(key, bytes, self.clock.now());
    }

    /// Writes each object to a file of `folder`, and answers when each was written.
    pub(crate) fn keep(&self, folder: &Path) -> BTreeMap<String, Timestamp> {
        let mut written = BTreeMap::new();
        for Object { info, bytes } in self.memory.contents() {
            let path = folder.join(&info.key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &bytes).unwrap();
            written.insert(info.key, info.last_modified);
        }
        written
    }

    /// Takes over what was kept in `folder`.
    pub(crate) fn take_over(&self, folder: &Path, written: &BTreeMap<String, Timestamp>) {
        for (key, last_modified) in written {
            let bytes = fs::read(folder.join(key)).unwrap_or_else(|error| panic!("{key}: {error}"));
            self.memory.plant(key, bytes, *last_modified);
        }
    }
}

#[async_trait]
impl ObjectStore for RecordedBucket {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.process.live().await;
        self.memory.get(key).await
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.process.live().await;
        self.memory.open(key, pinned, from).await
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.process.live().await;
        self.memory.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.process.live().await;
        let tag = self.memory.put(key, body.clone(), condition).await?;
        self.process.after(Effect::Written { key, body: &body }).await;
        Ok(tag)
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.process.live().await;
        let inner = self.memory.begin_upload(key).await?;
        Ok(Box::new(Uploading { inner, bucket: self.clone(), key: key.to_owned() }))
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.process.live().await;
        self.memory.delete(key, condition).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u16) -> Result<ListPage, StoreError> {
        self.process.live().await;
        self.memory.list(prefix, after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.process.live().await;
        self.memory.list_folders(prefix).await
    }
}

/// An upload that the process sees when it is complete.
struct Uploading {
    inner: Box<dyn Upload>,
    bucket: RecordedBucket,
    key: String,
}

#[async_trait]
impl Upload for Uploading {
    async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.inner.write(bytes).await
    }

    async fn complete(self: Box<Self>, condition: Condition) -> Result<Tag, StoreError> {
        let Self { inner, bucket, key } = *self;
        bucket.process.live().await;
        let tag = inner.complete(condition).await?;
        let body = bucket.memory.get(&key).await?.bytes;
        bucket.process.after(Effect::Written { key: &key, body: &body }).await;
        Ok(tag)
    }

    async fn abort(self: Box<Self>) {
        self.inner.abort().await;
    }
}
