//! How the engine comes to a client of the service.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use constant_contact::{
    AccessTokenError, AccessTokens, ClientSettings, GateRefusal, Observation, Purpose, RequestGate,
    RequestKind,
};
use domain::identifier::ConnectionId;
use domain::{Classified, FailureClass};

/// Gives out what a client needs. Implemented where secrets and quota are wired together.
#[async_trait]
pub trait Connector: Debug + Send + Sync {
    /// Where the service is.
    fn settings(&self) -> ClientSettings;

    /// The access tokens of a connection.
    ///
    /// # Errors
    /// [`ConnectorError`].
    async fn tokens(&self, connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError>;

    /// The gate that every request of this installation's application passes.
    ///
    /// # Errors
    /// [`ConnectorError`].
    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError>;
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// There are no tokens.
    #[error("the connection has no usable tokens")]
    Token(#[from] AccessTokenError),
    /// What holds secrets or quota is out of reach.
    #[error("the connection's secrets or its quota are out of reach; try again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The settings make no client.
    #[error("no client can be made with these settings")]
    Settings(#[from] constant_contact::SettingsError),
}

impl Classified for ConnectorError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Token(error) => error.class(),
            Self::Unavailable(_) => FailureClass::Retry,
            Self::Settings(_) => FailureClass::NeedsPerson,
        }
    }
}

/// Counts a run's requests on their way through the shared gate.
#[derive(Debug)]
pub(crate) struct CountingGate {
    inner: Arc<dyn RequestGate>,
    counts: Mutex<BTreeMap<RequestKind, u64>>,
}

impl CountingGate {
    pub(crate) fn new(inner: Arc<dyn RequestGate>) -> Self {
        Self { inner, counts: Mutex::default() }
    }

    /// Takes out what was counted since the last call.
    pub(crate) fn take(&self) -> BTreeMap<RequestKind, u64> {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl RequestGate for CountingGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        self.inner.acquire(purpose, kind).await?;
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
        Ok(())
    }

    async fn observe(&self, observation: Observation) {
        self.inner.observe(observation).await;
    }
}
