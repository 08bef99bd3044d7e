//! Reading the documents that people configure.

use catalog::{
    CONNECTIONS, Connection, EXPORTS, Export, connection_key, connection_of, export_key, export_of,
};
use domain::identifier::{ConnectionId, ExportId};
use futures_util::{StreamExt, stream};
use identity::Person;
use store::{Document, DocumentError, Tag, Versioned, list_all};

use crate::access;
use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::{ConfigurationError, ExportName};
use crate::unreadable::{UnreadableConnection, UnreadableExport, UsersUnknown, unless_unreadable};

/// So many documents are read side by side.
const AT_ONCE: usize = 64;

/// The id of an export, and its document if that can be read.
pub(crate) type FoundExport = (ExportId, Result<Versioned<Export>, ConfigurationError>);

/// Connections, and those that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct AllConnections {
    pub(crate) readable: Vec<Connection>,
    pub(crate) unreadable: Vec<UnreadableConnection>,
}

/// Exports, and those that may belong to them and cannot be read.
#[derive(Debug, Default)]
pub(crate) struct AllExports {
    pub(crate) readable: Vec<Versioned<Export>>,
    pub(crate) unreadable: Vec<UnreadableExport>,
}

impl Configuration {
    /// One connection, whoever asks.
    pub(crate) async fn load_connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Versioned<Connection>, ConfigurationError> {
        let found = self.parts.documents.load(&connection_key(id)).await?;
        found.ok_or(ConfigurationError::NotFound { what: "connection" })
    }

    /// One connection that is not being removed, to be changed.
    pub(crate) async fn load_connection_to_change(
        &self,
        id: &ConnectionId,
    ) -> Result<Versioned<Connection>, ConfigurationError> {
        let found = self.load_connection(id).await?;
        if found.content.removing {
            return Err(not_connected(&found.content));
        }
        Ok(found)
    }

    /// A connection that was authorised and is not being removed, whether or not its second step is done.
    pub(crate) async fn load_authorized_connection(
        &self,
        id: &ConnectionId,
    ) -> Result<Versioned<Connection>, ConfigurationError> {
        let found = self.load_connection_to_change(id).await?;
        if found.content.authorization.is_none() {
            return Err(not_connected(&found.content));
        }
        Ok(found)
    }

