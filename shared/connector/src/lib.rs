#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use constant_contact::{AccessTokenError, AccessTokens, ClientSettings, Purpose, RequestGate};
use domain::identifier::ConnectionId;
use domain::{Classified, Clock, FailureClass, Random};
use engine::{Connector, ConnectorError};
use jiff::{SignedDuration, Timestamp};
use quota::{GateOptions, Limits, Quota, QuotaGate};
use store::Documents;
use tokens::{ConnectionTokenSource, SecretError, SourceOptions, TokenEndpoint, TokenVault, VaultError};

/// After this long the application's credentials are looked at again.
const APPLICATION_FRESH: SignedDuration = SignedDuration::from_mins(5);

/// What a connector is made of.
#[derive(Debug, Clone)]
pub struct ConnectorParts {
    /// Where the service is.
    pub settings: ClientSettings,
    /// Tokens, and the application's credentials.
    pub vault: TokenVault,
    /// The state bucket, with the leases of renewals and the record of requests.
    pub documents: Documents,
    /// Renews tokens: the client of the authorization server at `settings`.
    pub endpoint: Arc<dyn TokenEndpoint>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and jitter.
    pub random: Arc<dyn Random>,
    /// Names this process, and says whether it is the only one.
    pub process: SourceOptions,
    /// How this process uses the quota.
    pub gate: GateOptions,
}

/// The way to clients of the service, with the caches of one process.
#[derive(Debug)]
pub struct ServiceConnector {
    parts: ConnectorParts,
    sources: Mutex<BTreeMap<ConnectionId, ConnectionTokenSource>>,
    gate: tokio::sync::Mutex<Option<KnownGate>>,
}

#[derive(Debug)]
struct KnownGate {
    client_id: String,
    looked_at: Timestamp,
    gate: Arc<QuotaGate>,
    quota: Arc<Quota>,
}

impl ServiceConnector {
    /// A connector of these parts. Make one per process and share it.
    #[must_use]
    pub fn new(parts: ConnectorParts) -> Self {
        Self { parts, sources: Mutex::default(), gate: tokio::sync::Mutex::default() }
    }

    /// The access tokens of a connection; the same source, with the same cache, each time.
    #[must_use]
    pub fn token_source(&self, connection: &ConnectionId) -> ConnectionTokenSource {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let source = sources.entry(connection.clone()).or_insert_with(|| {
            let parts = self.parts.clone();
            ConnectionTokenSource::new(
                connection.clone(),
                parts.vault,
                parts.documents,
                parts.endpoint,
                parts.clock,
                parts.random,
                parts.process,
            )
        });
        source.clone()
    }

    /// The gate to the quota of the application that is entered now; it also counts this process's requests.
    ///
    /// # Errors
    /// [`VaultError`] when the application's credentials cannot be read; `NotFound` when none were entered.
    pub async fn quota_gate(&self) -> Result<Arc<QuotaGate>, VaultError> {
        Ok(self.shared_quota().await?.0)
    }

    /// The gate, and the quota behind it.
    async fn shared_quota(&self) -> Result<(Arc<QuotaGate>, Arc<Quota>), VaultError> {
        let mut known = self.gate.lock().await;
        let now = self.parts.clock.now();
        if let Some(known) = known.as_ref().filter(|known| known.is_fresh(now)) {
            return Ok(known.shared());
        }
        let client_id = match (self.parts.vault.application().await, known.as_mut()) {
            (Ok(application), _) => application.client_id,
            (Err(error), Some(known)) if error.class() == FailureClass::Retry => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the application's credentials are out of reach; its known quota is used"
                );
                return Ok(known.shared());
            }
            (Err(error), _) => return Err(error),
        };
        let (gate, quota) = match known.take() {
            Some(known) if known.client_id == client_id => known.shared(),
            _ => self.new_gate(&client_id),
        };
        let current = KnownGate { client_id, looked_at: now, gate, quota };
        let shared = current.shared();
        *known = Some(current);
        Ok(shared)
    }

    fn new_gate(&self, client_id: &str) -> (Arc<QuotaGate>, Arc<Quota>) {
        let ConnectorParts { documents, clock, random, gate, .. } = self.parts.clone();
        let quota = Quota::new(documents, client_id, Limits::default(), Arc::clone(&clock), random);
        let quota = Arc::new(quota);
        (Arc::new(QuotaGate::new(Arc::clone(&quota), clock, gate)), quota)
    }
}

impl KnownGate {
    fn shared(&self) -> (Arc<QuotaGate>, Arc<Quota>) {
        (Arc::clone(&self.gate), Arc::clone(&self.quota))
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.looked_at) < APPLICATION_FRESH
    }
}

/// What a person can do about credentials of the application that cannot be used; anything else passes.
fn application_failed(error: VaultError) -> ConnectorError {
    match error {
        VaultError::Secret(SecretError::NotFound { .. }) | VaultError::Malformed { .. } => {
            AccessTokenError::ApplicationRefused.into()
        }
        error if error.class() == FailureClass::NeedsPerson => {
            AccessTokenError::Unreadable(Box::new(error)).into()
        }
        error => ConnectorError::Unavailable(Box::new(error)),
    }
}

#[async_trait]
impl Connector for ServiceConnector {
    fn settings(&self) -> ClientSettings {
        self.parts.settings.clone()
    }

    async fn tokens(&self, connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError> {
        Ok(Arc::new(self.token_source(connection)))
    }

    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError> {
        let gate = self.quota_gate().await.map_err(application_failed)?;
        Ok(gate)
    }

    async fn requests_left_today(&self) -> Result<Option<u64>, ConnectorError> {
        let (_, quota) = self.shared_quota().await.map_err(application_failed)?;
        let left = quota.remaining_today(Purpose::Bulk).await;
        left.map(|left| Some(u64::from(left))).map_err(|error| ConnectorError::Unavailable(Box::new(error)))
    }
}
