//! The end of a connection: whatever happens on the way, the same call again finishes it.

use catalog::{Connection, connection_key};
use domain::Sensitive;
use domain::identifier::ConnectionId;
use identity::Person;
use serde::Serialize;
use store::DocumentError;

use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RemovedConnection {
    /// The exports that were detached; they keep their configuration and do not run.
    pub detached: Vec<ExportName>,
    /// How many active and waiting runs were stopped.
    pub stopped_runs: usize,
    /// Whether Constant Contact confirmed that the permission was withdrawn. It documents no such call, so when this is
    /// false, the person withdraws it there; our own tokens are deleted in any case.
    pub revoked: bool,
}

impl Configuration {
    /// The steps after the connection was marked as being removed and no export uses it any more: runs, tokens, and
    /// last of all the document, without which none of the steps could be found again.
    pub(super) async fn finish_removal(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<RemovedConnection, ConfigurationError> {
        let stopped_runs = self.stop_runs_using(person, id).await?;
        let revoked = self.revoke_and_delete_tokens(id).await?;
        self.clients.forget(id);
        self.delete_connection(id).await?;
        Ok(RemovedConnection { detached: Vec::new(), stopped_runs, revoked })
    }

    /// Ends the renewal of the tokens, asks Constant Contact to withdraw the permission, within the time-out of a token
    /// call, then deletes the tokens whatever came of it. A renewal that is under way revokes what it gets.
    pub(super) async fn revoke_and_delete_tokens(
        &self,
        id: &ConnectionId,
    ) -> Result<bool, ConfigurationError> {
        let revoked = match self.parts.grants.close(id).await? {
            Some(refresh_token) => self.revoke(&refresh_token).await,
            None => false,
        };
        self.parts.grants.remove(id).await?;
        Ok(revoked)
    }

    async fn revoke(&self, refresh_token: &Sensitive<String>) -> bool {
        match self.parts.vault.application().await {
            Ok(application) => self.parts.oauth.revoke(&application, refresh_token).await,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the permission could not be withdrawn for want of the application's credentials"
                );
                false
            }
        }
    }

    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), ConfigurationError> {
        let documents = &self.parts.documents;
        while let Some(connection) = documents.load::<Connection>(&connection_key(id)).await? {
            match documents.delete(&connection).await {
                // Changed by somebody who saw it just before it was marked.
                Err(DocumentError::Conflict { .. }) => {}
                outcome => return Ok(outcome?),
            }
        }
        Ok(())
    }
}
