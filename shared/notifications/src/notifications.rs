//! Whoever looks at exports and connections and tells what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use catalog::{CONNECTIONS, Connection, EXPORTS, Export, connection_of, export_key, export_of};
use domain::identifier::{ConnectionId, SegmentName};
use domain::{Clock, in_one_line};
use engine::{Advance, Engine, ParkReason, RunKey};
use store::{DocumentError, Documents, ObjectStore, StoreError, list_all};
use tokens::Grants;

use crate::notifier::{Notifier, NotifyError};
use crate::record::{self, ConnectionRecord};
use crate::settings::NotificationSettings;
use crate::snapshot_age::concerns;

/// What [`Notifications`] is made of.
#[derive(Debug)]
pub struct NotificationParts {
    /// How runs ended.
    pub engine: Engine,
    /// The state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// How tokens stand.
    pub grants: Grants,
    /// Where notifications go.
    pub notifier: Arc<dyn Notifier>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// When people are told.
    pub settings: NotificationSettings,
}

/// Tells people of changes. Cheap to clone; make one per process.
#[derive(Debug, Clone)]
pub struct Notifications {
    pub(crate) parts: Arc<NotificationParts>,
}

/// What came of a look at everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LookReport {
    /// Notifications that were handed on.
    pub told: usize,
    /// Exports, connections and runs for which it failed; the log says why, and the next look tries it again.
    pub failed: usize,
}

