//! How the engine comes to a client of the service.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use constant_contact::{
    AccessTokenError, AccessTokens, ClientSettings, GateRefusal, Observation, Purpose, RefusalCause,
    RequestGate, RequestKind,
};
use domain::identifier::ConnectionId;
use domain::{Classified, Clock, FailureClass};
use jiff::Timestamp;

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

    /// How many requests the application may still make today (UTC) for exports; `None` where nobody counts them.
    ///
    /// # Errors
    /// [`ConnectorError`].
    async fn requests_left_today(&self) -> Result<Option<u64>, ConnectorError> {
        Ok(None)
    }
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

/// Counts a run's requests on their way through the shared gate, and lets no import through that is late: after a crash
/// it must be certain when the last one can have been sent.
#[derive(Debug)]
pub(crate) struct RunGate {
    inner: Arc<dyn RequestGate>,
    clock: Arc<dyn Clock>,
    counts: Mutex<BTreeMap<RequestKind, u64>>,
    import: Mutex<ImportWindow>,
}

/// When the announced import may be sent.
#[derive(Debug, Default)]
struct ImportWindow {
    latest: Option<Timestamp>,
    passed_at: Option<Timestamp>,
}

impl RunGate {
    pub(crate) fn new(inner: Arc<dyn RequestGate>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, counts: Mutex::default(), import: Mutex::default() }
    }

    /// The next import may be sent until `latest`.
    pub(crate) fn announce(&self, latest: Timestamp) {
        *self.window() = ImportWindow { latest: Some(latest), passed_at: None };
    }

    /// When the announced import was last sent, if it was.
    pub(crate) fn import_passed_at(&self) -> Option<Timestamp> {
        self.window().passed_at
    }

    fn window(&self) -> std::sync::MutexGuard<'_, ImportWindow> {
        self.import.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an import through that is in time.
    fn pass_import(&self) -> Result<(), GateRefusal> {
        let now = self.clock.now();
        let mut window = self.window();
        if window.latest.is_none_or(|latest| now > latest) {
            return Err(GateRefusal { until: now, cause: RefusalCause::TooLongAWait });
        }
        window.passed_at = Some(now);
        Ok(())
    }

    /// Takes out what was counted since the last call.
    pub(crate) fn take(&self) -> BTreeMap<RequestKind, u64> {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl RequestGate for RunGate {
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal> {
        self.inner.acquire(purpose, kind).await?;
        if kind == RequestKind::Import {
            self.pass_import()?;
        }
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
        Ok(())
    }

    async fn observe(&self, observation: Observation) {
        self.inner.observe(observation).await;
    }
}
