//! Removing a connection: only when nothing uses it, or together with everything that does.

use catalog::{Connection, connection_key};
use domain::identifier::ConnectionId;
use identity::Person;
use store::{Change, Tag};

use super::names::{event, on_record};
use super::removal::RemovedConnection;
use crate::access;
use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};

impl Configuration {
    /// Removes a connection that no export uses, with its tokens; what it was allowed at Constant Contact is withdrawn
    /// as far as the service lets us.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `InUse` names the exports to remove or detach first. After `Unavailable` the connection
    /// may be left as being removed: remove it again. `Unavailable` also when an export that cannot be read may use it.
    pub async fn remove_connection(
        &self,
        person: &Person,
        id: &ConnectionId,
        tag: &Tag,
    ) -> Result<RemovedConnection, ConfigurationError> {
        access::administrator(person)?;
        let current = self.load_connection(id).await?;
        if current.tag != *tag {
            return Err(ConfigurationError::Stale);
        }
        self.require_unused(id).await?;
        let event = event("connection.removed", &current.content).before(on_record(&current.content));
        self.audited(person, event, async {
            let marked = Connection { removing: true, ..current.content.clone() };
            let marked = self.replace_as_seen(&current, tag, marked).await?;
            // An export may have been given this connection just before it was marked.
            if let Err(in_use) = self.require_unused(id).await {
                self.parts.documents.replace(&marked, current.content.clone()).await?;
                return Err(in_use);
            }
            self.finish_removal(person, id).await
        })
        .await
    }

    /// *Detach all and remove*, at any time, also during runs: no request is made with the connection once this has
    /// returned. Calling it again finishes what an interrupted call began. An export that cannot be read does not hold it
    /// up: should it use the connection, it has none once it is restored.
    ///
    /// # Errors
    /// [`ConfigurationError`]; after `Unavailable` the connection is at least marked, so that no run uses it any more,
    /// unless not even that could be written.
    pub async fn detach_all_and_remove(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<RemovedConnection, ConfigurationError> {
        access::administrator(person)?;
        let current = self.load_connection(id).await?.content;
        let event = event("connection.detached_and_removed", &current).before(on_record(&current));
        self.audited(person, event, async {
            self.mark_as_removing(id).await?;
            // While the exports still say which runs are theirs.
            let stopped_runs = self.stop_runs_using(person, id).await?;
            let exports = self.exports_known_to_use(id).await?.readable;
            let detached = self.detach_all(person, &exports).await?;
            let removed = self.finish_removal(person, id).await?;
            Ok(RemovedConnection {
                detached,
                stopped_runs: stopped_runs.max(removed.stopped_runs),
                ..removed
            })
        })
        .await
    }

    async fn require_unused(&self, id: &ConnectionId) -> Result<(), ConfigurationError> {
        let exports = self.exports_using(id).await?;
        if exports.is_empty() {
            return Ok(());
        }
        let exports = exports.iter().map(|export| ExportName::of(&export.content)).collect();
        Err(ConfigurationError::InUse { exports })
    }

    async fn mark_as_removing(&self, id: &ConnectionId) -> Result<(), ConfigurationError> {
        let key = connection_key(id);
        self.parts
            .documents
            .update::<Connection, (), ConfigurationError, _>(&key, |current| match current {
                None => Err(ConfigurationError::NotFound { what: "connection" }),
                Some(current) if current.removing => Ok(Change::Keep(())),
                Some(current) => Ok(Change::Write(Connection { removing: true, ..current.clone() }, ())),
            })
            .await?;
        Ok(())
    }
}
