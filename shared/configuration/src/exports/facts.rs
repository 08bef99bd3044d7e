//! Everything that the pages of exports are made of, read side by side.

use std::collections::HashMap;

use catalog::{Connection, Export, REFRESH_SETTINGS, RefreshSettings, connection_key};
use domain::identifier::{ConnectionId, ExportId};
use engine::{Occupation, Run, RunKey};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use store::Versioned;

use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::ConfigurationError;
use crate::unreadable::{UnreadableExport, unless_unreadable};

/// So many exports, or connections, are read side by side.
const AT_ONCE: usize = 64;

/// A connection, and whether it must be authorised again.
#[derive(Debug, Clone)]
pub(super) struct KnownConnection {
    pub(super) connection: Connection,
    pub(super) needs_reauthentication: bool,
}

/// One export with all that a row says of it.
#[derive(Debug, Clone)]
pub(super) struct ExportFacts {
    pub(super) export: Versioned<Export>,
    /// `None` when it was detached, or its connection is gone.
    pub(super) connection: Option<KnownConnection>,
    pub(super) occupation: Occupation,
    /// The active run, unless its document is not written yet.
    pub(super) active: Option<Run>,
}

/// Everything that the list of exports is made of.
#[derive(Debug)]
pub(super) struct AllFacts {
    pub(super) facts: Vec<ExportFacts>,
    pub(super) unreadable: Vec<UnreadableExport>,
    pub(super) refresh: RefreshSettings,
}

impl ExportFacts {
    /// The run that is under way.
    pub(super) fn active_key(&self) -> Option<RunKey> {
        let active = self.occupation.active.as_ref()?;
        Some(RunKey { export: self.export.content.id.clone(), run: active.run.clone() })
    }
}

impl Configuration {
    /// All exports that were not removed, and the settings of the system refresh. Two round trips deep: which exports run
    /// at this moment the engine's index says.
    pub(super) async fn all_export_facts(&self) -> Result<AllFacts, ConfigurationError> {
        let running = async { Ok(self.parts.engine.active_runs().await?) };
        let (exports, connections, refresh, running) =
            future::try_join4(self.export_ids(), self.connection_ids(), self.refresh_settings(), running)
                .await?;
        let (exports, connections, mut running) = future::try_join3(
            self.exports_with_occupation(exports),
            self.known_connections(connections),
            self.runs_by_key(running),
        )
        .await?;
        let mut joined = Vec::with_capacity(exports.len());
        for export in exports {
            joined.push(export.and_then(|(export, occupation)| {
                let connection = export.content.connection.as_ref().and_then(|id| connections.get(id));
                let connection = match connection {
                    Some(Err(error)) => {
                        return Err(UnreadableExport::without_connection(&export.content, error));
                    }
                    Some(Ok(known)) => Some(known.clone()),
                    None => None,
                };
                let found = ExportFacts { export, connection, occupation, active: None };
                let active = found.active_key().and_then(|key| running.remove(&key));
                Ok(ExportFacts { active, ..found })
            }));
        }
        let completed = stream::iter(joined).map(|facts| async move {
            match facts {
                // Begun since the index was read, or its document cannot be read.
                Ok(facts) if facts.active.is_none() => self.with_active_run(facts).await,
                facts => Ok(facts),
            }
        });
        let (mut facts, mut unreadable) = (Vec::new(), Vec::new());
        let completed: Vec<_> = completed.buffered(AT_ONCE).try_collect().await?;
        for export in completed {
            match export {
                Ok(export) => facts.push(export),
                Err(export) => unreadable.push(export),
            }
        }
        Ok(AllFacts { facts, unreadable, refresh })
    }

    async fn with_active_run(
        &self,
        mut facts: ExportFacts,
    ) -> Result<Result<ExportFacts, UnreadableExport>, ConfigurationError> {
        Ok(match unless_unreadable(self.active_run(&facts).await)? {
            Ok(active) => {
                facts.active = active;
                Ok(facts)
            }
            Err(error) => Err(unreadable(&facts.export.content, &error)),
        })
    }

    /// One export that was not removed. Two round trips deep.
    pub(super) async fn export_facts(&self, id: &ExportId) -> Result<ExportFacts, ConfigurationError> {
        let occupation = async { Ok(self.parts.engine.occupation(id).await?) };
        let (export, occupation) = future::try_join(self.load_export(id), occupation).await?;
        let found = ExportFacts { export, connection: None, occupation, active: None };
        let connection = async {
            match &found.export.content.connection {
                Some(id) => self.known_connection(id).await,
                None => Ok(None),
            }
        };
        let (connection, active) = future::try_join(connection, self.active_run(&found)).await?;
        Ok(ExportFacts { connection, active, ..found })
    }

