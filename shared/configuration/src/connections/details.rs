//! All of one connection, for administrators.

use catalog::{Actor, Connection, ConnectionAccess, Consent, ExportUser};
use domain::Sensitive;
use domain::identifier::{AccountId, ConnectionId};
use futures_util::future;
use identity::Person;
use jiff::Timestamp;
use serde::Serialize;

use super::KIND;
use super::detach::SeenExport;
use crate::access;
use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::consent::CONSENT_VERSION;
use crate::error::ConfigurationError;
use crate::unreadable::UnreadableExport;
use crate::versioned::Versioned;

/// The account behind a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizedAccount {
    /// Constant Contact's `encoded_account_id`; the connection is bound to it.
    pub id: AccountId,
    /// Its organisation.
    pub organization_name: String,
    /// Its contact address.
    pub contact_email: Option<Sensitive<String>>,
    /// When it was authorised last.
    pub authorized_at: Timestamp,
    /// Since when Constant Contact no longer accepts the authorization, if so. Runs are parked since then.
    pub needs_reauthentication_since: Option<Timestamp>,
}

/// All of a connection, for administrators only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionDetails {
    /// Its id.
    pub id: ConnectionId,
    /// What people call it.
    pub display_name: String,
    /// Its type.
    pub kind: &'static str,
    /// How it stands.
    pub status: ConnectionState,
    /// Who besides administrators may use it.
    pub access: ConnectionAccess,
    /// Who agreed to the data-privacy text, when, and to which version.
    pub consent: Option<Consent>,
    /// The text has changed since: the next edit must agree to it again.
    pub consent_outdated: bool,
    /// The first step of connecting, with its own check.
    pub account: Option<AuthorizedAccount>,
    /// The second step of connecting, with its own check.
    pub export_user: Option<ExportUser>,
    /// A run that would bring the account above so many contacts is skipped.
    pub contact_ceiling: Option<u64>,
    /// Who created it.
    pub created_by: Option<Actor>,
    /// When.
    pub created_at: Timestamp,
    /// The exports that use it, in the versions in which [`Configuration::detach_exports`] and
    /// [`Configuration::remove_export`] take them; by name.
    pub exports: Vec<SeenExport>,
    /// Exports that may use it, too: that cannot be told of them.
    pub unreadable_exports: Vec<UnreadableExport>,
}

/// Whether the present text was agreed to.
pub(super) fn has_agreed(connection: &Connection) -> bool {
    connection.consent.as_ref().is_some_and(|consent| consent.text_version == CONSENT_VERSION)
}

impl Configuration {
    /// One connection with everything about it, for administrators. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn connection(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<Versioned<ConnectionDetails>, ConfigurationError> {
        access::require(access::may_see_connection(person), "the Administrator role")?;
        self.connection_details(id).await
    }

    /// The details after a change of a person who may see them.
    pub(super) async fn connection_details(
        &self,
        id: &ConnectionId,
    ) -> Result<Versioned<ConnectionDetails>, ConfigurationError> {
        let tokens = async { Ok(self.parts.grants.status(id).await?) };
        let (connection, tokens, exports) =
            future::try_join3(self.load_connection(id), tokens, self.exports_known_to_use(id)).await?;
        let status = ConnectionState::of(&connection.content, tokens.as_ref());
        let consent_outdated = !has_agreed(&connection.content);
        let needs_reauthentication_since = tokens.and_then(|tokens| tokens.needs_reauthentication_since);
        let (tag, connection) = (connection.tag, connection.content);
        let account = connection.authorization.map(|authorization| AuthorizedAccount {
            id: authorization.account,
            organization_name: authorization.organization_name,
            contact_email: authorization.contact_email,
            authorized_at: authorization.at,
            needs_reauthentication_since,
        });
        let mut using: Vec<SeenExport> = exports.readable.iter().map(SeenExport::from).collect();
        using.sort_by_key(|export| export.name.to_lowercase());
        let value = ConnectionDetails {
            id: connection.id,
            display_name: connection.display_name,
            kind: KIND,
            status,
            access: connection.access,
            consent: connection.consent,
            consent_outdated,
            account,
            export_user: connection.export_user,
            contact_ceiling: connection.contact_ceiling,
            created_by: connection.created_by,
            created_at: connection.created_at,
            exports: using,
            unreadable_exports: exports.unreadable,
        };
        Ok(Versioned { tag, value })
    }
}
