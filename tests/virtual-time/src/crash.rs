//! A point at which a process dies: before or after one of its effects.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use constant_contact::{GateRefusal, Observation, Purpose, RequestGate, RequestKind};
use jiff::SignedDuration;
use store::{ByteStream, Condition, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload};
use tokio::sync::Notify;

/// On which side of the effect the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It does not happen.
    Before,
    /// It has happened, and nobody hears of it.
    After,
}

/// Counts effects and stops the process that comes to the chosen one.
#[derive(Debug, Default)]
pub struct CrashPoint {
    effects: AtomicU64,
    target: Mutex<Option<(u64, When)>>,
    imports: AtomicBool,
    died: Notify,
    processes: AtomicU64,
    dead: Mutex<BTreeSet<u64>>,
}

/// One process. Once it has died, nothing that it began elsewhere has any effect: an upload under way must not end in
/// the name of the next one, nor be counted as its effect.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    crash: Arc<CrashPoint>,
    process: u64,
}

impl CrashPoint {
    /// Effects so far.
    pub fn effects(&self) -> u64 {
        self.effects.load(Ordering::SeqCst)
    }

    /// Dies at this effect, counted from 0 from now on; `None`: lives.
    pub fn arm(&self, target: Option<(u64, When)>) {
        self.effects.store(0, Ordering::SeqCst);
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Dies at every import from now on, before it is sent; or no longer does.
    pub fn arm_imports(&self, armed: bool) {
        self.imports.store(armed, Ordering::SeqCst);
    }

    /// Returns when the process has died.
    pub async fn died(&self) {
        self.died.notified().await;
    }

    /// Another process.
    pub(crate) fn new_life(self: &Arc<Self>) -> Life {
        let process = self.processes.fetch_add(1, Ordering::SeqCst);
        Life { crash: Arc::clone(self), process }
    }
}

impl Life {
    /// Counts an effect, unless the process is dead: then it never happens.
    async fn next(&self) -> u64 {
        let dead = self.crash.dead.lock().unwrap_or_else(PoisonError::into_inner).contains(&self.process);
        if dead {
            std::future::pending::<()>().await;
        }
        self.crash.effects.fetch_add(1, Ordering::SeqCst)
    }

    async fn at(&self, effect: u64, when: When) {
        let target = *self.crash.target.lock().unwrap_or_else(PoisonError::into_inner);
        if target == Some((effect, when)) {
            self.die().await;
        }
    }

    async fn at_request(&self, kind: RequestKind) {
        if kind == RequestKind::Import && self.crash.imports.load(Ordering::SeqCst) {
            self.die().await;
        }
    }

    async fn die(&self) {
        self.crash.dead.lock().unwrap_or_else(PoisonError::into_inner).insert(self.process);
        self.crash.died.notify_one();
        std::future::pending::<()>().await;
    }

    async fn around<T>(&self, effect: impl Future<Output = T>) -> T {
        let number = self.next().await;
        self.at(number, When::Before).await;
        let result = effect.await;
        self.at(number, When::After).await;
        result
    }
}

/// What a bucket's policy denies: keys that begin with one of these.
#[derive(Debug, Default)]
pub struct Denied {
    reads: Mutex<Vec<String>>,
    writes: Mutex<Vec<String>>,
}

impl Denied {
    /// Denies reading what begins with `prefix`.
    pub fn reading(&self, prefix: &str) {
        self.reads.lock().unwrap().push(prefix.to_owned());
    }

    /// Denies writing what begins with `prefix`.
    pub fn writing(&self, prefix: &str) {
        self.writes.lock().unwrap().push(prefix.to_owned());
    }

    /// Allows everything again.
    pub fn nothing(&self) {
        self.reads.lock().unwrap().clear();
        self.writes.lock().unwrap().clear();
    }

    fn check(prefixes: &Mutex<Vec<String>>, key: &str) -> Result<(), StoreError> {
        let denied = prefixes.lock().unwrap().iter().any(|prefix| key.starts_with(prefix));
        if denied { Err(StoreError::AccessDenied { bucket: "bucket".to_owned() }) } else { Ok(()) }
    }
}

/// A store whose writes are effects, behind a policy.
#[derive(Debug)]
pub(crate) struct MortalStore {
    pub(crate) inner: Arc<dyn ObjectStore>,
    pub(crate) life: Life,
    pub(crate) denied: Arc<Denied>,
}

impl MortalStore {
    fn read(&self, key: &str) -> Result<(), StoreError> {
        Denied::check(&self.denied.reads, key)
    }

    fn write(&self, key: &str) -> Result<(), StoreError> {
        Denied::check(&self.denied.writes, key)
    }
}

struct MortalUpload {
    inner: Box<dyn Upload>,
    life: Life,
}

#[async_trait]
impl Upload for MortalUpload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.inner.write(bytes).await
    }

    async fn complete(self: Box<Self>, condition: Condition) -> Result<Tag, StoreError> {
        let life = self.life;
        life.around(self.inner.complete(condition)).await
    }

    async fn abort(self: Box<Self>) {
        self.inner.abort().await;
    }
}

#[async_trait]
impl ObjectStore for MortalStore {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.read(key)?;
        self.inner.get(key).await
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.read(key)?;
        self.inner.open(key, pinned, from).await
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.read(key)?;
        self.inner.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.write(key)?;
        self.life.around(self.inner.put(key, body, condition)).await
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.write(key)?;
        let inner = self.inner.begin_upload(key).await?;
        Ok(Box::new(MortalUpload { inner, life: self.life.clone() }))
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.life.around(self.inner.delete(key, condition)).await
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        self.read(prefix)?;
        self.inner.list(prefix, start_after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.read(prefix)?;
        self.inner.list_folders(prefix).await
    }
}

/// A gate whose requests are effects: before the request, and after its answer.
#[derive(Debug)]
pub(crate) struct MortalGate {
    pub(crate) inner: Arc<dyn RequestGate>,
    pub(crate) life: Life,
    pub(crate) simulator: simulator::Control,
    pub(crate) clock: Arc<domain::ManualClock>,
    /// How long the next import waits for its turn.
    pub(crate) import_wait: Arc<Mutex<Option<SignedDuration>>>,
}

#[async_trait]
impl RequestGate for MortalGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        self.inner.acquire(purpose, kind).await?;
        self.life.at_request(kind).await;
        if kind == RequestKind::Import
            && let Some(wait) = self.import_wait.lock().unwrap().take()
        {
            let until = domain::Clock::now(&*self.clock).checked_add(wait).unwrap();
            self.clock.advance_to(until);
        }
        // Waiting for the gate has moved our clock; the service's goes with it.
        let now = domain::Clock::now(&*self.clock);
        self.simulator.set_clock(now).await.expect("the simulator's clock can be set");
        let effect = self.life.next().await;
        self.life.at(effect, When::Before).await;
        Ok(())
    }

    async fn observe(&self, observation: Observation) {
        let effect = self.life.crash.effects().saturating_sub(1);
        self.life.at(effect, When::After).await;
        self.inner.observe(observation).await;
    }
}
