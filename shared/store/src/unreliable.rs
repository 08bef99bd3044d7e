//! A store that fails on demand: for tests of whatever must survive lost answers and broken streams.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use domain::Sensitive;
use futures_util::{StreamExt, stream};
use url::Url;

use crate::{
    ByteStream, Condition, LinkTerms, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload,
};

/// What is to go wrong with one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It has its effect, and the answer is lost.
    AnswerLost,
    /// It has its effect, and a retry inside the client then meets it: one's own write comes back as a failed
    /// condition.
    AnswerLostAndRetried,
    /// It has no effect.
    NotReached,
    /// It has no effect: S3 is busy with another writer of the same key (409 `ConditionalRequestConflict`).
    Busy,
    /// The stream breaks after this many bytes.
    StreamBreaks(u64),
}

/// Passes everything on to another store, except for the faults that were asked for, until it is stopped.
///
/// Faults are used up one by one, each by the next operation it can happen to: [`Fault::StreamBreaks`] by `open`, the
/// others by `put` and `delete`.
#[derive(Debug)]
pub struct UnreliableStore {
    inner: Arc<dyn ObjectStore>,
    writes: Mutex<VecDeque<Fault>>,
    reads: Mutex<VecDeque<u64>>,
    /// Writes that it still takes; less than none when it has refused some.
    left: AtomicI64,
}

impl UnreliableStore {
    /// A store that is still reliable.
    #[must_use]
    pub fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, writes: Mutex::default(), reads: Mutex::default(), left: AtomicI64::new(i64::MAX) }
    }

    /// Adds a fault behind those that were asked for before.
    pub fn inject(&self, fault: Fault) {
        match fault {
            Fault::StreamBreaks(after) => lock(&self.reads).push_back(after),
            fault => lock(&self.writes).push_back(fault),
        }
    }

    /// Faults that have not happened yet: a test asserts that there are none.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        lock(&self.writes).len() + lock(&self.reads).len()
    }

    /// Takes so many writes more and none after them, as if the process had died there.
    pub fn stop_after(&self, writes: i64) {
        self.left.store(writes, Ordering::SeqCst);
    }

    /// Takes any number of writes again; answers whether it had refused one.
    pub fn go_on(&self) -> bool {
        self.left.swap(i64::MAX, Ordering::SeqCst) < 0
    }

    fn next_write(&self) -> Result<Option<Fault>, StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Err(StoreError::other("injected: stopped"));
        }
        Ok(lock(&self.writes).pop_front())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost() -> StoreError {
    StoreError::unavailable("injected: no answer")
}

#[async_trait]
impl ObjectStore for UnreliableStore {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.inner.get(key).await
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        let (info, content) = self.inner.open(key, pinned, from).await?;
        let Some(after) = lock(&self.reads).pop_front() else { return Ok((info, content)) };
        let broken = stream::unfold(Some((content, after)), |state| async move {
            let (mut content, left) = state?;
            let mut piece = match content.next().await {
                Some(Ok(piece)) if left > 0 => piece,
                _ => return Some((Err(lost()), None)),
            };
            piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            let left = left.saturating_sub(piece.len() as u64);
            Some((Ok(piece), Some((content, left))))
        });
        Ok((info, broken.boxed()))
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.inner.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        match self.next_write()? {
            None | Some(Fault::StreamBreaks(_)) => self.inner.put(key, body, condition).await,
            Some(Fault::NotReached) => Err(lost()),
            Some(Fault::Busy) => Err(StoreError::Conflict { key: key.to_owned() }),
            Some(Fault::AnswerLost) => self.inner.put(key, body, condition).await.and(Err(lost())),
            Some(Fault::AnswerLostAndRetried) => {
                self.inner.put(key, body.clone(), condition.clone()).await?;
                self.inner.put(key, body, condition).await
            }
        }
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.inner.begin_upload(key).await
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        match self.next_write()? {
            None | Some(Fault::StreamBreaks(_)) => self.inner.delete(key, condition).await,
            Some(Fault::NotReached) => Err(lost()),
            Some(Fault::Busy) => Err(StoreError::Conflict { key: key.to_owned() }),
            Some(Fault::AnswerLost) => self.inner.delete(key, condition).await.and(Err(lost())),
            Some(Fault::AnswerLostAndRetried) => {
                self.inner.delete(key, condition.clone()).await?;
                self.inner.delete(key, condition).await
            }
        }
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, start_after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.inner.list_folders(prefix).await
    }

    async fn link(&self, key: &str, terms: &LinkTerms) -> Result<Option<Sensitive<Url>>, StoreError> {
        self.inner.link(key, terms).await
    }
}