    /// The settings of the system refresh; the defaults while nobody has changed them.
    pub(crate) async fn refresh_settings(&self) -> Result<RefreshSettings, ConfigurationError> {
        let found = self.parts.documents.load::<RefreshSettings>(REFRESH_SETTINGS).await?;
        Ok(found.map(|found| found.content).unwrap_or_default())
    }

    /// Those that can be read; of the others it is said what they belong to when they are looked for by themselves.
    async fn runs_by_key(&self, keys: Vec<RunKey>) -> Result<HashMap<RunKey, Run>, ConfigurationError> {
        stream::iter(keys)
            .map(|key| async move {
                let run = self.parts.engine.run(&key).await.map_err(ConfigurationError::from);
                Ok(unless_unreadable(run)?.ok().flatten().map(|run| (key, run)))
            })
            .buffered(AT_ONCE)
            .try_filter_map(|found| async move { Ok::<_, ConfigurationError>(found) })
            .try_collect()
            .await
    }

    async fn active_run(&self, facts: &ExportFacts) -> Result<Option<Run>, ConfigurationError> {
        match facts.active_key() {
            Some(key) => Ok(self.parts.engine.run(&key).await?),
            None => Ok(None),
        }
    }

    async fn exports_with_occupation(
        &self,
        ids: Vec<ExportId>,
    ) -> Result<Vec<Result<(Versioned<Export>, Occupation), UnreadableExport>>, ConfigurationError> {
        stream::iter(ids)
            .map(|id| self.export_with_occupation(id))
            .buffered(AT_ONCE)
            .try_filter_map(|found| async move { Ok::<_, ConfigurationError>(found) })
            .try_collect()
            .await
    }

    async fn export_with_occupation(
        &self,
        id: ExportId,
    ) -> Result<Option<Result<(Versioned<Export>, Occupation), UnreadableExport>>, ConfigurationError> {
        let (export, occupation) =
            future::join(self.find_export(&id), self.parts.engine.occupation(&id)).await;
        let export = match unless_unreadable(export)? {
            Ok(Some(export)) => export,
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(Err(UnreadableExport::found(id, None, &error)))),
        };
        let occupation = unless_unreadable(occupation.map_err(ConfigurationError::from))?;
        Ok(Some(match occupation {
            Ok(occupation) => Ok((export, occupation)),
            Err(error) => Err(unreadable(&export.content, &error)),
        }))
    }

    /// An export that was not removed, if there is one.
    pub(super) async fn find_export(
        &self,
        id: &ExportId,
    ) -> Result<Option<Versioned<Export>>, ConfigurationError> {
        match self.load_export(id).await {
            Ok(export) => Ok(Some(export)),
            Err(ConfigurationError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn known_connections(
        &self,
        ids: Vec<ConnectionId>,
    ) -> Result<HashMap<ConnectionId, Result<KnownConnection, ConfigurationError>>, ConfigurationError> {
        stream::iter(ids)
            .map(|id| async move {
                let known = unless_unreadable(self.known_connection(&id).await)?;
                Ok(known.transpose().map(|known| (id, known)))
            })
            .buffered(AT_ONCE)
            .try_filter_map(|found| async move { Ok::<_, ConfigurationError>(found) })
            .try_collect()
            .await
    }

    async fn known_connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Option<KnownConnection>, ConfigurationError> {
        let connection = async { Ok(self.parts.documents.load::<Connection>(&connection_key(id)).await?) };
        let tokens = async { Ok::<_, ConfigurationError>(self.parts.grants.status(id).await?) };
        let (connection, tokens) = future::try_join(connection, tokens).await?;
        Ok(connection.map(|Versioned { content: connection, .. }| {
            let state = ConnectionState::of(&connection, tokens.as_ref());
            let needs_reauthentication = state == ConnectionState::NeedsReauthentication;
            KnownConnection { connection, needs_reauthentication }
        }))
    }
}

/// An export whose own document can be read.
fn unreadable(export: &Export, error: &ConfigurationError) -> UnreadableExport {
    UnreadableExport::found(export.id.clone(), Some(export.name.clone()), error)
}
