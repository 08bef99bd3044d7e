//! Everything around the actions of a person: stores in memory, a clock to set, Constant Contact on loopback.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use catalog::{Connection, ConnectionAccess, Export, connection_key, export_key};
use configuration::{
    AuthorizationAnswer, AuthorizationOutcome, Configuration, ConfigurationParts, ConfigurationSettings,
    DriverError, NewConnection, RunDriver,
};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, SCOPES};
use domain::identifier::{ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use domain::{Clock, ManualClock, ManualRandom, Sensitive};
use engine::{Engine, EngineParts, EngineSettings, NoObserver, RunKey, StartRequest, Trigger};
use identity::{Person, PublicAddress, Role};
use jiff::{SignedDuration, Timestamp};
use quota::GateOptions;
use simulator::{Application, Control, Limits, Options, Simulator, Throttle};
use store::{ByteStream, Change, Condition, Documents, ListPage, MemoryStore, Object, ObjectInfo};
use store::{ObjectStore, StoreError, Tag, Upload};
use tokens::{Grants, MemorySecretStore, SourceOptions, TokenVault};
use url::Url;

pub(crate) const START: &str = "2026-11-22T03:33:00Z";
pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";

pub(crate) struct Bench {
    pub(crate) control: Control,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) memory: MemoryStore,
    pub(crate) segments: MemoryStore,
    pub(crate) store: Arc<StoppingStore>,
    pub(crate) documents: Documents,
    pub(crate) vault: TokenVault,
    pub(crate) oauth: OAuthClient,
    pub(crate) engine: Engine,
    pub(crate) driver: Arc<Driven>,
    pub(crate) configuration: Configuration,
    // Serves for as long as it lives.
    _simulator: Simulator,
}

/// A bench whose application is set up.
pub(crate) async fn bench() -> Bench {
    let bench = bare_bench().await;
    let application = Application::default();
    let client_secret = Sensitive::new(application.client_secret);
    let credentials = ApplicationCredentials { client_id: application.client_id, client_secret };
    bench.vault.store_application(&credentials).await.unwrap();
    bench
}

/// A bench on which nobody has done anything yet.
pub(crate) async fn bare_bench() -> Bench {
    let start: Timestamp = START.parse().unwrap();
    let redirect = format!("{ORIGIN}/oauth/constant-contact/callback");
    let simulator = Simulator::start(Options {
        clock: simulator::Clock::Settable(start),
        auto_approve: true,
        application: Application { redirect_uris: vec![redirect], ..Application::default() },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        ..Options::default()
    })
    .await
    .unwrap();
    let origin = simulator.base_url();
    let settings =
        ClientSettings::at(&format!("{origin}/v3"), &format!("{origin}/oauth2/default/v1")).unwrap();
    let clock = Arc::new(ManualClock::new(start));
    let random = Arc::new(ManualRandom::new(11));
    let memory = MemoryStore::with_clock(clock.clone());
    let store = Arc::new(StoppingStore::new(Arc::new(memory.clone())));
    let documents = Documents::new(store.clone(), clock.clone(), random.clone());
    let segments = MemoryStore::with_clock(clock.clone());
    let vault = TokenVault::new(Arc::new(MemorySecretStore::new()), "test/");
    let oauth = OAuthClient::new(&settings).unwrap();
    let connector = Arc::new(ServiceConnector::new(ConnectorParts {
        settings,
        vault: vault.clone(),
        documents: documents.clone(),
        endpoint: Arc::new(oauth.clone()),
        clock: clock.clone(),
        random: random.clone(),
        process: SourceOptions { process: "test".to_owned(), sole_owner: true },
        gate: GateOptions::default(),
    }));
    let engine = Engine::new(EngineParts {
        documents: documents.clone(),
        segments: Arc::new(segments.clone()),
        connector: connector.clone(),
        clock: clock.clone(),
        random: random.clone(),
        observer: Arc::new(NoObserver),
        settings: EngineSettings::default(),
    });
    let driver = Arc::new(Driven::default());
    let configuration = Configuration::new(ConfigurationParts {
        documents: documents.clone(),
        segments: Arc::new(segments.clone()),
        engine: engine.clone(),
        connector,
        vault: vault.clone(),
        grants: Grants::new(vault.clone(), documents.clone(), clock.clone()),
        oauth: oauth.clone(),
        driver: driver.clone(),
        clock: clock.clone(),
        random,
        settings: ConfigurationSettings {
            public_address: PublicAddress::parse(ORIGIN).unwrap(),
            segments_prefix: "segments/".to_owned(),
            privacy_notice: Some(Url::parse("https://example.com/privacy").unwrap()),
            sample_rows: 5,
            max_members: 1_000_000,
        },
    });
    let control = simulator.control();
    Bench {
        control,
        clock,
        memory,
        segments,
        store,
        documents,
        vault,
        oauth,
        engine,
        driver,
        configuration,
        _simulator: simulator,
    }
}

