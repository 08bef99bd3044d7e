//! Requests to Constant Contact for a person who waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector::ServiceConnector;
use constant_contact::{
    AccessTokens, Client, ClientSettings, Purpose, RequestGate, RetrySettings, ServiceError,
};
use domain::identifier::ConnectionId;
use engine::{CallBuffer, Connector, WatchedTokens};
use quota::QuotaGate;
use tokens::{SecretError, VaultError};

use crate::ConfigurationError;
use crate::configuration::Configuration;

/// A person waits for a page, and API Gateway for at most 29 seconds (documented): better a clear refusal than none.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY: RetrySettings = RetrySettings {
    attempts: 3,
    elapsed: Duration::from_secs(8),
    first_pause: Duration::from_millis(500),
    longest_pause: Duration::from_secs(2),
};

/// The clients of one process: making one costs more than a page may.
#[derive(Debug, Default)]
pub(crate) struct Clients(Mutex<BTreeMap<ConnectionId, (Arc<QuotaGate>, Client)>>);

impl Clients {
    /// Lets go of a connection that was removed.
    pub(crate) fn forget(&self, connection: &ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(connection);
    }
}

/// The service's settings, with the patience of a person.
fn interactive(connector: &ServiceConnector) -> ClientSettings {
    let mut settings = connector.settings();
    settings.timeouts.request = settings.timeouts.request.min(REQUEST_TIMEOUT);
    settings.retry = RETRY;
    settings
}

/// Credentials that nobody has entered are a matter of setting up, everything else one of the store.
pub(crate) fn application_failed(error: VaultError) -> ConfigurationError {
    match error {
        VaultError::Secret(SecretError::NotFound { .. }) => ConfigurationError::SetUpNeeded,
        VaultError::Malformed { .. } => ConfigurationError::ApplicationRefused,
        other => other.into(),
    }
}

impl Configuration {
    /// Makes `calls` with the connection's own tokens, and keeps a record of the requests.
    pub(crate) async fn with_client<T, F>(
        &self,
        connection: &ConnectionId,
        calls: impl FnOnce(Client) -> F + Send,
    ) -> Result<T, ConfigurationError>
    where
        F: Future<Output = Result<T, ServiceError>> + Send,
        T: Send,
    {
        let gate = self.parts.connector.quota_gate().await.map_err(application_failed)?;
        let client = self.known_client(connection, gate)?;
        self.recorded(connection, client, calls).await
    }

    /// Makes `calls` with tokens that are not stored yet.
    pub(crate) async fn with_new_tokens<T, F>(
        &self,
        connection: &ConnectionId,
        tokens: Arc<dyn AccessTokens>,
        calls: impl FnOnce(Client) -> F + Send,
    ) -> Result<T, ConfigurationError>
    where
        F: Future<Output = Result<T, ServiceError>> + Send,
        T: Send,
    {
        let gate = self.parts.connector.quota_gate().await.map_err(application_failed)?;
        let client = self.new_client(connection, tokens, gate)?;
        self.recorded(connection, client, calls).await
    }

    async fn recorded<T, F>(
        &self,
        connection: &ConnectionId,
        client: Client,
        calls: impl FnOnce(Client) -> F + Send,
    ) -> Result<T, ConfigurationError>
    where
        F: Future<Output = Result<T, ServiceError>> + Send,
        T: Send,
    {
        let buffer = Arc::new(CallBuffer::default());
        let outcome = calls(client.with_observer(Arc::<CallBuffer>::clone(&buffer))).await;
        self.parts.engine.record_calls(connection, &buffer.take()).await;
        outcome.map_err(ConfigurationError::from)
    }

    /// The client of a connection; another one when the application's credentials, and with them the quota, change.
    fn known_client(
        &self,
        connection: &ConnectionId,
        gate: Arc<QuotaGate>,
    ) -> Result<Client, ConfigurationError> {
        let mut clients = self.clients.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, client)) = clients.get(connection)
            && Arc::ptr_eq(known, &gate)
        {
            return Ok(client.clone());
        }
        let tokens = Arc::new(self.parts.connector.token_source(connection));
        let client = self.new_client(connection, tokens, Arc::clone(&gate))?;
        clients.insert(connection.clone(), (gate, client.clone()));
        Ok(client)
    }

    /// Makes no request once the connection is being removed, whatever it has waited for.
    fn new_client(
        &self,
        connection: &ConnectionId,
        tokens: Arc<dyn AccessTokens>,
        gate: Arc<QuotaGate>,
    ) -> Result<Client, ConfigurationError> {
        let tokens = Arc::new(WatchedTokens::new(tokens, self.parts.documents.clone(), connection.clone()));
        let gate: Arc<dyn RequestGate> = gate;
        let (clock, random) = (Arc::clone(&self.parts.clock), Arc::clone(&self.parts.random));
        let client = Client::new(interactive(&self.parts.connector), tokens, gate, clock, random)
            .map_err(|error| ConfigurationError::Unavailable(Box::new(error)))?;
        Ok(client.for_purpose(Purpose::Interactive))
    }
}
