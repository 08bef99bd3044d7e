//! The trait of one bucket of objects, and the words it speaks in.

use std::fmt::{self, Debug, Display};
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::Sensitive;
use futures_util::Stream;
use jiff::Timestamp;
use url::Url;

use crate::StoreError;

/// One version of one object, as the store names it (S3: the `ETag`). Opaque: compare it, hand it back, store
/// it; it is not a hash of the content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// A tag that the store gave earlier, for instance one that was kept in a document.
    #[must_use]
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The tag exactly as the store gave it, quotation marks included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a store knows of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The object's full key.
    pub key: String,
    /// The version that was seen.
    pub tag: Tag,
    /// Bytes in the whole object, also when only a part was asked for.
    pub size: u64,
    /// When this version was written. S3 keeps whole seconds only.
    pub last_modified: Timestamp,
}

/// An object with its whole content in memory.
#[derive(Clone)]
pub struct Object {
    /// Which object and which version.
    pub info: ObjectInfo,
    /// The content.
    pub bytes: Bytes,
}

impl Debug for Object {
    /// Never shows the content: snapshots, chunks and ledgers hold personal data.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Object").field("info", &self.info).finish_non_exhaustive()
    }
}

/// How whoever follows a link gets the object; see [`ObjectStore::link`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    /// The file's name on the person's machine: ASCII letters, digits, hyphens and dots.
    pub file_name: String,
    /// What the file is.
    pub content_type: &'static str,
    /// For how long the link can be followed; a download that was begun may end later.
    pub lifetime: Duration,
}

/// Content in the pieces in which it arrives. After an error the stream has ended.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

/// What must hold at the moment of a write or a delete; decided atomically by the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Nothing: the last writer wins.
    None,
    /// No object has this key (S3: `If-None-Match: *`).
    Absent,
    /// The object is still this version (S3: `If-Match`).
    Matches(Tag),
}

/// Part of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// Objects in the byte order of their keys.
    pub objects: Vec<ObjectInfo>,
    /// More objects follow; ask again with `start_after` set to the last key of this page.
    pub more: bool,
}

/// One bucket. Every implementation passes [`crate::conformance`].
///
/// A single attempt of each operation may include the implementation's own short retries; everything longer is
/// the caller's decision, by the error's class.
#[async_trait]
pub trait ObjectStore: Debug + Send + Sync {
    /// Reads a whole object into memory: for documents and chunks, not for snapshots.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn get(&self, key: &str) -> Result<Object, StoreError>;

    /// Streams an object from byte `from` (0 for all; at or past the end: an empty stream), and only version
    /// `pinned` when given. Memory use does not depend on the object's size.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Changed`] when the object is another version by now; the latter
    /// may also come from the stream, which then ends: bytes of two versions are never mixed.
    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError>;

    /// Looks at an object without reading it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError>;

    /// Writes a whole object, if `condition` holds, and answers the new version. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when it had to be absent; [`StoreError::Conflict`] when it is another
    /// version, [`StoreError::Gone`] when it is not there any more. After [`StoreError::Unavailable`] the write may
    /// or may not have happened, and a retry inside the implementation may then report one's own write as
    /// somebody else's: [`crate::Documents`] resolves both.
    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError>;

    /// Starts writing a large object in parts. Nothing is visible under `key` before [`Upload::complete`].
    ///
    /// # Errors
    /// Those of every access.
    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError>;

    /// Deletes an object, if `condition` holds. Without a condition an absent object is a success.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] and [`StoreError::Gone`] as for [`ObjectStore::put`]. [`Condition::Absent`] makes no
    /// sense here and is [`StoreError::Other`].
    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError>;

    /// Objects whose key begins with `prefix`, in the byte order of their keys, strictly after `start_after`, at
    /// most `limit` of them. See [`list_all`] for all of them.
    ///
    /// # Errors
    /// Those of every access.
    async fn list(&self, prefix: &str, start_after: Option<&str>, limit: u16)
    -> Result<ListPage, StoreError>;

    /// The "folders" directly below `prefix`: each distinct beginning of a key up to and including the first `/`
    /// after `prefix`, whole (`a/` and `a/b/c` below `""` give `a/`), in byte order.
    ///
    /// # Errors
    /// Those of every access.
    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError>;

    /// An address from which whoever knows it downloads the object as a file, without credentials, until it expires: for
    /// answers that may be larger than the function can give. Hand it to one person, write it down nowhere. Whether the
    /// object exists is not looked at. `None`: this store gives none, and the object is to be streamed instead.
    ///
    /// # Errors
    /// When the store's credentials cannot be had.
    async fn link(&self, key: &str, terms: &LinkTerms) -> Result<Option<Sensitive<Url>>, StoreError> {
        let _ = (key, terms);
        Ok(None)
    }
}

/// A large object being written. Dropped without [`Upload::complete`] it leaves no object; call
/// [`Upload::abort`] so that the store can also free the parts at once.
#[async_trait]
pub trait Upload: Send {
    /// Appends bytes, in pieces of any size.
    ///
    /// # Errors
    /// Those of every write. After an error the upload can only be aborted.
    async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError>;

    /// Makes the object visible, if `condition` holds at this moment, and answers its version. Nothing of the
    /// upload remains when it fails.
    ///
    /// # Errors
    /// Those of [`ObjectStore::put`].
    async fn complete(self: Box<Self>, condition: Condition) -> Result<Tag, StoreError>;

    /// Gives up and frees what was stored. Best effort: the bucket's lifecycle rule removes what it could not.
    async fn abort(self: Box<Self>);
}

/// Every object below `prefix`, in as many pages as it takes: for prefixes that are known to stay small.
///
/// # Errors
/// Those of [`ObjectStore::list`].
pub async fn list_all(store: &dyn ObjectStore, prefix: &str) -> Result<Vec<ObjectInfo>, StoreError> {
    let mut objects: Vec<ObjectInfo> = Vec::new();
    loop {
        let after = objects.last().map(|object| object.key.clone());
        let page = store.list(prefix, after.as_deref(), 1000).await?;
        let finished = !page.more || page.objects.is_empty();
        objects.extend(page.objects);
        if finished {
            return Ok(objects);
        }
    }
}
