//! The list of connections, and the ones to choose from.

use catalog::{Actor, Connection, ConnectionAccess, Export};
use domain::identifier::ConnectionId;
use futures_util::future;
use futures_util::{StreamExt, TryStreamExt, stream};
use identity::Person;
use jiff::Timestamp;
use serde::Serialize;
use store::{Versioned, list_all};
use tokens::TokenStatus;

use super::KIND;
use crate::access;
use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::ConfigurationError;

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
    /// The connections that a person may know of, by name: all of them for an administrator, with what belongs to
    /// administration; those shared with contributors for a contributor; none for a viewer. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn connections(&self, person: &Person) -> Result<Vec<ConnectionListItem>, ConfigurationError> {
        let mut items: Vec<ConnectionListItem> = if access::may_manage_connections(person) {
            let (connections, exports) =
                future::try_join(self.connections_with_tokens(), self.all_exports()).await?;
            let users = |id: &ConnectionId| {
                let using = |export: &&Versioned<Export>| export.content.connection.as_ref() == Some(id);
                exports.readable.iter().filter(using).count()
            };
            connections
                .into_iter()
                .map(|(connection, tokens)| full(&connection, tokens.as_ref(), users(&connection.id)))
                .collect()
        } else {
            let connections = self.all_connections().await?;
            let shared = connections.iter().filter(|connection| access::may_use(person, &connection.content));
            let named = shared.map(|connection| ConnectionName::of(&connection.content));
            named.map(|name| ConnectionListItem { name, administration: None }).collect()
        };
        items.sort_by_key(|item| item.name.display_name.to_lowercase());
        Ok(items)
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
        let connections = self.all_connections().await?;
        let usable = connections
            .iter()
            .map(|connection| &connection.content)
            .filter(|connection| connection.usable().is_some() && access::may_use(person, connection));
        let mut names: Vec<_> = usable.map(ConnectionName::of).collect();
        names.sort_by_key(|name| name.display_name.to_lowercase());
        Ok(names)
    }

    /// Each connection with how its tokens stand.
    async fn connections_with_tokens(
        &self,
    ) -> Result<Vec<(Connection, Option<TokenStatus>)>, ConfigurationError> {
        let objects = list_all(self.parts.documents.store().as_ref(), catalog::CONNECTIONS).await?;
        let loaded = stream::iter(objects).map(|object| async move {
            let id =
                object.key.strip_prefix(catalog::CONNECTIONS).and_then(|name| name.strip_suffix(".json"));
            let Some(id) = id.and_then(|id| ConnectionId::new(id).ok()) else { return Ok(None) };
            let connection = self.parts.documents.load::<Connection>(&object.key);
            let (connection, tokens) = future::try_join(connection, self.parts.grants.status(&id)).await?;
            Ok::<_, ConfigurationError>(connection.map(|Versioned { content, .. }| (content, tokens)))
        });
        loaded.buffered(AT_ONCE).try_filter_map(|found| async move { Ok(found) }).try_collect().await
    }
}

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
