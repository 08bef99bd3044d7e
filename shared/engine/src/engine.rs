//! The engine's parts, and what can be asked of it besides advancing a run.

use std::sync::Arc;

use domain::identifier::{ExportId, RunId};
use domain::{Clock, Random};
use store::{Change, Document, DocumentError, Documents, ObjectStore, UpdateError, Versioned, list_all};

use crate::account::{Never, document_error};
use crate::connector::Connector;
use crate::keys;
use crate::observer::Observer;
use crate::occupation::Occupation;
use crate::run::{Cancellation, Run, RunKey};
use crate::settings::EngineSettings;

impl Document for ActiveRun {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "active run";
}

/// An entry of the index of runs that have not ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ActiveRun {
    pub(crate) key: RunKey,
}

/// What an engine is made of.
#[derive(Debug, Clone)]
pub struct EngineParts {
    /// Documents and objects of the state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// Comes to clients of the service.
    pub connector: Arc<dyn Connector>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and jitter.
    pub random: Arc<dyn Random>,
    /// Who wants to see progress.
    pub observer: Arc<dyn Observer>,
    /// What an operator may change.
    pub settings: EngineSettings,
}

/// Runs exports. Cheap to clone; holds no state of its own.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) documents: Documents,
    pub(crate) segments: Arc<dyn ObjectStore>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) settings: Arc<EngineSettings>,
    /// Tells this process's leases from those of a dead one.
    pub(crate) instance: String,
}

impl Engine {
    /// An engine of these parts.
    #[must_use]
    pub fn new(parts: EngineParts) -> Self {
        let EngineParts { documents, segments, connector, clock, random, observer, settings } = parts;
        let instance = random.uuid().to_string();
        let settings = Arc::new(settings);
        Self { documents, segments, connector, clock, random, observer, settings, instance }
    }

    /// A run as it is.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn run(&self, key: &RunKey) -> Result<Option<Run>, DocumentError> {
        Ok(self.load_run(key).await?.map(|run| run.content))
    }

    /// Runs of all exports that have not ended, or whose end was not cleaned up after: one listing.
    ///
    /// # Errors
    /// When the state cannot be listed.
    pub async fn active_runs(&self) -> Result<Vec<RunKey>, DocumentError> {
        let objects = list_all(self.documents.store().as_ref(), keys::ACTIVE_RUNS).await?;
        Ok(objects.iter().filter_map(|object| keys::active_run_of(&object.key)).collect())
    }

    /// The runs of an export, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn runs(&self, export: &ExportId, limit: usize) -> Result<Vec<Run>, DocumentError> {
        let objects = list_all(self.documents.store().as_ref(), &keys::runs(export)).await?;
        let mut runs = Vec::new();
        for object in objects.into_iter().rev().take(limit) {
            if let Some(run) = self.documents.load::<Run>(&object.key).await? {
                runs.push(run.content);
            }
        }
        Ok(runs)
    }

    /// Which run of an export is active, which follows, how the latest ended.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn occupation(&self, export: &ExportId) -> Result<Occupation, DocumentError> {
        let occupation = self.documents.load::<Occupation>(&keys::occupation(export)).await?;
        Ok(occupation.map(|occupation| occupation.content).unwrap_or_default())
    }

    /// Asks a run to stop. What the service has taken is settled first. A run that has ended stays as it is.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub async fn cancel(&self, key: &RunKey, by: &str) -> Result<(), DocumentError> {
        let cancellation = Cancellation { at: self.clock.now(), by: by.to_owned() };
        let result: Result<_, UpdateError<Never>> = self
            .documents
            .update::<Run, (), Never, _>(&keys::run(key), |current| {
                let Some(run) = current.filter(|run| run.ended().is_none() && run.cancel.is_none()) else {
                    return Ok(Change::Keep(()));
                };
                let due_at = Some(cancellation.at);
                Ok(Change::Write(Run { cancel: Some(cancellation.clone()), due_at, ..run.clone() }, ()))
            })
            .await;
        result.map(|_| ()).map_err(document_error)
    }

    /// Takes back a run that was to follow the active one and has not begun: nothing of it is left. `false` when no such
    /// run waits; it may have begun since.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub async fn cancel_queued(&self, key: &RunKey) -> Result<bool, DocumentError> {
        Ok(self.withdraw(&key.export, |run| *run == key.run).await? > 0)
    }

    /// The same for everything that was to follow the active run of an export; answers how many runs it was.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub async fn cancel_all_queued(&self, export: &ExportId) -> Result<usize, DocumentError> {
        self.withdraw(export, |_| true).await
    }

    async fn withdraw(
        &self,
        export: &ExportId,
        unwanted: impl Fn(&RunId) -> bool + Send + Sync,
    ) -> Result<usize, DocumentError> {
        let updated = self
            .documents
            .update::<Occupation, usize, Never, _>(&keys::occupation(export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                let withdrawn = occupation.withdraw(&unwanted);
                Ok(if withdrawn == 0 {
                    Change::Keep(withdrawn)
                } else {
                    Change::Write(occupation, withdrawn)
                })
            })
            .await
            .map_err(document_error)?;
        Ok(updated.outcome)
    }

    pub(crate) async fn load_run(&self, key: &RunKey) -> Result<Option<Versioned<Run>>, DocumentError> {
        self.documents.load::<Run>(&keys::run(key)).await
    }

    /// A new run's id: version 7, so that ids sort by time.
    pub(crate) fn new_run_id(&self) -> Option<RunId> {
        let now = self.clock.now();
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let random = self.random.next_u128().to_be_bytes();
        let mut bytes = [0_u8; 10];
        for (to, from) in bytes.iter_mut().zip(random) {
            *to = from;
        }
        let id = uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid();
        RunId::new(id.to_string()).ok()
    }
}
