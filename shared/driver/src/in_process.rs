//! Which runs are driven, and by which task.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use configuration::{DriverError, RunDriver};
use domain::Clock;
use engine::{Caller, Engine, RunKey};
use jiff::SignedDuration;
use notifications::Notifications;
use tokio::sync::{Notify, Semaphore, watch};

use crate::driving;

/// How runs are driven.
#[derive(Debug, Clone, Copy)]
pub struct DriverSettings {
    /// Whether this process is the only one that works on the state.
    pub caller: Caller,
    /// An advance begins no further step after this long (10 s), so that a shutdown is heard.
    pub slice: SignedDuration,
    /// So many runs are advanced at the same moment (2): each needs memory for its plan.
    pub at_once: usize,
}

impl Default for DriverSettings {
    fn default() -> Self {
        Self { caller: Caller::SoleOwner, slice: SignedDuration::from_secs(10), at_once: 2 }
    }
}

/// Drives runs by tasks of this process. Cheap to clone; all clones drive the same runs. Must be used inside a tokio
/// runtime.
#[derive(Debug, Clone)]
pub struct InProcessDriver {
    pub(crate) shared: Arc<Shared>,
}

/// What all tasks share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) notifications: Notifications,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: DriverSettings,
    pub(crate) turns: Semaphore,
    pub(crate) stopping: watch::Sender<bool>,
    tasks: Mutex<HashMap<RunKey, Arc<Call>>>,
    /// Told whenever a task ends.
    ended: Notify,
}

/// How a task is called.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// Holds one call until it is heard.
    pub(crate) again: Notify,
}

impl Call {
    /// Whether there is a call that was not heard yet; it is heard by this.
    fn is_pending(&self) -> bool {
        pin!(self.again.notified()).enable()
    }
}

impl InProcessDriver {
    /// A driver of runs of `engine`. Nothing is driven before somebody asks.
    #[must_use]
    pub fn new(
        engine: Engine,
        notifications: Notifications,
        clock: Arc<dyn Clock>,
        settings: DriverSettings,
    ) -> Self {
        let turns = Semaphore::new(settings.at_once.max(1));
        let stopping = watch::Sender::new(false);
        let (tasks, ended) = (Mutex::default(), Notify::new());
        let shared = Shared { engine, notifications, clock, settings, turns, stopping, tasks, ended };
        Self { shared: Arc::new(shared) }
    }

    /// Sees to it that a task drives the run, and wakes it if it waits.
    pub fn start(&self, run: &RunKey) {
        self.shared.drive(run);
    }

    /// The runs that have a task now, in no order.
    #[must_use]
    pub fn driven(&self) -> Vec<RunKey> {
        self.shared.tasks().keys().cloned().collect()
    }

    /// Returns when no run has a task: all have ended, need a person, or failed.
    pub async fn idle(&self) {
        loop {
            let ended = self.shared.ended.notified();
            if self.shared.tasks().is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// Lets every task end after the step under way, and returns when all have. Nothing is driven afterwards.
    pub async fn shutdown(&self) {
        self.shared.stopping.send_replace(true);
        self.idle().await;
    }
}

impl Shared {
    pub(crate) fn drive(self: &Arc<Self>, run: &RunKey) {
        let mut tasks = self.tasks();
        if *self.stopping.borrow() {
            return;
        }
        if let Some(call) = tasks.get(run) {
            call.again.notify_one();
            return;
        }
        let call = Arc::new(Call::default());
        tasks.insert(run.clone(), Arc::clone(&call));
        let place = Place { shared: Arc::clone(self), run: run.clone(), call };
        tokio::spawn(driving::drive(place));
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<RunKey, Arc<Call>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's place among the tasks; given back when the task is dropped, however it ends.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) shared: Arc<Shared>,
    pub(crate) run: RunKey,
    pub(crate) call: Arc<Call>,
}

impl Place {
    /// Gives the place back, unless somebody has called the task meanwhile: then it must go on.
    pub(crate) fn leave(&self) -> bool {
        let mut tasks = self.shared.tasks();
        if self.call.is_pending() {
            return false;
        }
        self.remove(&mut tasks);
        true
    }

    /// The run may have another task by now.
    fn remove(&self, tasks: &mut HashMap<RunKey, Arc<Call>>) {
        if tasks.get(&self.run).is_some_and(|call| Arc::ptr_eq(call, &self.call)) {
            tasks.remove(&self.run);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove(&mut self.shared.tasks());
        self.shared.ended.notify_waiters();
    }
}

#[async_trait]
impl RunDriver for InProcessDriver {
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError> {
        self.start(run);
        Ok(())
    }
}
