//! A bucket that can be kept as a folder of plain files: one file per object, under its key.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::Clock;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{ByteStream, Condition, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload};

use crate::process::{Effect, Process};

/// A bucket in memory whose tags follow from the content alone, as those of S3 ordinarily do: what was written into a
/// document before, such as the version of a pinned snapshot, still holds when the bucket comes back from a folder.
#[derive(Clone)]
pub struct RecordedBucket {
    clock: Arc<dyn Clock>,
    process: Arc<Process>,
    objects: Arc<Mutex<BTreeMap<String, Stored>>>,
}

#[derive(Clone)]
struct Stored {
    bytes: Bytes,
    last_modified: Timestamp,
}

impl fmt::Debug for RecordedBucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RecordedBucket").field("objects", &self.lock().len()).finish_non_exhaustive()
    }
}

impl Stored {
    fn tag(&self) -> Tag {
        let digest = Sha256::digest(&self.bytes);
        let hexadecimal: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Tag::new(format!("\"{hexadecimal}\""))
    }

    fn info(&self, key: &str) -> ObjectInfo {
        let size = self.bytes.len() as u64;
        ObjectInfo { key: key.to_owned(), tag: self.tag(), size, last_modified: self.last_modified }
    }
}

impl RecordedBucket {
    /// An empty bucket whose objects are dated by `clock`, as `process` sees it.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, process: Arc<Process>) -> Self {
        Self { clock, process, objects: Arc::default() }
    }

    /// All objects, by key.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<String, Bytes> {
        self.lock().iter().map(|(key, stored)| (key.clone(), stored.bytes.clone())).collect()
    }

    /// Puts an object there behind everybody's back, dated as now.
    pub fn plant(&self, key: &str, bytes: impl Into<Bytes>) {
        let stored = Stored { bytes: bytes.into(), last_modified: self.clock.now() };
        self.lock().insert(key.to_owned(), stored);
    }

    /// Writes each object to a file of `folder`, and answers when each was written.
    pub(crate) fn keep(&self, folder: &Path) -> BTreeMap<String, Timestamp> {
        let mut written = BTreeMap::new();
        for (key, stored) in self.lock().iter() {
            let path = folder.join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &stored.bytes).unwrap();
            written.insert(key.clone(), stored.last_modified);
        }
        written
    }

    /// Takes over what was kept in `folder`.
    pub(crate) fn take_over(&self, folder: &Path, written: &BTreeMap<String, Timestamp>) {
        let mut objects = self.lock();
        for (key, last_modified) in written {
            let bytes = fs::read(folder.join(key)).unwrap_or_else(|error| panic!("{key}: {error}"));
            objects.insert(key.clone(), Stored { bytes: bytes.into(), last_modified: *last_modified });
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stored>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &str) -> Result<Stored, StoreError> {
        self.lock().get(key).cloned().ok_or_else(|| StoreError::NotFound { key: key.to_owned() })
    }
}

fn check(current: Option<&Stored>, key: &str, condition: &Condition) -> Result<(), StoreError> {
    let key = key.to_owned();
    match (condition, current) {
        (Condition::None, _) | (Condition::Absent, None) => Ok(()),
        (Condition::Absent, Some(_)) => Err(StoreError::AlreadyExists { key }),
        (Condition::Matches(_), None) => Err(StoreError::Gone { key }),
        (Condition::Matches(tag), Some(stored)) if *tag == stored.tag() => Ok(()),
        (Condition::Matches(_), Some(_)) => Err(StoreError::Conflict { key }),
    }
}

#[async_trait]
impl ObjectStore for RecordedBucket {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.process.live().await;
        let stored = self.find(key)?;
        Ok(Object { info: stored.info(key), bytes: stored.bytes })
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.process.live().await;
        let stored = self.find(key)?;
        let info = stored.info(key);
        if pinned.is_some_and(|tag| *tag != info.tag) {
            return Err(StoreError::Changed { key: key.to_owned() });
        }
        let skipped = usize::try_from(from).unwrap_or(usize::MAX).min(stored.bytes.len());
        let rest = stored.bytes.slice(skipped..);
        let pieces = (!rest.is_empty()).then_some(Ok(rest));
        Ok((info, stream::iter(pieces).boxed()))
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.process.live().await;
        Ok(self.find(key)?.info(key))
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.process.live().await;
        let stored = Stored { bytes: body.clone(), last_modified: self.clock.now() };
        let tag = stored.tag();
        {
            let mut objects = self.lock();
            check(objects.get(key), key, &condition)?;
            objects.insert(key.to_owned(), stored);
        }
        self.process.after(Effect::Written { key, body: &body }).await;
        Ok(tag)
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.process.live().await;
        Ok(Box::new(Uploading { bucket: self.clone(), key: key.to_owned(), gathered: BytesMut::new() }))
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.process.live().await;
        if condition == Condition::Absent {
            return Err(StoreError::other("an object cannot be deleted on the condition that it is absent"));
        }
        let mut objects = self.lock();
        check(objects.get(key), key, &condition)?;
        objects.remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u16) -> Result<ListPage, StoreError> {
        self.process.live().await;
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.to_owned()),
        };
        let objects = self.lock();
        let mut matching = objects
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, stored)| stored.info(key));
        let page = matching.by_ref().take(usize::from(limit)).collect();
        Ok(ListPage { objects: page, more: matching.next().is_some() })
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.process.live().await;
        let objects = self.lock();
        let below = objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
        let mut folders: Vec<String> = below
            .filter_map(|(key, _)| {
                let (folder, _) = key.strip_prefix(prefix)?.split_once('/')?;
                Some(format!("{prefix}{folder}/"))
            })
            .collect();
        folders.dedup();
        Ok(folders)
    }
}

struct Uploading {
    bucket: RecordedBucket,
    key: String,
    gathered: BytesMut,
}

#[async_trait]
impl Upload for Uploading {
    async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.gathered.extend_from_slice(&bytes);
        Ok(())
    }

    async fn complete(self: Box<Self>, condition: Condition) -> Result<Tag, StoreError> {
        self.bucket.put(&self.key, self.gathered.freeze(), condition).await
    }

    async fn abort(self: Box<Self>) {}
}
