//! A virtual clock in which many sleepers wake in order, and a token endpoint with rotating refresh tokens.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use constant_contact::oauth::{ApplicationCredentials, OAuthError, TokenGrant};
use domain::identifier::{AccountId, ConnectionId};
use domain::{Clock, ManualRandom, Sensitive};
use jiff::Timestamp;
use store::{Documents, MemoryStore};
use tokens::{ConnectionTokenSource, Grants, MemorySecretStore, SourceOptions, TokenEndpoint, TokenVault};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct VirtualClock {
    start: Timestamp,
    origin: Instant,
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.start.checked_add(self.origin.elapsed()).unwrap()
    }

    async fn sleep_until(&self, moment: Timestamp) {
        if let Ok(remaining) = Duration::try_from(moment.duration_since(self.now())) {
            tokio::time::sleep(remaining).await;
        }
    }
}

/// What the endpoint does with the next refresh, instead of granting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Grants, but the answer is lost.
    LostAnswer,
    Unavailable,
    InvalidClient,
}

#[derive(Debug, Default)]
struct Served {
    generation: u32,
    refreshes: u32,
    trouble: Vec<Trouble>,
    delay: Duration,
}

/// Accepts only the refresh token it gave last.
#[derive(Debug, Default)]
pub(crate) struct RotatingEndpoint(Mutex<Served>);

impl RotatingEndpoint {
    pub(crate) fn refreshes(&self) -> u32 {
        self.0.lock().unwrap().refreshes
    }

    pub(crate) fn expect_trouble(&self, trouble: Trouble) {
        self.0.lock().unwrap().trouble.push(trouble);
    }

    pub(crate) fn take_time(&self, delay: Duration) {
        self.0.lock().unwrap().delay = delay;
    }

    /// A person authorises: a new pair.
    pub(crate) fn authorise(&self) -> TokenGrant {
        let mut served = self.0.lock().unwrap();
        served.generation += 1;
        grant(served.generation)
    }
}

fn grant(generation: u32) -> TokenGrant {
    TokenGrant {
        access_token: Sensitive::new(format!("access-{generation}")),
        refresh_token: Some(Sensitive::new(format!("refresh-{generation}"))),
        expires_in: Duration::from_hours(24),
        scope: None,
    }
}

#[async_trait]
impl TokenEndpoint for RotatingEndpoint {
    async fn refresh(
        &self,
        _application: &ApplicationCredentials,
        refresh_token: &Sensitive<String>,
    ) -> Result<TokenGrant, OAuthError> {
        let (outcome, delay) = {
            let mut served = self.0.lock().unwrap();
            served.refreshes += 1;
            let trouble = served.trouble.pop();
            let outcome = match trouble {
                Some(Trouble::Unavailable) => Err(OAuthError::Unavailable(None)),
                Some(Trouble::InvalidClient) => Err(OAuthError::InvalidClient),
                _ if *refresh_token.expose() != format!("refresh-{}", served.generation) => {
                    Err(OAuthError::InvalidGrant)
                }
                lost => {
                    served.generation += 1;
                    match lost {
                        Some(_) => Err(OAuthError::Unclear(None)),
                        None => Ok(grant(served.generation)),
                    }
                }
            };
            (outcome, served.delay)
        };
        tokio::time::sleep(delay).await;
        outcome
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(15)
    }
}

pub(crate) struct Bench {
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) secrets: Arc<MemorySecretStore>,
    pub(crate) endpoint: Arc<RotatingEndpoint>,
    pub(crate) connection: ConnectionId,
}

impl Bench {
    /// An authorised connection whose first access token is `access-1`.
    pub(crate) async fn new() -> Self {
        let start = "2026-03-05T12:00:00Z".parse().unwrap();
        let bench = Self {
            clock: Arc::new(VirtualClock { start, origin: Instant::now() }),
            store: Arc::new(MemoryStore::new()),
            secrets: Arc::new(MemorySecretStore::new()),
            endpoint: Arc::new(RotatingEndpoint::default()),
            connection: ConnectionId::new("c-1").unwrap(),
        };
        let application = ApplicationCredentials {
            client_id: "key".to_owned(),
            client_secret: Sensitive::new("secret".to_owned()),
        };
        bench.vault().store_application(&application).await.unwrap();
        bench.authorise().await;
        bench
    }

    pub(crate) async fn authorise(&self) {
        let account = AccountId::new("account-1").unwrap();
        let grant = self.endpoint.authorise();
        self.grants().store_new_grant(&self.connection, grant, account).await.unwrap();
    }

    pub(crate) fn vault(&self) -> TokenVault {
        TokenVault::new(self.secrets.clone(), "test/")
    }

    pub(crate) fn documents(&self, seed: u64) -> Documents {
        Documents::new(self.store.clone(), self.clock.clone(), Arc::new(ManualRandom::new(seed)))
    }

    pub(crate) fn grants(&self) -> Grants {
        Grants::new(self.vault(), self.documents(1000), self.clock.clone())
    }

    /// A source as another process would have it.
    pub(crate) fn source(&self, process: u64) -> ConnectionTokenSource {
        self.source_with(process, false)
    }

    pub(crate) fn source_with(&self, process: u64, sole_owner: bool) -> ConnectionTokenSource {
        ConnectionTokenSource::new(
            self.connection.clone(),
            self.vault(),
            self.documents(process),
            self.endpoint.clone(),
            self.clock.clone(),
            Arc::new(ManualRandom::new(process + 500)),
            SourceOptions { process: format!("process-{process}"), sole_owner },
        )
    }
}

pub(crate) async fn hours(hours: u64) {
    tokio::time::sleep(Duration::from_hours(hours)).await;
}
