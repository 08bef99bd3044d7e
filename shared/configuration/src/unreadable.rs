//! What of our own state cannot be read: how it is told from what is out of reach, and what people are told.

use std::error::Error;

use catalog::Export;
use domain::identifier::{ConnectionId, ExportId};
use serde::Serialize;
use store::{DocumentError, StoreError};
use tokens::{SecretError, VaultError};

use crate::error::ConfigurationError;
use crate::exports::sentence;

/// An export of which something that is stored cannot be read: its own document, how it stands, or its connection. It
/// stands beside those that can be read, so that it keeps nobody from them.
pub type UnreadableExport = Unreadable<ExportId>;

/// A connection of which something that is stored cannot be read: its own document, or how its tokens stand.
pub type UnreadableConnection = Unreadable<ConnectionId>;

/// One of many of which something that is stored cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable<Id> {
    /// Its id.
    pub id: Id,
    /// What people call it, if its own document can be read.
    pub name: Option<String>,
    /// What cannot be read and what to do, for people.
    pub message: String,
}

impl<Id: AsRef<str>> Unreadable<Id> {
    /// What people call it, or its id.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_ref())
    }
}

impl UnreadableExport {
    /// The export, put on record for the operator: nobody else sees the cause.
    pub(crate) fn found(id: ExportId, name: Option<String>, error: &ConfigurationError) -> Self {
        tracing::error!(export = %id, error = error as &dyn Error, "an export cannot be read");
        let message = message(error, |key| {
            format!(
                "A document that this export needs ({key}) cannot be read. Until it can, the export cannot be changed and \
                 does not start; the others are not concerned, but for \
                 those that wait for its run. Tell the operator, who restores the document from a backup \
                 (runbook, \"An export that cannot be read\")."
            )
        });
        Self { id, name, message }
    }

    /// The export whose connection cannot be read. Which document that is only administrators see, at the connection:
    /// others need not be allowed to know of it.
    pub(crate) fn without_connection(export: &Export, error: &ConfigurationError) -> Self {
        let (id, name) = (export.id.clone(), Some(export.name.clone()));
        tracing::error!(export = %id, error = error as &dyn Error, "the connection of an export cannot be read");
        let message = message(error, |_| {
            "Its connection cannot be read. Until it can, the export cannot be changed and sends nothing; exports with \
             another connection are not concerned. Tell an administrator, who sees in the list of connections what to do."
                .to_owned()
        });
        Self { id, name, message }
    }
}

impl UnreadableConnection {
    /// The connection, put on record for the operator: nobody else sees the cause.
    pub(crate) fn found(id: ConnectionId, name: Option<String>, error: &ConfigurationError) -> Self {
        tracing::error!(connection = %id, error = error as &dyn Error, "a connection cannot be read");
        let message = message(error, |key| {
            format!(
                "A document of a connection ({key}) cannot be read. Until it can, the connection cannot be changed, and \
                 the exports that use it send nothing; the others are not concerned. Tell the operator, who restores the \
                 document from a backup (runbook, \"A connection that cannot be read\")."
            )
        });
        Self { id, name, message }
    }
}

/// What is said of it beside the others: `damaged`, where a document is.
fn message(error: &ConfigurationError, damaged: impl FnOnce(&str) -> String) -> String {
    match damaged_document(error) {
        Some(key) => damaged(key),
        None => sentence(&error.to_string()),
    }
}

/// Whether what is stored is what is wrong: damaged, or of a newer release. Trying again does not help.
pub(crate) fn is_unreadable(error: &ConfigurationError) -> bool {
    let ConfigurationError::Unavailable(cause) = error else { return false };
    let cause = cause.as_ref();
    newer_schema(cause).is_some() || is_damaged_secret(cause) || damaged_document(cause).is_some()
}

/// A result whose document may be one that cannot be read: that is no reason to answer nothing of the others.
///
/// # Errors
/// Any other error.
pub(crate) fn unless_unreadable<T>(
    outcome: Result<T, ConfigurationError>,
) -> Result<Result<T, ConfigurationError>, ConfigurationError> {
    match outcome {
        Err(error) if !is_unreadable(&error) => Err(error),
        outcome => Ok(outcome),
    }
}

/// It cannot be told which exports use a connection.
#[derive(Debug, thiserror::Error)]
#[error("it cannot be told whether the export {export} uses this connection")]
pub(crate) struct UsersUnknown {
    /// One that cannot be read.
    pub(crate) export: ExportId,
    /// Why.
    #[source]
    pub(crate) source: Box<ConfigurationError>,
}

/// What keeps our own state from being of use: of what a newer release wrote, nothing but that release is of help.
pub(crate) fn explanation(cause: &(dyn Error + 'static)) -> String {
    if let Some(unknown) = cause.downcast_ref::<UsersUnknown>() {
        return format!("{unknown}, and nothing was changed: {}", unknown.source);
    }
    match newer_schema(cause) {
        Some((what, found, supported)) => format!(
            "a newer release wrote what is needed here ({what}, schema version {found}; this release knows {supported} at \
             most) and nothing was changed; tell the operator to install the newer release again"
        ),
        None if is_damaged_secret(cause) => {
            "what is stored of the authorization, or of the application's credentials, cannot be read; an administrator \
             must authenticate the connection again, or enter the credentials again under Set up"
                .to_owned()
        }
        None if damaged_document(cause).is_some() => {
            "what is stored here cannot be read; tell the operator, who restores it from a backup (the log names it)"
                .to_owned()
        }
        None => "the product's own storage did not answer as it should; try again, and tell the operator if that does not \
                 help"
            .to_owned(),
    }
}

/// Whether the state bucket or the secret store is what failed, and not Constant Contact.
pub(crate) fn is_of_storage(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| {
        error.is::<DocumentError>()
            || error.is::<StoreError>()
            || error.is::<VaultError>()
            || error.is::<SecretError>()
    })
}

/// What a newer release has written, its schema version, and the newest that this release knows.
fn newer_schema(error: &(dyn Error + 'static)) -> Option<(&'static str, u32, u32)> {
    chain(error).find_map(|error| {
        if let Some(DocumentError::NewerSchema { kind, found, supported, .. }) = error.downcast_ref() {
            return Some((*kind, *found, *supported));
        }
        match error.downcast_ref() {
            Some(VaultError::NewerSchema { found, supported, .. }) => Some(("secret", *found, *supported)),
            _ => None,
        }
    })
}

fn is_damaged_secret(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| matches!(error.downcast_ref(), Some(VaultError::Malformed { .. })))
}

/// Where the document lies that is damaged, if one is.
fn damaged_document<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
    use DocumentError::{Malformed, OtherKind};
    chain(error).find_map(|error| match error.downcast_ref() {
        Some(Malformed { key, .. } | OtherKind { key, .. }) => Some(key.as_str()),
        _ => None,
    })
}

/// An error and what caused it.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
