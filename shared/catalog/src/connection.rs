//! One authorised Constant Contact account.

use domain::identifier::{AccountId, ConnectionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

/// Whether a connection can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Tokens are stored and were accepted when last used.
    Active,
    /// Constant Contact refused the refresh token: a person must authorise it again. Runs wait meanwhile.
    NeedsReauthentication,
}

/// A connection. Its tokens lie in the secret store, never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id, part of its key.
    pub id: ConnectionId,
    /// What people call it.
    pub display_name: String,
    /// The account it is bound to: another one is refused when it is authorised again.
    pub account: AccountId,
    /// The account's organisation; shown to administrators only.
    pub organization_name: String,
    /// Whether it can be used.
    pub status: ConnectionStatus,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Document for Connection {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "connection";
}

/// Where a connection's document lies in the state bucket.
#[must_use]
pub fn connection_key(id: &ConnectionId) -> String {
    format!("connections/{id}.json")
}
