//! Promises, against a token address written from the vendor's contract by others: eight processes refresh once, a lost
//! answer needs a person, a token that the service refuses is renewed, and none is sent that has ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, TokenGrant};
use constant_contact::{
    AccessTokenError, AccessTokens, Client, ClientSettings, GateRefusal, Observation, OpenGate, Purpose,
    RequestGate, RequestKind,
};
use domain::identifier::{AccountId, ConnectionId};
use domain::{Clock, ManualRandom, Sensitive};
use jiff::Timestamp;
use simulator::{Application, Control, Limits, Options, Simulator, Throttle};
use store::{Documents, MemoryStore};
use tokens::{ConnectionTokenSource, Grants, MemorySecretStore, SourceOptions, TokenVault};

const START: &str = "2026-11-22T03:33:00Z";

/// Stands still until it is moved; sleeping only lets others work, since they speak over real connections.
#[derive(Debug)]
struct StandingClock(Mutex<Timestamp>);

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, _moment: Timestamp) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Keeps every request for ten minutes.
#[derive(Debug)]
struct SlowGate {
    clock: Arc<StandingClock>,
    control: Control,
}

#[async_trait]
impl RequestGate for SlowGate {
    async fn acquire(&self, _purpose: Purpose, _kind: RequestKind) -> Result<(), GateRefusal> {
        pass(&self.clock, &self.control, Duration::from_mins(10)).await;
        Ok(())
    }

    async fn observe(&self, _observation: Observation) {}
}

/// Time goes on, for us and for the service.
async fn pass(clock: &StandingClock, control: &Control, time: Duration) {
    control.advance(time).await.unwrap();
    let mut now = clock.0.lock().unwrap();
    *now = now.checked_add(time).unwrap();
}

const DAY: Duration = Duration::from_hours(24);

struct Bench {
    // Serves for as long as it lives.
    _simulator: Simulator,
    control: Control,
    settings: ClientSettings,
    clock: Arc<StandingClock>,
    store: Arc<MemoryStore>,
    secrets: Arc<MemorySecretStore>,
    connection: ConnectionId,
    life: Duration,
}

/// Access tokens live for `life`.
async fn bench(life: Duration) -> Bench {
    let clock = simulator::Clock::Settable(START.parse().unwrap());
    let access_token_seconds = u32::try_from(life.as_secs()).unwrap();
    let limits = Limits { throttle: Throttle::Off, access_token_seconds, ..Limits::default() };
    let simulator = Simulator::start(Options { clock, limits, ..Options::default() }).await.unwrap();
    let origin = simulator.base_url();
    let bench = Bench {
        control: simulator.control(),
        settings: ClientSettings::at(&format!("{origin}/v3"), &format!("{origin}/oauth2/default/v1"))
            .unwrap(),
        _simulator: simulator,
        clock: Arc::new(StandingClock(Mutex::new(START.parse().unwrap()))),
        store: Arc::new(MemoryStore::new()),
        secrets: Arc::new(MemorySecretStore::new()),
        connection: ConnectionId::new("c-1").unwrap(),
        life,
    };
    let registered = Application::default();
    let application = ApplicationCredentials {
        client_id: registered.client_id,
        client_secret: Sensitive::new(registered.client_secret),
    };
    bench.vault().store_application(&application).await.unwrap();
    bench.authorise().await;
    bench
}

impl Bench {
    async fn authorise(&self) {
        let issued = self.control.issue_tokens("contact_data offline_access").await.unwrap();
        let grant = TokenGrant {
            access_token: Sensitive::new(issued.access_token),
            refresh_token: issued.refresh_token.map(Sensitive::new),
            expires_in: self.life,
            scope: None,
        };
        let grants = Grants::new(self.vault(), self.documents(0), self.clock.clone());
        let account = AccountId::new("p07e1l8cdif9dl").unwrap();
        grants.store_new_grant(&self.connection, grant, account).await.unwrap();
    }

    fn vault(&self) -> TokenVault {
        TokenVault::new(self.secrets.clone(), "test/")
    }

    fn documents(&self, seed: u64) -> Documents {
        Documents::new(self.store.clone(), self.clock.clone(), Arc::new(ManualRandom::new(seed)))
    }

    fn source(&self, process: u64) -> ConnectionTokenSource {
        ConnectionTokenSource::new(
            self.connection.clone(),
            self.vault(),
            self.documents(process),
            Arc::new(OAuthClient::new(&self.settings).unwrap()),
            self.clock.clone(),
            Arc::new(ManualRandom::new(process + 500)),
            SourceOptions { process: format!("process-{process}"), sole_owner: false },
        )
    }

    fn client(&self, process: u64) -> Client {
        self.client_behind(process, Arc::new(OpenGate))
    }

    fn client_behind(&self, process: u64, gate: Arc<dyn RequestGate>) -> Client {
        let (source, random) = (Arc::new(self.source(process)), Arc::new(ManualRandom::new(process)));
        Client::new(self.settings.clone(), source, gate, self.clock.clone(), random).unwrap()
    }

    async fn a_day_passes(&self) {
        pass(&self.clock, &self.control, Duration::from_hours(25)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_refresh_once() {
    let bench = bench(DAY).await;
    for day in 1..=3 {
        bench.a_day_passes().await;
        let mut tasks = tokio::task::JoinSet::new();
        for process in 0..8 {
            let source = bench.source(process);
            tasks.spawn(async move { source.access_token().await.unwrap().expose().clone() });
        }
        let tokens = tasks.join_all().await;
        assert!(tokens.iter().all(|token| *token == tokens[0]), "all have the same");
        assert_eq!(bench.secrets.puts(), day, "one refresh a day");
        bench.client(1).contact_counts().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_renewed_and_the_call_goes_on() {
    let bench = bench(DAY).await;
    let client = bench.client(1);
    client.contact_counts().await.unwrap();
    bench.control.expire_access_tokens().await.unwrap();
    client.contact_counts().await.unwrap();
    assert_eq!(bench.secrets.puts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_needs_a_person_and_a_new_authorization_ends_it() {
    let bench = bench(DAY).await;
    let source = bench.source(1);
    bench.a_day_passes().await;
    bench.control.change_faults(|faults| faults.drop_after_refresh_next = 1).await;
    assert!(matches!(source.access_token().await, Err(AccessTokenError::Unavailable(_))));
    assert!(matches!(source.access_token().await, Err(AccessTokenError::NeedsReauthentication)));
    bench.authorise().await;
    source.access_token().await.unwrap();
    bench.client(2).contact_counts().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_while_a_request_waits_is_never_sent() {
    let bench = bench(Duration::from_mins(8)).await;
    let gate = SlowGate { clock: bench.clock.clone(), control: bench.control.clone() };
    let client = bench.client_behind(1, Arc::new(gate));
    for _ in 0..6 {
        client.contact_counts().await.unwrap();
    }
    assert_eq!(bench.control.statistics().await.unauthorized, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_ends_tokens_early_needs_no_person() {
    let bench = bench(DAY).await;
    let client = bench.client(1);
    for _ in 0..8 {
        client.contact_counts().await.unwrap();
        pass(&bench.clock, &bench.control, Duration::from_mins(11)).await;
        bench.control.expire_access_tokens().await.unwrap();
        client.contact_counts().await.unwrap();
    }
    assert_eq!(bench.control.statistics().await.unauthorized, 8);
}
