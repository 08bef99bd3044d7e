//! Several processes' sources of tokens, and a token endpoint with rotating refresh tokens, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use constant_contact::oauth::{ApplicationCredentials, OAuthError, TokenGrant};
use domain::identifier::{AccountId, ConnectionId};
use domain::{ManualRandom, RuntimeClock, Sensitive};
use store::{Documents, MemoryStore};
use tokens::{ConnectionTokenSource, Grants, MemorySecretStore, SourceOptions, TokenEndpoint, TokenVault};

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
    life: Option<Duration>,
    revoked: Vec<String>,
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

    /// Access tokens end so soon, instead of after a day.
    pub(crate) fn grant_for(&self, life: Duration) {
        self.0.lock().unwrap().life = Some(life);
    }

    /// The refresh tokens that were revoked.
    pub(crate) fn revoked(&self) -> Vec<String> {
        self.0.lock().unwrap().revoked.clone()
    }

    /// A person authorises: a new pair.
    pub(crate) fn authorise(&self) -> TokenGrant {
        self.0.lock().unwrap().next()
    }
}

impl Served {
    fn next(&mut self) -> TokenGrant {
        self.generation += 1;
        TokenGrant {
            access_token: Sensitive::new(format!("access-{}", self.generation)),
            refresh_token: Some(Sensitive::new(format!("refresh-{}", self.generation))),
            expires_in: self.life.unwrap_or(Duration::from_hours(24)),
            scope: None,
        }
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
                    let grant = served.next();
                    match lost {
                        Some(_) => Err(OAuthError::Unclear(None)),
                        None => Ok(grant),
                    }
                }
            };
            (outcome, served.delay)
        };
        tokio::time::sleep(delay).await;
        outcome
    }

    async fn revoke(&self, _application: &ApplicationCredentials, refresh_token: &Sensitive<String>) -> bool {
        self.0.lock().unwrap().revoked.push(refresh_token.expose().clone());
        true
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(15)
    }
}

pub(crate) struct Bench {
    pub(crate) clock: Arc<RuntimeClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) secrets: Arc<MemorySecretStore>,
    pub(crate) endpoint: Arc<RotatingEndpoint>,
    pub(crate) connection: ConnectionId,
}

impl Bench {
    /// An authorised connection whose first access token is `access-1`.
    pub(crate) async fn new() -> Self {
        let bench = Self {
            clock: Arc::new(RuntimeClock::new("2026-03-05T12:00:00Z".parse().unwrap())),
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
