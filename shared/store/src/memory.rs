//! A bucket in memory: the fake for tests, under the same conformance suite as the real one.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::{Clock, Sensitive, SystemClock};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use url::Url;

use crate::{
    ByteStream, Condition, LinkTerms, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload,
};

/// Pieces in which [`MemoryStore::open`] streams, so that consumers meet more than one.
const PIECE: usize = 64 * 1024;

/// An object store in memory. Clones share their content. Conditions are decided under one lock.
#[derive(Clone)]
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    tag: fn(u64, &[u8]) -> Tag,
    content: Arc<Mutex<Content>>,
    links: Option<Url>,
}

#[derive(Default)]
struct Content {
    objects: BTreeMap<String, Version>,
    versions: u64,
}

#[derive(Clone)]
struct Version {
    tag: Tag,
    bytes: Bytes,
    last_modified: Timestamp,
}

/// The tag of the version of this number: each has another one.
fn numbered(version: u64, _content: &[u8]) -> Tag {
    Tag::new(format!("\"{version:016x}\""))
}

impl Version {
    fn info(&self, key: &str) -> ObjectInfo {
        ObjectInfo {
            key: key.to_owned(),
            tag: self.tag.clone(),
            size: self.bytes.len() as u64,
            last_modified: self.last_modified,
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryStore")
            .field("objects", &self.lock().objects.len())
            .finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty bucket whose objects are dated by the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty bucket whose objects are dated by `clock`.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock, tag: numbered, content: Arc::default(), links: None }
    }

    /// The same bucket, whose tags are made by `tag` from the number of the version and its content: for content that is
    /// kept elsewhere and planted again, and must have the same tags then.
    #[must_use]
    pub fn with_tags(mut self, tag: fn(u64, &[u8]) -> Tag) -> Self {
        self.tag = tag;
        self
    }

    /// The same bucket, which also gives links, to `origin` and not signed: for tests of what hands them out.
    #[must_use]
    pub fn giving_links(mut self, origin: Url) -> Self {
        self.links = Some(origin);
        self
    }

    /// The keys of all objects, in order: for a test's assertions.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.lock().objects.keys().cloned().collect()
    }

    /// All objects, in the order of their keys: for a test's assertions, or to keep them elsewhere.
    #[must_use]
    pub fn contents(&self) -> Vec<Object> {
        let content = self.lock();
        let object = |(key, version): (&String, &Version)| Object {
            info: version.info(key),
            bytes: version.bytes.clone(),
        };
        content.objects.iter().map(object).collect()
    }

    /// Puts an object there as if it had been written at that moment, whatever is there now.
    pub fn plant(&self, key: &str, bytes: impl Into<Bytes>, last_modified: Timestamp) {
        self.write(&mut self.lock(), key, bytes.into(), last_modified);
    }

    fn write(&self, content: &mut Content, key: &str, bytes: Bytes, last_modified: Timestamp) -> Tag {
        content.versions += 1;
        let tag = (self.tag)(content.versions, &bytes);
        content.objects.insert(key.to_owned(), Version { tag: tag.clone(), bytes, last_modified });
        tag
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &str) -> Result<Version, StoreError> {
        self.lock().objects.get(key).cloned().ok_or_else(|| StoreError::NotFound { key: key.to_owned() })
    }
}

fn check(current: Option<&Version>, key: &str, condition: &Condition) -> Result<(), StoreError> {
    let key = || key.to_owned();
    match (condition, current) {
        (Condition::None, _) | (Condition::Absent, None) => Ok(()),
        (Condition::Absent, Some(_)) => Err(StoreError::AlreadyExists { key: key() }),
        (Condition::Matches(_), None) => Err(StoreError::Gone { key: key() }),
        (Condition::Matches(tag), Some(version)) if *tag == version.tag => Ok(()),
        (Condition::Matches(_), Some(_)) => Err(StoreError::Conflict { key: key() }),
    }
}

#[async_trait]
impl ObjectStore for MemoryStore {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        let version = self.find(key)?;
        Ok(Object { info: version.info(key), bytes: version.bytes })
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        let version = self.find(key)?;
        if pinned.is_some_and(|tag| *tag != version.tag) {
            return Err(StoreError::Changed { key: key.to_owned() });
        }
        let info = version.info(key);
        let mut rest = version.bytes;
        let skipped = usize::try_from(from).unwrap_or(usize::MAX).min(rest.len());
        drop(rest.split_to(skipped));
        let pieces = stream::unfold(rest, |mut rest| async move {
            let piece = rest.split_to(PIECE.min(rest.len()));
            (!piece.is_empty()).then_some((Ok(piece), rest))
        });
        Ok((info, pieces.boxed()))
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        Ok(self.find(key)?.info(key))
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        let last_modified = self.clock.now();
        let mut content = self.lock();
        check(content.objects.get(key), key, &condition)?;
        Ok(self.write(&mut content, key, body, last_modified))
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        Ok(Box::new(MemoryUpload { store: self.clone(), key: key.to_owned(), gathered: BytesMut::new() }))
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        if condition == Condition::Absent {
            return Err(StoreError::other("an object cannot be deleted on the condition that it is absent"));
        }
        let mut content = self.lock();
        check(content.objects.get(key), key, &condition)?;
        content.objects.remove(key);
        Ok(())
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        let start = match start_after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.to_owned()),
        };
        let content = self.lock();
        let mut matching = content
            .objects
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, version)| version.info(key));
        let objects = matching.by_ref().take(usize::from(limit)).collect();
        Ok(ListPage { objects, more: matching.next().is_some() })
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let content = self.lock();
        let mut folders: Vec<String> = content
            .objects
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter_map(|(key, _)| {
                let (folder, _) = key.strip_prefix(prefix)?.split_once('/')?;
                Some(format!("{prefix}{folder}/"))
            })
            .collect();
        folders.dedup();
        Ok(folders)
    }

    async fn link(&self, key: &str, terms: &LinkTerms) -> Result<Option<Sensitive<Url>>, StoreError> {
        let Some(mut link) = self.links.clone() else { return Ok(None) };
        link.set_path(key);
        let seconds = terms.lifetime.as_secs().to_string();
        link.query_pairs_mut().append_pair("expires", &seconds).append_pair("name", &terms.file_name);
        Ok(Some(Sensitive::new(link)))
    }
}

struct MemoryUpload {
    store: MemoryStore,
    key: String,
    gathered: BytesMut,
}

#[async_trait]
impl Upload for MemoryUpload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.gathered.extend_from_slice(&bytes);
        Ok(())
    }

    async fn complete(self: Box<Self>, condition: Condition) -> Result<Tag, StoreError> {
        self.store.put(&self.key, self.gathered.freeze(), condition).await
    }

    async fn abort(self: Box<Self>) {}
}