impl Bench {
    pub(crate) fn person(&self, role: Role, name: &str) -> Person {
        Person {
            subject: format!("subject-of-{name}"),
            display_name: Sensitive::new(name.to_owned()),
            email: None,
            role,
            authenticated_at: Some(self.clock.now()),
            expires_at: self.clock.now() + SignedDuration::from_hours(1),
        }
    }

    pub(crate) fn administrator(&self) -> Person {
        self.person(Role::Administrator, "Ann")
    }

    pub(crate) fn contributor(&self) -> Person {
        self.person(Role::Contributor, "Carl")
    }

    pub(crate) fn viewer(&self) -> Person {
        self.person(Role::Viewer, "Vera")
    }

    pub(crate) fn time_passes(&self, duration: SignedDuration) {
        self.clock.advance_to(self.clock.now() + duration);
    }

    /// A new connection, neither step of which is done.
    pub(crate) async fn created(&self, access: ConnectionAccess) -> ConnectionId {
        self.time_passes(SignedDuration::from_secs(1));
        let new = NewConnection { display_name: "Newsletter".to_owned(), access, agreed: true };
        self.configuration.create_connection(&self.administrator(), new).await.unwrap().value.id
    }

    /// A connection with both steps done.
    pub(crate) async fn connected(&self, access: ConnectionAccess) -> ConnectionId {
        let id = self.created(access).await;
        self.authenticate(&id).await;
        self.time_passes(SignedDuration::from_secs(1));
        let tag = self.configuration.connection(&self.administrator(), &id).await.unwrap().tag;
        self.configuration.add_export_user(&self.administrator(), &id, &tag).await.unwrap();
        id
    }

    pub(crate) async fn authenticate(&self, id: &ConnectionId) {
        self.time_passes(SignedDuration::from_secs(1));
        let administrator = self.administrator();
        let url = self.configuration.begin_authorization(&administrator, id).await.unwrap();
        let answer = visit(url).await;
        assert_eq!(self.configuration.complete_authorization(&administrator, answer).await.unwrap(), *id);
    }

    pub(crate) async fn stored_connection(&self, id: &ConnectionId) -> Option<Connection> {
        let found = self.documents.load::<Connection>(&connection_key(id)).await.unwrap();
        found.map(|found| found.content)
    }

    /// An export as others would have made it.
    pub(crate) async fn export(&self, name: &str, connection: Option<&ConnectionId>) -> ExportId {
        let id = ExportId::new(name.to_lowercase()).unwrap();
        let export = Export {
            id: id.clone(),
            name: name.to_owned(),
            connection: connection.cloned(),
            list: ListId::new("5a7d0d2e-96f0-11ef-b2a0-fa163eafb85e").unwrap(),
            list_name: "News".to_owned(),
            segments: vec![SegmentName::new("customers").unwrap()],
            mapping: Mapping::new("EMail", None, Vec::new()).unwrap(),
            schedule: Default::default(),
            created_by: None,
            updated_by: None,
            updated_at: self.clock.now(),
            removed_at: None,
        };
        self.documents.create(&export_key(&id), export).await.unwrap();
        id
    }

    pub(crate) async fn stored_export(&self, id: &ExportId) -> Export {
        self.documents.load::<Export>(&export_key(id)).await.unwrap().unwrap().content
    }

    /// These exports in their present versions.
    pub(crate) async fn seen(&self, exports: &[&ExportId]) -> Vec<(ExportId, Tag)> {
        let mut seen = Vec::new();
        for id in exports {
            let found = self.documents.load::<Export>(&export_key(id)).await.unwrap().unwrap();
            seen.push(((*id).clone(), found.tag));
        }
        seen
    }