    /// A connection that the person may use and that is usable as it stands: for everything that is asked of the
    /// account while an export is configured. Of one that the person may not use nothing is said, not even that it exists.
    pub(crate) async fn load_connection_to_use(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<Versioned<Connection>, ConfigurationError> {
        let found = self.load_connection(id).await?;
        if !access::may_use(person, &found.content) {
            return Err(ConfigurationError::NotFound { what: "connection" });
        }
        if found.content.usable().is_none() {
            return Err(not_connected(&found.content));
        }
        Ok(found)
    }

    /// One export that was not removed, whoever asks.
    pub(crate) async fn load_export(&self, id: &ExportId) -> Result<Versioned<Export>, ConfigurationError> {
        let found: Option<Versioned<Export>> = self.parts.documents.load(&export_key(id)).await?;
        let found = found.filter(|export| export.content.removed_at.is_none());
        found.ok_or(ConfigurationError::NotFound { what: "export" })
    }

    /// All connections, those being removed included, and those that cannot be read: two round trips deep.
    pub(crate) async fn all_connections(&self) -> Result<AllConnections, ConfigurationError> {
        let mut all = AllConnections::default();
        for (id, connection) in self.load_each(self.connection_ids().await?, connection_key).await {
            match unless_unreadable::<Versioned<Connection>>(connection)? {
                Ok(connection) => all.readable.push(connection.content),
                Err(error) => all.unreadable.push(UnreadableConnection::found(id, None, &error)),
            }
        }
        Ok(all)
    }

    /// The ids of all connections, those being removed included: one round trip deep.
    pub(crate) async fn connection_ids(&self) -> Result<Vec<ConnectionId>, ConfigurationError> {
        let objects = list_all(self.parts.documents.store().as_ref(), CONNECTIONS).await?;
        Ok(objects.iter().filter_map(|object| connection_of(&object.key)).collect())
    }

    /// The ids of all exports, removed ones included: one round trip deep.
    pub(crate) async fn export_ids(&self) -> Result<Vec<ExportId>, ConfigurationError> {
        let folders = self.parts.documents.store().list_folders(EXPORTS).await?;
        Ok(folders.iter().filter_map(|folder| export_of(folder)).collect())
    }

    /// All exports that were not removed, and those of which nobody can tell: two round trips deep.
    pub(crate) async fn all_exports(&self) -> Result<AllExports, ConfigurationError> {
        let mut all = AllExports::default();
        for (id, export) in self.exports_one_by_one().await? {
            match unless_unreadable(export)? {
                Ok(export) if export.content.removed_at.is_none() => all.readable.push(export),
                Ok(_) => {}
                Err(error) => all.unreadable.push(UnreadableExport::found(id, None, &error)),
            }
        }
        Ok(all)
    }

    /// All exports, removed ones included. One that cannot be read is answered as such: it must not hold up the others.
    pub(crate) async fn exports_one_by_one(&self) -> Result<Vec<FoundExport>, ConfigurationError> {
        Ok(self.load_each(self.export_ids().await?, export_key).await)
    }

    /// The exports that use a connection, as far as they can be read; the others may use it, too.
    pub(crate) async fn exports_known_to_use(
        &self,
        id: &ConnectionId,
    ) -> Result<AllExports, ConfigurationError> {
        let mut exports = self.all_exports().await?;
        exports.readable.retain(|export| export.content.connection.as_ref() == Some(id));
        Ok(exports)
    }

    /// The exports that use a connection, where that must be known for certain.
    pub(crate) async fn exports_using(
        &self,
        id: &ConnectionId,
    ) -> Result<Vec<Versioned<Export>>, ConfigurationError> {
        let mut using = Vec::new();
        for (export, found) in self.exports_one_by_one().await? {
            let found = unless_unreadable(found)?.map_err(|error| {
                let source = Box::new(error);
                ConfigurationError::Unavailable(Box::new(UsersUnknown { export, source }))
            })?;
            if found.content.removed_at.is_none() && found.content.connection.as_ref() == Some(id) {
                using.push(found);
            }
        }
        Ok(using)
    }

    /// The documents of these, in their order, each with its own outcome; those that are gone are left out.
    pub(crate) async fn load_each<Id: Send + Sync, T: Document>(
        &self,
        ids: Vec<Id>,
        key: impl Fn(&Id) -> String + Copy + Send + Sync,
    ) -> Vec<(Id, Result<Versioned<T>, ConfigurationError>)> {
        let loaded = stream::iter(ids).map(|id| async move {
            match self.parts.documents.load::<T>(&key(&id)).await {
                Ok(found) => found.map(|found| (id, Ok(found))),
                Err(error) => Some((id, Err(error.into()))),
            }
        });
        loaded.buffered(AT_ONCE).filter_map(|found| async move { found }).collect().await
    }

    /// Writes `content` in place of `current`, provided that `current` is the version `tag` that the person saw.
    pub(crate) async fn replace_as_seen<T: Document>(
        &self,
        current: &Versioned<T>,
        tag: &Tag,
        content: T,
    ) -> Result<Versioned<T>, ConfigurationError> {
        if current.tag != *tag {
            return Err(ConfigurationError::Stale);
        }
        match self.parts.documents.replace(current, content).await {
            Err(DocumentError::Conflict { .. } | DocumentError::Gone { .. }) => {
                Err(ConfigurationError::Stale)
            }
            outcome => Ok(outcome?),
        }
    }
}

/// Why a connection cannot be used as it stands.
fn not_connected(connection: &Connection) -> ConfigurationError {
    let state = if connection.removing { ConnectionState::Removing } else { ConnectionState::SettingUp };
    ConfigurationError::NotConnected { connection: connection.display_name.clone(), state }
}

impl ExportName {
    /// The name of `export`.
    pub(crate) fn of(export: &Export) -> Self {
        Self { id: export.id.clone(), name: export.name.clone() }
    }
}
