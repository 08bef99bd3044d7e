//! Promises: one token source per connection, one gate per application, a gate that follows a new application and
//! outlives an outage of the secret store, and a person who is told to enter credentials that are missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, TokenGrant};
use constant_contact::{AccessTokens, ClientSettings};
use domain::identifier::{AccountId, ConnectionId};
use domain::{Classified, Clock, FailureClass, ManualClock, ManualRandom, Random, Sensitive};
use engine::Connector;
use jiff::SignedDuration;
use quota::GateOptions;
use store::{Documents, MemoryStore};
use tokens::{
    Grants, MemorySecretStore, Secret, SecretError, SecretStore, SecretVersion, SourceOptions, TokenVault,
};

/// Secrets that can be out of reach.
#[derive(Debug, Default)]
struct Secrets {
    kept: MemorySecretStore,
    out_of_reach: AtomicBool,
}

impl Secrets {
    fn reached(&self) -> Result<&MemorySecretStore, SecretError> {
        if self.out_of_reach.load(Ordering::SeqCst) {
            return Err(SecretError::Unavailable("out of reach".into()));
        }
        Ok(&self.kept)
    }
}

#[async_trait]
impl SecretStore for Secrets {
    async fn current(&self, name: &str) -> Result<Secret, SecretError> {
        self.reached()?.current(name).await
    }

    async fn version(&self, name: &str, version: &SecretVersion) -> Result<Secret, SecretError> {
        self.reached()?.version(name, version).await
    }

    async fn create(&self, name: &str, value: &Sensitive<String>) -> Result<SecretVersion, SecretError> {
        self.reached()?.create(name, value).await
    }

    async fn put(
        &self,
        name: &str,
        read: &SecretVersion,
        value: &Sensitive<String>,
    ) -> Result<SecretVersion, SecretError> {
        self.reached()?.put(name, read, value).await
    }

    async fn delete(&self, name: &str) -> Result<(), SecretError> {
        self.reached()?.delete(name).await
    }
}

struct Bench {
    secrets: Arc<Secrets>,
    clock: Arc<ManualClock>,
    vault: TokenVault,
    documents: Documents,
    connector: ServiceConnector,
}

fn bench() -> Bench {
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().unwrap()));
    let random: Arc<dyn Random> = Arc::new(ManualRandom::new(1));
    let secrets = Arc::new(Secrets::default());
    let vault = TokenVault::new(Arc::<Secrets>::clone(&secrets), "test/");
    let store = Arc::new(MemoryStore::new());
    let documents = Documents::new(store, Arc::<ManualClock>::clone(&clock), Arc::clone(&random));
    // Nobody listens there: no test needs an answer.
    let settings = ClientSettings::at("http://127.0.0.1:9/v3", "http://127.0.0.1:9/oauth2").unwrap();
    let connector = ServiceConnector::new(ConnectorParts {
        endpoint: Arc::new(OAuthClient::new(&settings).unwrap()),
        settings,
        vault: vault.clone(),
        documents: documents.clone(),
        clock: Arc::<ManualClock>::clone(&clock),
        random,
        process: SourceOptions { process: "process-1".to_owned(), sole_owner: false },
        gate: GateOptions::default(),
    });
    Bench { secrets, clock, vault, documents, connector }
}

impl Bench {
    async fn enter_application(&self, client_id: &str) {
        let client_secret = Sensitive::new("secret".to_owned());
        let application = ApplicationCredentials { client_id: client_id.to_owned(), client_secret };
        self.vault.store_application(&application).await.unwrap();
    }

    fn minutes(&self, minutes: i64) {
        let until = self.clock.now().checked_add(SignedDuration::from_mins(minutes)).unwrap();
        self.clock.advance_to(until);
    }
}

#[tokio::test]
async fn a_connection_has_one_cache_of_tokens() {
    let bench = bench();
    let connection = ConnectionId::new("connection-1").unwrap();
    let grant = TokenGrant {
        access_token: Sensitive::new("access-1".to_owned()),
        refresh_token: Some(Sensitive::new("refresh-1".to_owned())),
        expires_in: Duration::from_hours(24),
        scope: None,
    };
    let grants = Grants::new(bench.vault.clone(), bench.documents.clone(), bench.clock.clone());
    grants.store_new_grant(&connection, grant, AccountId::new("account-1").unwrap()).await.unwrap();
    let first = bench.connector.tokens(&connection).await.unwrap();
    assert_eq!(first.access_token().await.unwrap().expose(), "access-1");
    bench.secrets.out_of_reach.store(true, Ordering::SeqCst);
    // Only a source that shares the first one's cache can know the token now.
    let second = bench.connector.tokens(&connection).await.unwrap();
    assert_eq!(second.access_token().await.unwrap().expose(), "access-1");
    let other = bench.connector.token_source(&ConnectionId::new("connection-2").unwrap());
    assert!(other.access_token().await.is_err(), "another connection has its own");
}

#[tokio::test]
async fn the_gate_follows_the_application() {
    let bench = bench();
    bench.enter_application("key-1").await;
    let first = bench.connector.quota_gate().await.unwrap();
    bench.enter_application("key-2").await;
    bench.minutes(4);
    assert!(Arc::ptr_eq(&first, &bench.connector.quota_gate().await.unwrap()), "not looked at yet");
    bench.minutes(1);
    let second = bench.connector.quota_gate().await.unwrap();
    assert!(!Arc::ptr_eq(&first, &second), "the new application has its own quota");
    bench.minutes(6);
    assert!(Arc::ptr_eq(&second, &bench.connector.quota_gate().await.unwrap()), "the same application");
}

#[tokio::test]
async fn an_outage_of_the_secret_store_leaves_a_known_gate() {
    let bench = bench();
    bench.enter_application("key-1").await;
    let first = bench.connector.quota_gate().await.unwrap();
    bench.secrets.out_of_reach.store(true, Ordering::SeqCst);
    bench.minutes(30);
    assert!(Arc::ptr_eq(&first, &bench.connector.quota_gate().await.unwrap()));
}

#[tokio::test]
async fn whether_a_person_is_needed_is_told_apart() {
    let bench = bench();
    let missing = bench.connector.gate().await.unwrap_err();
    assert_eq!(missing.class(), FailureClass::NeedsPerson, "nobody has entered the credentials");
    bench.secrets.out_of_reach.store(true, Ordering::SeqCst);
    let unreachable = bench.connector.gate().await.unwrap_err();
    assert_eq!(unreachable.class(), FailureClass::Retry);
}