    /// Marks the active run of an export as the engine does when its snapshots are chosen: whoever comes then follows.
    pub(crate) async fn pin(&self, export: &ExportId) {
        let key = format!("exports/{export}/occupation.json");
        self.documents
            .update::<engine::Occupation, (), std::convert::Infallible, _>(&key, |occupation| {
                let mut occupation = occupation.unwrap().clone();
                occupation.active.as_mut().unwrap().pinned = true;
                Ok(Change::Write(occupation, ()))
            })
            .await
            .unwrap();
    }

    /// A run that was started and not worked on yet.
    pub(crate) async fn run(&self, export: &ExportId) -> RunKey {
        let request = StartRequest {
            trigger: Trigger::Upload,
            requested_by: "Ann".to_owned(),
            kind: Default::default(),
            approved: None,
        };
        self.engine.start_run(export, request).await.unwrap().active().clone()
    }

    /// The actions on record, the newest first.
    pub(crate) async fn actions(&self) -> Vec<String> {
        let page = self.configuration.audit(&self.administrator(), None).await.unwrap();
        page.items.into_iter().map(|entry| entry.action).collect()
    }
}

/// What a person's browser does at Constant Contact, up to our own address.
pub(crate) async fn visit(url: Url) -> AuthorizationAnswer {
    let browser =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(url).send().await.unwrap();
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with(&format!("{ORIGIN}/oauth/constant-contact/callback?")), "{back}");
    let value =
        |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let outcome = match value("code") {
        Some(code) => AuthorizationOutcome::Code(Sensitive::new(code)),
        None => AuthorizationOutcome::Error(value("error").unwrap()),
    };
    AuthorizationAnswer { state: Sensitive::new(value("state").unwrap()), outcome }
}

/// The address without the wish for refresh tokens, as an application of another kind would have it.
pub(crate) fn without_refresh_token(url: &Url) -> Url {
    let scopes = SCOPES.replace(" offline_access", "");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(
        pairs.iter().map(|(name, value)| (name, if name == "scope" { &scopes } else { value })),
    );
    changed
}

/// Remembers what was to be driven.
#[derive(Debug, Default)]
pub(crate) struct Driven(Mutex<Vec<RunKey>>, AtomicBool);

impl Driven {
    /// Whether it can be reached.
    pub(crate) fn set_out_of_reach(&self, out_of_reach: bool) {
        self.1.store(out_of_reach, Ordering::SeqCst);
    }

    pub(crate) fn take(&self) -> Vec<RunKey> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Whether this run was to be driven.
    pub(crate) fn take_one(&self, run: &RunKey) -> bool {
        let mut driven = self.0.lock().unwrap();
        let place = driven.iter().position(|known| known == run);
        place.map(|place| driven.remove(place)).is_some()
    }
}

#[async_trait]
impl RunDriver for Driven {
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError> {
        if self.1.load(Ordering::SeqCst) {
            return Err(DriverError("out of reach".into()));
        }
        self.0.lock().unwrap().push(run.clone());
        Ok(())
    }
}

/// Stops taking writes after some, as if the process had died there.
#[derive(Debug)]
pub(crate) struct StoppingStore {
    inner: Arc<dyn ObjectStore>,
    left: AtomicI64,
}

impl StoppingStore {
    fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, left: AtomicI64::new(i64::MAX) }
    }

    /// Takes `writes` more.
    pub(crate) fn stop_after(&self, writes: i64) {
        self.left.store(writes, Ordering::SeqCst);
    }

    /// Takes any number again; answers whether it had stopped.
    pub(crate) fn go_on(&self) -> bool {
        self.left.swap(i64::MAX, Ordering::SeqCst) < 0
    }

    fn write(&self) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 { Ok(()) } else { Err(StoreError::other("stopped")) }
    }
}

#[async_trait]
impl ObjectStore for StoppingStore {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        self.inner.get(key).await
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        self.inner.open(key, pinned, from).await
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        self.inner.head(key).await
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        self.write()?;
        self.inner.put(key, body, condition).await
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        self.inner.begin_upload(key).await
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        self.write()?;
        self.inner.delete(key, condition).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u16) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, after, limit).await
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.inner.list_folders(prefix).await
    }
}
