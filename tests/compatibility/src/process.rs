//! A process that dies at a moment that can be chosen: from then on nothing that it began has any effect.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use constant_contact::{GateRefusal, Observation, Purpose, RequestGate, RequestKind};
use std::sync::Arc;
use tokio::sync::Notify;

/// Something that has just happened outside the process.
#[derive(Debug, Clone, Copy)]
pub enum Effect<'a> {
    /// An object of the state bucket was written.
    Written {
        /// Where.
        key: &'a str,
        /// What.
        body: &'a [u8],
    },
    /// Constant Contact has answered a request, and nobody has heard it yet.
    Answered(RequestKind),
}

/// At which effect the process dies.
pub type Watch = Box<dyn Fn(Effect<'_>) -> bool + Send>;

/// One process.
#[derive(Default)]
pub struct Process {
    dead: AtomicBool,
    died: Notify,
    watch: Mutex<Option<Watch>>,
}

impl fmt::Debug for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Process").field("dead", &self.dead).finish_non_exhaustive()
    }
}

impl Process {
    /// Dies right after the first effect for which `watch` answers `true`.
    pub fn die_after(&self, watch: Watch) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Some(watch);
    }

    /// Returns when it has died.
    pub async fn died(&self) {
        self.died.notified().await;
    }

    /// Another process takes its place. What the dead one began stays without effect.
    pub fn revive(&self) {
        self.dead.store(false, Ordering::SeqCst);
    }

    /// The dead do nothing.
    pub(crate) async fn live(&self) {
        if self.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) async fn after(&self, effect: Effect<'_>) {
        let chosen = {
            let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            let chosen = watch.as_ref().is_some_and(|watch| watch(effect));
            if chosen {
                *watch = None;
            }
            chosen
        };
        if chosen {
            self.dead.store(true, Ordering::SeqCst);
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// A gate whose answers are effects of the process.
#[derive(Debug)]
pub(crate) struct MortalGate {
    pub(crate) inner: Arc<dyn RequestGate>,
    pub(crate) process: Arc<Process>,
    pub(crate) latest: Mutex<Option<RequestKind>>,
}

#[async_trait]
impl RequestGate for MortalGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        self.process.live().await;
        self.inner.acquire(purpose, kind).await?;
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(kind);
        Ok(())
    }

    async fn observe(&self, observation: Observation) {
        let latest = *self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = latest {
            self.process.after(Effect::Answered(kind)).await;
        }
        self.inner.observe(observation).await;
    }
}
