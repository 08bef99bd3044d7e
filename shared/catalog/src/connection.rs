//! One authorised Constant Contact account.

use domain::Sensitive;
use domain::identifier::{AccountId, ConnectionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

use crate::Actor;

/// Who besides administrators may use a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionAccess {
    /// Nobody.
    #[default]
    Administrators,
    /// Contributors, too: they then edit every export that uses it.
    Contributors,
}

/// Somebody agreed to the data-privacy text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// To which version of the text; an older one is agreed to again at the next edit.
    pub text_version: u32,
}

/// The account that was authorised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// The account the connection is bound to: another one is refused when it is authorised again.
    pub account: AccountId,
    /// The account's organisation; shown to administrators only.
    pub organization_name: String,
    /// The account's contact address; shown to administrators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<Sensitive<String>>,
    /// When it was authorised last.
    pub at: Timestamp,
}

/// The administrator who answers for scheduled and triggered runs. It grants no access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportUser {
    /// Who.
    pub who: Actor,
    /// Since when.
    pub at: Timestamp,
}

/// A connection. Its tokens lie in the secret store, never here; whether they are still accepted, the tokens'
/// own record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id, part of its key.
    pub id: ConnectionId,
    /// What people call it.
    pub display_name: String,
    /// Who may use it.
    #[serde(default)]
    pub access: ConnectionAccess,
    /// The agreement to the data-privacy text.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// The first step of connecting: the account.
    #[serde(default)]
    pub authorization: Option<Authorization>,
    /// The second step of connecting: who answers for runs that nobody started by hand.
    #[serde(default)]
    pub export_user: Option<ExportUser>,
    /// A run that would bring the account above so many contacts is skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_ceiling: Option<u64>,
    /// Who created it.
    #[serde(default)]
    pub created_by: Option<Actor>,
    /// When it was created.
    pub created_at: Timestamp,
    /// It is being removed: nothing uses it any more, and no request is made with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removing: bool,
}

impl Connection {
    /// A connection of which nothing but the name is known yet.
    #[must_use]
    pub const fn new(id: ConnectionId, display_name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            display_name,
            access: ConnectionAccess::Administrators,
            consent: None,
            authorization: None,
            export_user: None,
            contact_ceiling: None,
            created_by: None,
            created_at,
            removing: false,
        }
    }

    /// The account's organisation; empty before an account was authorised.
    #[must_use]
    pub fn organization_name(&self) -> &str {
        self.authorization.as_ref().map_or("", |authorization| authorization.organization_name.as_str())
    }

    /// The account to export to, if both steps of connecting are done and it is not being removed. Only then may a
    /// run use it.
    #[must_use]
    pub fn usable(&self) -> Option<&Authorization> {
        self.authorization.as_ref().filter(|_| self.export_user.is_some() && !self.removing)
    }
}

impl Document for Connection {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "connection";
}

/// Where all connections' documents lie in the state bucket.
pub const CONNECTIONS: &str = "connections/";

/// Where a connection's document lies in the state bucket.
#[must_use]
pub fn connection_key(id: &ConnectionId) -> String {
    format!("{CONNECTIONS}{id}.json")
}

/// The connection whose document lies there; `None` for what is no connection's.
#[must_use]
pub fn connection_of(key: &str) -> Option<ConnectionId> {
    ConnectionId::new(key.strip_prefix(CONNECTIONS)?.strip_suffix(".json")?).ok()
}
