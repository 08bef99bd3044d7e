//! Connections as the API shows them.

use ::configuration::{
    AuthorizedAccount, ConnectionAdministration, ConnectionDetails, ConnectionListItem, ConnectionName,
    ExportName, RemovedConnection, SeenExport,
};
use catalog::{Consent, ExportUser};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::exports::UnreadableExport;
use super::super::words::{Access, ConnectionState};

/// A connection in a list.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ConnectionRow {
    id: String,
    display_name: String,
    /// The type of the connection: `Constant Contact`.
    kind: String,
    /// The rest of it; left out for everybody but administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    administration: Option<Administration>,
}

/// What only administrators see of a connection in a list.
#[derive(Serialize, ToSchema)]
struct Administration {
    status: ConnectionState,
    access: Access,
    created_by: Option<String>,
    created_at: Timestamp,
    /// How many exports use it.
    exports_using: usize,
}

/// A connection of which something that is stored cannot be read.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct UnreadableConnection {
    id: String,
    /// `null` when its own document cannot be read.
    name: Option<String>,
    /// What cannot be read and what to do, for people.
    message: String,
}

impl From<::configuration::UnreadableConnection> for UnreadableConnection {
    fn from(connection: ::configuration::UnreadableConnection) -> Self {
        Self { id: connection.id.into(), name: connection.name, message: connection.message }
    }
}

/// All of a connection.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Connection {
    id: String,
    display_name: String,
    /// The type of the connection: `Constant Contact`.
    kind: String,
    status: ConnectionState,
    access: Access,
    consent: Option<Agreement>,
    /// The data-privacy text has changed since: the next change must agree to it again.
    consent_outdated: bool,
    account: Option<Account>,
    /// The administrator who answers for runs that nobody starts by hand.
    export_user: Option<Responsible>,
    /// A run that would bring the account above so many contacts is skipped.
    contact_ceiling: Option<u64>,
    created_by: Option<String>,
    created_at: Timestamp,
    /// The exports that use it.
    exports: Vec<UsingExport>,
    /// Exports that may use it, too: that cannot be told of them.
    unreadable_exports: Vec<UnreadableExport>,
}

/// Who agreed to the data-privacy text.
#[derive(Serialize, ToSchema)]
struct Agreement {
    by: String,
    at: Timestamp,
    text_version: u32,
}

/// The account at Constant Contact that the connection is bound to.
#[derive(Serialize, ToSchema)]
struct Account {
    /// Constant Contact's `encoded_account_id`.
    id: String,
    organization_name: String,
    contact_email: Option<String>,
    authorized_at: Timestamp,
    /// Since when Constant Contact no longer accepts the authorization, if so.
    needs_reauthentication_since: Option<Timestamp>,
}

/// Who answers for runs, and since when.
#[derive(Serialize, ToSchema)]
struct Responsible {
    name: String,
    since: Timestamp,
}

/// An export by its name.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct NamedExport {
    id: String,
    name: String,
}

/// An export that uses a connection.
#[derive(Serialize, ToSchema)]
struct UsingExport {
    id: String,
    name: String,
    /// Its version, for changing or detaching it: its `ETag`.
    version: String,
}

/// What was done to remove a connection.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Removed {
    /// The exports that were detached; they keep their configuration and do not run.
    detached: Vec<NamedExport>,
    /// How many active and waiting runs were stopped.
    stopped_runs: usize,
    /// Whether Constant Contact confirmed that the permission was withdrawn; when not, withdraw it there. Our own tokens
    /// are deleted in any case.
    revoked: bool,
}

impl From<ConnectionName> for ConnectionRow {
    fn from(name: ConnectionName) -> Self {
        Self {
            id: name.id.into(),
            display_name: name.display_name,
            kind: name.kind.to_owned(),
            administration: None,
        }
    }
}

impl From<ConnectionListItem> for ConnectionRow {
    fn from(item: ConnectionListItem) -> Self {
        Self { administration: item.administration.map(Into::into), ..item.name.into() }
    }
}

impl From<ConnectionAdministration> for Administration {
    fn from(item: ConnectionAdministration) -> Self {
        Self {
            status: item.status.into(),
            access: item.access.into(),
            created_by: item.created_by.map(|actor| actor.name),
            created_at: item.created_at,
            exports_using: item.exports_using,
        }
    }
}

impl From<ConnectionDetails> for Connection {
    fn from(details: ConnectionDetails) -> Self {
        Self {
            id: details.id.into(),
            display_name: details.display_name,
            kind: details.kind.to_owned(),
            status: details.status.into(),
            access: details.access.into(),
            consent: details.consent.map(Into::into),
            consent_outdated: details.consent_outdated,
            account: details.account.map(Into::into),
            export_user: details.export_user.map(Into::into),
            contact_ceiling: details.contact_ceiling,
            created_by: details.created_by.map(|actor| actor.name),
            created_at: details.created_at,
            exports: details.exports.into_iter().map(Into::into).collect(),
            unreadable_exports: details.unreadable_exports.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Consent> for Agreement {
    fn from(consent: Consent) -> Self {
        Self { by: consent.by.name, at: consent.at, text_version: consent.text_version }
    }
}

impl From<AuthorizedAccount> for Account {
    fn from(account: AuthorizedAccount) -> Self {
        Self {
            id: account.id.into(),
            organization_name: account.organization_name,
            contact_email: account.contact_email.map(|email| email.expose().clone()),
            authorized_at: account.authorized_at,
            needs_reauthentication_since: account.needs_reauthentication_since,
        }
    }
}

impl From<ExportUser> for Responsible {
    fn from(user: ExportUser) -> Self {
        Self { name: user.who.name, since: user.at }
    }
}

impl From<SeenExport> for UsingExport {
    fn from(export: SeenExport) -> Self {
        Self { id: export.id.into(), name: export.name, version: export.tag.to_string() }
    }
}

impl From<ExportName> for NamedExport {
    fn from(export: ExportName) -> Self {
        Self { id: export.id.into(), name: export.name }
    }
}

impl From<RemovedConnection> for Removed {
    fn from(removed: RemovedConnection) -> Self {
        Self {
            detached: removed.detached.into_iter().map(Into::into).collect(),
            stopped_runs: removed.stopped_runs,
            revoked: removed.revoked,
        }
    }
}
