//! Hands out the access token of one connection.

use std::sync::Arc;

use async_trait::async_trait;
use constant_contact::{AccessTokenError, AccessTokens};
use domain::identifier::ConnectionId;
use domain::{Clock, Random, Sensitive};
use jiff::Timestamp;
use store::Documents;
use tokio::sync::Mutex;

use crate::endpoint::TokenEndpoint;
use crate::refresh::Pending;
use crate::vault::{ConnectionTokens, TokenVault, Versioned};

/// How a process takes leases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceOptions {
    /// Names this process, differently from every other one and every earlier one.
    pub process: String,
    /// No other process can exist, because this one holds a lock: a lease of another process was left by a dead one
    /// and may be taken over at once.
    pub sole_owner: bool,
}

/// The access token of one connection: cached, renewed in time, once for all processes. Cheap to clone; clones share
/// the cache.
#[derive(Debug, Clone)]
pub struct ConnectionTokenSource {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) connection: ConnectionId,
    pub(crate) vault: TokenVault,
    pub(crate) documents: Documents,
    pub(crate) endpoint: Arc<dyn TokenEndpoint>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) options: SourceOptions,
    pub(crate) state: Mutex<State>,
}

pub(crate) type Held = Versioned<ConnectionTokens>;

/// What this process knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) cached: Option<Held>,
    /// The answer to a refresh that could not be stored yet.
    pub(crate) pending: Option<Pending>,
    /// Renewing failed, or somebody else is at it: until then a token that still lives is good enough.
    pub(crate) patience_until: Option<Timestamp>,
}

impl State {
    /// The cached token, if it will do.
    fn usable(&self, now: Timestamp, refused: Option<&Sensitive<String>>) -> Option<&Held> {
        let patient = self.patience_until.is_some_and(|until| until > now);
        let held = self.cached.as_ref().filter(|_| self.pending.is_none())?;
        let will_do = held.value.is_fresh(now) || (patient && held.value.expires_at > now);
        (will_do && refused != Some(&held.value.access_token)).then_some(held)
    }
}

impl ConnectionTokenSource {
    /// The tokens of `connection`; keep it for as long as the process lives, for its cache.
    #[must_use]
    pub fn new(
        connection: ConnectionId,
        vault: TokenVault,
        documents: Documents,
        endpoint: Arc<dyn TokenEndpoint>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        options: SourceOptions,
    ) -> Self {
        let state = Mutex::default();
        let inner = Inner { connection, vault, documents, endpoint, clock, random, options, state };
        Self { inner: Arc::new(inner) }
    }

    async fn token(
        &self,
        refused: Option<&Sensitive<String>>,
    ) -> Result<Sensitive<String>, AccessTokenError> {
        let now = self.inner.clock.now();
        if let Some(held) = self.inner.state.lock().await.usable(now, refused) {
            return Ok(held.value.access_token.clone());
        }
        let (inner, refused) = (Arc::clone(&self.inner), refused.cloned());
        // A task of its own: a refresh token must not be lost because whoever asked has stopped waiting.
        let renewal = tokio::spawn(async move {
            let mut state = inner.state.lock().await;
            if let Some(held) = state.usable(inner.clock.now(), refused.as_ref()) {
                return Ok(held.value.access_token.clone());
            }
            let held = inner.obtain(&mut state, refused.as_ref()).await?;
            let token = held.value.access_token.clone();
            state.cached = Some(held);
            Ok(token)
        });
        renewal.await.map_err(|error| AccessTokenError::Unavailable(Box::new(error)))?
    }
}

#[async_trait]
impl AccessTokens for ConnectionTokenSource {
    async fn access_token(&self) -> Result<Sensitive<String>, AccessTokenError> {
        self.token(None).await
    }

    async fn renew(&self, refused: &Sensitive<String>) -> Result<Sensitive<String>, AccessTokenError> {
        self.token(Some(refused)).await
    }
}
