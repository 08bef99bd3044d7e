//! How a connection stands, in one word.

use std::fmt;

use catalog::Connection;
use serde::Serialize;
use tokens::TokenStatus;

/// How a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// One of the two steps of connecting is still to be done.
    SettingUp,
    /// Both steps are done: runs may use it.
    Connected,
    /// Constant Contact no longer accepts its authorization; runs wait until an administrator has authorised it again.
    NeedsReauthentication,
    /// Its removal has begun; begin the removal again to finish it.
    Removing,
}

impl ConnectionState {
    /// The state of a connection whose tokens stand as `tokens` says; `None` when it has none.
    #[must_use]
    pub fn of(connection: &Connection, tokens: Option<&TokenStatus>) -> Self {
        let accepted = tokens.is_some_and(|tokens| tokens.needs_reauthentication_since.is_none());
        match &connection.authorization {
            _ if connection.removing => Self::Removing,
            Some(_) if !accepted => Self::NeedsReauthentication,
            Some(_) if connection.export_user.is_some() => Self::Connected,
            _ => Self::SettingUp,
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::SettingUp => "Not connected yet",
            Self::Connected => "Connected",
            Self::NeedsReauthentication => "Needs re-authentication",
            Self::Removing => "Being removed",
        }
    }
}

impl fmt::Display for ConnectionState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use catalog::{Actor, Authorization, ExportUser};
    use domain::identifier::{AccountId, ConnectionId};
    use jiff::Timestamp;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn both_steps_and_living_tokens_make_a_connection() {
        let id = ConnectionId::new("c-1").unwrap();
        let new = Connection::new(id, "Newsletter".to_owned(), NOW);
        let account = AccountId::new("a-1").unwrap();
        let authorization =
            Authorization { account, organization_name: "Sample".to_owned(), contact_email: None, at: NOW };
        let authorized = Connection { authorization: Some(authorization), ..new.clone() };
        let who = Actor { subject: "1".to_owned(), name: "Ann".to_owned() };
        let user = Some(ExportUser { who, at: NOW });
        let complete = Connection { export_user: user.clone(), ..authorized.clone() };
        let unauthorized = Connection { export_user: user, ..new.clone() };
        let removing = Connection { removing: true, ..complete.clone() };
        let living = TokenStatus {
            expires_at: NOW,
            granted_at: None,
            renewed_at: None,
            needs_reauthentication_since: None,
        };
        let lost = TokenStatus { needs_reauthentication_since: Some(NOW), ..living };
        let cases = [
            (&new, None, ConnectionState::SettingUp),
            (&authorized, Some(&living), ConnectionState::SettingUp),
            (&unauthorized, None, ConnectionState::SettingUp),
            (&complete, Some(&living), ConnectionState::Connected),
            (&complete, Some(&lost), ConnectionState::NeedsReauthentication),
            (&complete, None, ConnectionState::NeedsReauthentication),
            (&authorized, Some(&lost), ConnectionState::NeedsReauthentication),
            (&removing, Some(&living), ConnectionState::Removing),
        ];
        for (connection, tokens, state) in cases {
            assert_eq!(ConnectionState::of(connection, tokens), state);
        }
    }
}
