//! An export together with its connection: what every permission on it is decided by.

use catalog::{Connection, Export, connection_key};
use domain::identifier::ExportId;
use identity::Person;
use store::Versioned;

use crate::access;
use crate::configuration::Configuration;
use crate::connection_state::ConnectionState;
use crate::error::ConfigurationError;

/// An export and its connection.
#[derive(Debug, Clone)]
pub(crate) struct ExportInHand {
    pub(crate) export: Versioned<Export>,
    /// `None` when it was detached, or its connection is gone.
    pub(crate) connection: Option<Connection>,
}

impl ExportInHand {
    /// The error for who may not edit it.
    pub(crate) fn require_editor(&self, person: &Person) -> Result<(), ConfigurationError> {
        let allowed = access::may_edit_export(person, self.connection.as_ref());
        access::require(allowed, access::needed_to_edit(person))
    }

    /// The error for who may not see its rows of people.
    pub(crate) fn require_may_see_people(&self, person: &Person) -> Result<(), ConfigurationError> {
        let allowed = access::may_see_people(person, self.connection.as_ref());
        access::require(allowed, access::needed_to_edit(person))
    }

    /// Its connection, provided that both steps of connecting are done and it is not being removed.
    pub(crate) fn usable_connection(&self) -> Result<&Connection, ConfigurationError> {
        let connection = self.connection.as_ref().ok_or(ConfigurationError::NoConnection)?;
        if connection.usable().is_some() {
            return Ok(connection);
        }
        let state = if connection.removing { ConnectionState::Removing } else { ConnectionState::SettingUp };
        Err(ConfigurationError::NotConnected { connection: connection.display_name.clone(), state })
    }
}

impl Configuration {
    /// An export that was not removed, with its connection; whoever asks.
    pub(crate) async fn export_in_hand(&self, id: &ExportId) -> Result<ExportInHand, ConfigurationError> {
        let export = self.load_export(id).await?;
        self.with_connection(export).await
    }

    /// An export with its connection.
    pub(crate) async fn with_connection(
        &self,
        export: Versioned<Export>,
    ) -> Result<ExportInHand, ConfigurationError> {
        let connection = match &export.content.connection {
            Some(id) => self.parts.documents.load::<Connection>(&connection_key(id)).await?,
            None => None,
        };
        Ok(ExportInHand { export, connection: connection.map(|connection| connection.content) })
    }

    /// An export that the person may edit.
    pub(crate) async fn export_to_edit(
        &self,
        person: &Person,
        id: &ExportId,
    ) -> Result<ExportInHand, ConfigurationError> {
        let found = self.export_in_hand(id).await?;
        found.require_editor(person)?;
        Ok(found)
    }

    /// An export whose runs the person may start now.
    pub(crate) async fn export_to_run(
        &self,
        person: &Person,
        id: &ExportId,
    ) -> Result<ExportInHand, ConfigurationError> {
        let found = self.export_to_edit(person, id).await?;
        self.require_running(&found).await?;
        Ok(found)
    }

    /// The connection of an export can be used.
    pub(crate) async fn require_running(&self, found: &ExportInHand) -> Result<(), ConfigurationError> {
        let connection = found.usable_connection()?;
        if self.needs_reauthentication(connection).await? {
            return Err(ConfigurationError::NeedsReauthentication);
        }
        Ok(())
    }

    /// Whether Constant Contact no longer accepts a connection that was authorised.
    pub(crate) async fn needs_reauthentication(
        &self,
        connection: &Connection,
    ) -> Result<bool, ConfigurationError> {
        let tokens = self.parts.grants.status(&connection.id).await?;
        Ok(ConnectionState::of(connection, tokens.as_ref()) == ConnectionState::NeedsReauthentication)
    }
}
