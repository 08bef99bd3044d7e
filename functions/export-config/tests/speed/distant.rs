//! A bucket whose every call takes one unit of virtual time.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use store::{
    ByteStream, Condition, ListPage, MemoryStore, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload,
};
use tokio::time::Instant;

const UNIT: Duration = Duration::from_secs(1);

/// The calls of all distant buckets.
#[derive(Debug, Default)]
pub(crate) struct Trips {
    calls: AtomicU32,
    /// When the last stream that was opened would have answered.
    streamed: Mutex<Option<Instant>>,
}

impl Trips {
    /// What came of `work`, how deep it went, and how many calls it made.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> (T, (u32, u32)) {
        self.calls.store(0, Ordering::Relaxed);
        *self.streamed.lock().unwrap() = None;
        let begun = Instant::now();
        let outcome = work.await;
        let streamed = self.streamed.lock().unwrap().unwrap_or(begun);
        let took = Instant::now().max(streamed).duration_since(begun);
        (outcome, (u32::try_from(took.as_secs()).unwrap(), self.calls.load(Ordering::Relaxed)))
    }

    fn streams(&self) {
        let due = Instant::now() + UNIT;
        let mut streamed = self.streamed.lock().unwrap();
        *streamed = Some(streamed.map_or(due, |known| known.max(due)));
    }

    async fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(UNIT).await;
    }
}

#[derive(Debug)]
pub(crate) struct DistantStore {
    pub(crate) inner: Arc<dyn ObjectStore>,
    pub(crate) trips: Arc<Trips>,
}

/// An empty bucket, and what counts its calls.
pub(crate) fn bucket() -> (DistantStore, Arc<Trips>) {
    let trips = Arc::<Trips>::default();
    (DistantStore { inner: Arc::new(MemoryStore::new()), trips: trips.clone() }, trips)
}

#[async_trait]
impl ObjectStore for DistantStore {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.trips.call().await;
        self.inner.get(key).await
    }

    /// Read on a thread of its own, for which virtual time stands still: its answer is reckoned, not waited for. Nothing
    /// that a page reads follows from the content of a stream.
    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.trips.calls.fetch_add(1, Ordering::Relaxed);
        self.trips.streams();
        self.inner.open(key, pinned, from).await
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.trips.call().await;
        self.inner.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.trips.call().await;
        self.inner.put(key, body, condition).await
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        panic!("no page writes a large object: {key}")
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.trips.call().await;
        self.inner.delete(key, condition).await
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        self.trips.call().await;
        self.inner.list(prefix, start_after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.trips.call().await;
        self.inner.list_folders(prefix).await
    }
}
