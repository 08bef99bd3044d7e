//! The list of connections, and the ones to choose from.

use catalog::{Actor, Connection, ConnectionAccess, Export, connection_key};
use domain::identifier::ConnectionId;
use futures_util::future;
use futures_util::{StreamExt, stream};
use identity::Person;
use jiff::Timestamp;
use serde::Serialize;
use store::Versioned;
use tokens::TokenStatus;

use super::KIND;
use crate::access;
use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::ConfigurationError;
use crate::unreadable::{UnreadableConnection, unless_unreadable};

/// So many connections are read side by side.
const AT_ONCE: usize = 32;

/// All that a contributor sees of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionName {
    /// Its id.
    pub id: ConnectionId,
    /// What people call it.
    pub display_name: String,
    /// Its type.
    pub kind: &'static str,
}

/// A row of the list of connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionListItem {
    /// What everybody who may use it sees.
    #[serde(flatten)]
    pub name: ConnectionName,
    /// The rest, for administrators only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub administration: Option<ConnectionAdministration>,
}

/// The list of connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionList {
    /// Those that can be read, by name.
    pub items: Vec<ConnectionListItem>,
    /// Those that cannot; for administrators only.
    pub unreadable: Vec<UnreadableConnection>,
}

/// What only administrators see in the list of connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionAdministration {
    /// How it stands.
    pub status: ConnectionState,
    /// Who besides administrators may use it.
    pub access: ConnectionAccess,
    /// Who created it.
    pub created_by: Option<Actor>,
    /// When.
    pub created_at: Timestamp,
    /// How many exports use it, as far as they can be read.
    pub exports_using: usize,
}

impl ConnectionName {
    /// The name of `connection`.
    pub(crate) fn of(connection: &Connection) -> Self {
        Self { id: connection.id.clone(), display_name: connection.display_name.clone(), kind: KIND }
    }
}

impl Configuration {
    /// The connections that a person may know of: all of them for an administrator, with what belongs to administration;
    /// those shared with contributors for a contributor; none for a viewer. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn connections(&self, person: &Person) -> Result<ConnectionList, ConfigurationError> {
        let mut list = if access::may_manage_connections(person) {
            self.administered_connections().await?
        } else {
            let connections = self.all_connections().await?.readable;
            let shared = connections.iter().filter(|connection| access::may_use(person, connection));
            let items = shared.map(|connection| ConnectionListItem {
                name: ConnectionName::of(connection),
                administration: None,
            });
            // Of one that cannot be read nobody knows whether it is shared.
            ConnectionList { items: items.collect(), unreadable: Vec::new() }
        };
        list.items.sort_by_key(|item| item.name.display_name.to_lowercase());
        list.unreadable.sort_by_key(|connection| connection.label().to_lowercase());
        Ok(list)
    }

    /// The connections that a person can choose for an export: both steps of connecting are done, and the person may
    /// use it. Empty: hint at asking an administrator.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn connections_to_choose(
        &self,
        person: &Person,
    ) -> Result<Vec<ConnectionName>, ConfigurationError> {
        let connections = self.all_connections().await?.readable;
        let usable = connections
            .iter()
            .filter(|connection| connection.usable().is_some() && access::may_use(person, connection));
        let mut names: Vec<_> = usable.map(ConnectionName::of).collect();
        names.sort_by_key(|name| name.display_name.to_lowercase());
        Ok(names)
    }

    /// Each connection with what belongs to administration. One that cannot be read must not hold up the others.
    async fn administered_connections(&self) -> Result<ConnectionList, ConfigurationError> {
        let (found, exports) = future::try_join(self.connections_with_tokens(), self.all_exports()).await?;
        let mut list = ConnectionList::default();
        for (id, connection, tokens) in found {
            let Some(connection) = connection.transpose() else { continue };
            let connection = match unless_unreadable(connection)? {
                Ok(connection) => connection.content,
                Err(error) => {
                    list.unreadable.push(UnreadableConnection::found(id, None, &error));
                    continue;
                }
            };
            match unless_unreadable(tokens)? {
                Ok(tokens) => {
                    let using = |export: &&Versioned<Export>| export.content.connection.as_ref() == Some(&id);
                    let users = exports.readable.iter().filter(using).count();
                    list.items.push(full(&connection, tokens.as_ref(), users));
                }
                Err(error) => {
                    let name = Some(connection.display_name);
                    list.unreadable.push(UnreadableConnection::found(id, name, &error));
                }
            }
        }
        Ok(list)
    }

    /// Each connection and how its tokens stand, read at the same time.
    async fn connections_with_tokens(&self) -> Result<Vec<ConnectionWithTokens>, ConfigurationError> {
        let loaded = stream::iter(self.connection_ids().await?).map(|id| async move {
            let key = connection_key(&id);
            let (connection, tokens) =
                future::join(self.parts.documents.load(&key), self.parts.grants.status(&id)).await;
            (id, connection.map_err(Into::into), tokens.map_err(Into::into))
        });
        Ok(loaded.buffered(AT_ONCE).collect().await)
    }
}

/// The id of a connection, its document, if it is still there, and how its tokens stand.
type ConnectionWithTokens = (
    ConnectionId,
    Result<Option<Versioned<Connection>>, ConfigurationError>,
    Result<Option<TokenStatus>, ConfigurationError>,
);

fn full(connection: &Connection, tokens: Option<&TokenStatus>, exports_using: usize) -> ConnectionListItem {
    let administration = ConnectionAdministration {
        status: ConnectionState::of(connection, tokens),
        access: connection.access,
        created_by: connection.created_by.clone(),
        created_at: connection.created_at,
        exports_using,
    };
    ConnectionListItem { name: ConnectionName::of(connection), administration: Some(administration) }
}