/// Why a look did not come to its end; what it found is written down or will be found again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// The state could not be read or written.
    #[error("what people were told could not be read or written")]
    State(#[from] DocumentError),
    /// The state could not be listed.
    #[error("exports and connections could not be listed")]
    List(#[from] StoreError),
    /// It is written down, and could not be handed on.
    #[error("a notification could not be handed on; it is tried again")]
    Notify(#[from] NotifyError),
}

impl Notifications {
    /// Notifications of these parts.
    #[must_use]
    pub fn new(parts: NotificationParts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// To be called after every advance: tells what the end of a run, or its waiting for a person, changes. What fails
    /// here is logged, and made up for by [`Notifications::look_at_everything`].
    pub async fn advanced(&self, key: &RunKey, advance: &Advance) {
        let looked = match advance {
            Advance::Wait { .. } => return,
            Advance::Parked { reason: ParkReason::NeedsReauthentication } => self.look_at_waiting(key).await,
            Advance::Done { .. } | Advance::Parked { .. } => self.look(&key.export, None).await,
        };
        if let Err(error) = looked {
            let error = in_one_line(&error);
            tracing::warn!(export = %key.export, run = %key.run, error, "people could not be told; it is tried again");
        }
    }

    /// A run waits for its connection to be authorised again.
    async fn look_at_waiting(&self, key: &RunKey) -> Result<usize, LookError> {
        match self.connection_of(key).await? {
            Some(connection) => self.look_connection(&connection, Some(true)).await,
            None => Ok(0),
        }
    }

    async fn connection_of(&self, key: &RunKey) -> Result<Option<ConnectionId>, DocumentError> {
        let run = self.parts.engine.run(key).await?;
        if let Some(configuration) = run.and_then(|run| run.configuration) {
            return Ok(Some(configuration.connection));
        }
        let export = self.parts.documents.load::<Export>(&export_key(&key.export)).await?;
        Ok(export.and_then(|export| export.content.connection))
    }

    /// Looks at all exports and connections: for maintenance. Tells what changed without a run (the age of snapshots,
    /// connections), and whatever somebody else did not live to tell.
    ///
    /// # Errors
    /// [`LookError`] when they could not even be listed; a single one that cannot be looked at is counted in the answer.
    pub async fn look_at_everything(&self) -> Result<LookReport, LookError> {
        let mut report = LookReport::default();
        let exports = self.exports(&mut report).await?;
        let ages = self.snapshot_ages(&exports).await;
        for export in &exports {
            let old = old_snapshots(export, &ages);
            report.note("export", export.id.as_str(), self.look(&export.id, old).await);
        }
        let waited_for = self.connections_waited_for(&mut report).await?;
        for connection in self.connections(&mut report).await? {
            let looked = self.look_connection(&connection, waited_for.tell(&connection)).await;
            report.note("connection", connection.as_str(), looked);
        }
        Ok(report)
    }

    /// Exports that were not removed.
    async fn exports(&self, report: &mut LookReport) -> Result<Vec<Export>, LookError> {
        let mut exports = Vec::new();
        for folder in self.parts.documents.store().list_folders(EXPORTS).await? {
            let Some(id) = export_of(&folder) else { continue };
            let found = self.parts.documents.load::<Export>(&export_key(&id)).await;
            let found = report.read("export", id.as_str(), found).flatten();
            exports.extend(found.map(|found| found.content).filter(|export| export.removed_at.is_none()));
        }
        Ok(exports)
    }

    /// Connections that are not being removed. What was told of one that is gone is forgotten.
    async fn connections(&self, report: &mut LookReport) -> Result<Vec<ConnectionId>, LookError> {
        let documents = &self.parts.documents;
        let (mut connections, mut told_of) = (Vec::new(), BTreeSet::new());
        for object in list_all(documents.store().as_ref(), CONNECTIONS).await? {
            let Some(id) = connection_of(&object.key) else { continue };
            let found = documents.load::<Connection>(&object.key).await;
            let Some(found) = report.read("connection", id.as_str(), found) else {
                // It is not gone: what was told of it holds once it can be read again.
                told_of.insert(record::connection_key(&id));
                continue;
            };
            if found.is_some_and(|found| !found.content.removing) {
                told_of.insert(record::connection_key(&id));
                connections.push(id);
            }
        }
        for object in list_all(documents.store().as_ref(), record::CONNECTIONS).await? {
            if told_of.contains(&object.key) {
                continue;
            }
            report.note("connection", &object.key, self.forget_connection(&object.key).await);
        }
        Ok(connections)
    }

    /// Deletes what was told of a connection that is gone; tells nothing.
    async fn forget_connection(&self, key: &str) -> Result<usize, LookError> {
        let Some(found) = self.parts.documents.load::<ConnectionRecord>(key).await? else { return Ok(0) };
        match self.parts.documents.delete(&found).await {
            Ok(()) | Err(DocumentError::Conflict { .. }) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Connections for which runs wait to be authorised again.
    async fn connections_waited_for(&self, report: &mut LookReport) -> Result<WaitedFor, LookError> {
        let mut waited_for = WaitedFor::default();
        for key in self.parts.engine.active_runs().await? {
            let waits = self.connection_that_waits(&key).await;
            if let Some(connection) = report.read("run", key.run.as_str(), waits) {
                waited_for.connections.extend(connection);
                continue;
            }
            match self.parts.documents.load::<Export>(&export_key(&key.export)).await {
                Ok(export) => waited_for.unknown.extend(export.and_then(|export| export.content.connection)),
                Err(_) => waited_for.all_unknown = true,
            }
        }
        Ok(waited_for)
    }

    /// The connection that a run waits for to be authorised again.
    async fn connection_that_waits(&self, key: &RunKey) -> Result<Option<ConnectionId>, DocumentError> {
        let run = self.parts.engine.run(key).await?.filter(|run| run.ended().is_none());
        if run.is_some_and(|run| run.parked == Some(ParkReason::NeedsReauthentication)) {
            return self.connection_of(key).await;
        }
        Ok(None)
    }
}

/// Connections for which runs wait to be authorised again.
#[derive(Debug, Default)]
struct WaitedFor {
    connections: BTreeSet<ConnectionId>,
    /// A run could not be read whose export uses them now.
    unknown: BTreeSet<ConnectionId>,
    /// Nor could its export: the run may wait for any.
    all_unknown: bool,
}

impl WaitedFor {
    /// Whether a run waits for the connection; `None` when that cannot be told.
    fn tell(&self, connection: &ConnectionId) -> Option<bool> {
        let waits = self.connections.contains(connection);
        let unknown = self.all_unknown || self.unknown.contains(connection);
        (waits || !unknown).then_some(waits)
    }
}

impl LookReport {
    /// What was read; `None`, counted and put on record, when it could not be: the others are looked at all the same.
    fn read<T>(&mut self, what: &'static str, id: &str, read: Result<T, impl Into<LookError>>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(error) => {
                let error = in_one_line(&error.into());
                tracing::warn!(what, id, error, "people could not be told; it is tried again");
                self.failed += 1;
                None
            }
        }
    }

    /// What came of a look at one of them.
    fn note(&mut self, what: &'static str, id: &str, looked: Result<usize, LookError>) {
        self.told += self.read(what, id, looked).unwrap_or_default();
    }
}

/// The export's segments with an old snapshot; `None` when the export does not start by itself, or not all of them
/// could be looked at.
fn old_snapshots(export: &Export, ages: &BTreeMap<SegmentName, bool>) -> Option<BTreeSet<SegmentName>> {
    if !concerns(export) {
        return None;
    }
    let mut old = BTreeSet::new();
    for segment in &export.segments {
        if *ages.get(segment)? {
            old.insert(segment.clone());
        }
    }
    Some(old)
}
