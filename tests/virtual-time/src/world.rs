//! The world: everything that a run needs, in one process, and a driver that moves its clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalog::{Actor, Authorization, Connection, Export, ExportUser, connection_key, export_key};
use constant_contact::{AccessTokens, ClientSettings, FixedAccessToken, OpenGate, RequestGate};
use domain::field::Field;
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::{Attribute, Mapping, Source};
use domain::outcome::Counts;
use domain::{Clock, ManualClock, ManualRandom, Random, Sensitive};
use engine::{
    Advance, Caller, Connector, ConnectorError, End, Engine, EngineParts, EngineSettings, NoObserver,
    ParkReason, Run, RunKey, StartRequest, Started, Status, Trigger,
};
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use simulator::{Control, Limits, Options, Simulator, Throttle};
use store::{Condition, Documents, MemoryStore, ObjectStore};

use crate::crash::{CrashPoint, Denied, MortalGate, MortalStore};
use crate::people::{Person, csv};

/// What may differ between worlds.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The engine's settings.
    pub settings: EngineSettings,
    /// Whether the service's rates apply; then the real quota is used, too.
    pub throttle: bool,
    /// How long an advance may work.
    pub deadline: SignedDuration,
}

impl Default for WorldOptions {
    fn default() -> Self {
        let mut settings = EngineSettings::default();
        settings.chunks.rows = 40;
        Self { settings, throttle: false, deadline: SignedDuration::from_mins(10) }
    }
}

/// How a run was driven to its end.
#[derive(Debug, Clone)]
pub enum Ending {
    /// It ended.
    Ended(Box<Run>),
    /// It waits for a person.
    Parked(ParkReason),
}

/// Everything that outlives a process, and the means to start processes.
pub struct World {
    /// The state bucket, as it is.
    pub state: Arc<MemoryStore>,
    /// The segments' bucket.
    pub segments: Arc<MemoryStore>,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// Where processes die.
    pub crash: Arc<CrashPoint>,
    /// How long the next import waits for its turn.
    pub import_wait: Arc<Mutex<Option<SignedDuration>>>,
    /// What the segments' bucket denies.
    pub denied: Arc<Denied>,
    /// What the state bucket denies.
    pub state_denied: Arc<Denied>,
    /// What the connector says of the requests left today.
    pub left_today: Arc<Mutex<Option<u64>>>,
    /// The simulator's controls.
    pub control: Control,
    /// The export.
    pub export: ExportId,
    /// The list at the simulator.
    pub list: String,
    options: WorldOptions,
    /// Time moves only while nobody works: a lease cannot end under somebody who is alive.
    time: tokio::sync::RwLock<()>,
    settings: ClientSettings,
    token: Arc<Mutex<String>>,
    gate: Arc<dyn RequestGate>,
    random: Arc<dyn Random>,
    simulator: Simulator,
}

/// How one process comes to the service.
#[derive(Debug)]
struct ProcessConnector {
    left_today: Arc<Mutex<Option<u64>>>,
    settings: ClientSettings,
    token: Arc<Mutex<String>>,
    gate: Arc<dyn RequestGate>,
}

#[async_trait]
impl Connector for ProcessConnector {
    fn settings(&self) -> ClientSettings {
        self.settings.clone()
    }

    async fn tokens(&self, _connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError> {
        let token = self.token.lock().unwrap().clone();
        Ok(Arc::new(FixedAccessToken::new(Sensitive::new(token))))
    }

    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError> {
        Ok(Arc::clone(&self.gate))
    }

    async fn requests_left_today(&self) -> Result<Option<u64>, ConnectorError> {
        Ok(*self.left_today.lock().unwrap())
    }
}

const START: &str = "2026-11-22T08:00:00Z";

impl World {
    /// A world with one connection, one list, one export of the segment `people`, and no snapshot yet.
    pub async fn new(options: WorldOptions) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let throttle = if options.throttle { Throttle::On } else { Throttle::Off };
        let simulator = Simulator::start(Options {
            clock: simulator::Clock::Settable(start),
            // The world's tokens are not renewed: that is another test's subject.
            limits: Limits { throttle, access_token_seconds: u32::MAX, ..Limits::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let control = simulator.control();
        let list = control.create_list("Newsletter").await.unwrap();
        let random: Arc<dyn Random> = Arc::new(ManualRandom::new(7));
        let state = Arc::new(MemoryStore::with_clock(Arc::<ManualClock>::clone(&clock)));
        let segments = Arc::new(MemoryStore::with_clock(Arc::<ManualClock>::clone(&clock)));
        let crash = Arc::new(CrashPoint::default());
        let base = simulator.base_url();
        let mut settings =
            ClientSettings::at(&format!("{base}/v3"), &format!("{base}/oauth2/default/v1")).unwrap();
        settings.timeouts.import = std::time::Duration::from_secs(20);
        let gate: Arc<dyn RequestGate> = if options.throttle {
            let documents = Documents::new(
                Arc::<MemoryStore>::clone(&state),
                Arc::<ManualClock>::clone(&clock),
                Arc::clone(&random),
            );
            let quota = quota::Quota::new(
                documents,
                "simulated-client",
                quota::Limits::default(),
                Arc::<ManualClock>::clone(&clock),
                Arc::clone(&random),
            );
            let options = quota::GateOptions::default();
            Arc::new(quota::QuotaGate::new(Arc::new(quota), Arc::<ManualClock>::clone(&clock), options))
        } else {
            Arc::new(OpenGate)
        };
        let import_wait = Arc::<Mutex<Option<SignedDuration>>>::default();
        let token = control.issue_tokens("contact_data account_read offline_access").await.unwrap();
        let left_today = Arc::<Mutex<Option<u64>>>::default();
        let token = Arc::new(Mutex::new(token.access_token));
        let world = Self {
            state,
            segments,
            clock,
            crash,
            import_wait,
            denied: Arc::default(),
            state_denied: Arc::default(),
            left_today,
            control,
            export: ExportId::new("export-1").unwrap(),
            list,
            options,
            time: tokio::sync::RwLock::default(),
            settings,
            token,
            gate,
            random,
            simulator,
        };
        world.configure().await;
        world
    }

    async fn configure(&self) {
        let documents = self.documents(Arc::<MemoryStore>::clone(&self.state));
        let now = self.clock.now();
        let connection = ConnectionId::new("connection-1").unwrap();
        let found = Connection {
            authorization: Some(Authorization {
                account: AccountId::new("p07e1l8cdif9dl").unwrap(),
                organization_name: "Sample Organization".into(),
                contact_email: None,
                at: now,
            }),
            export_user: Some(ExportUser {
                who: Actor { subject: "administrator".into(), name: "Administrator".into() },
                at: now,
            }),
            ..Connection::new(connection.clone(), "Newsletter account".into(), now)
        };
        documents.create(&connection_key(&connection), found).await.unwrap();
        self.save_export(self.export.clone(), &[("first_name", "FirstName")]).await;
    }

    /// Writes an export of the segment `people` with these attributes.
    pub async fn save_export(&self, id: ExportId, attributes: &[(&str, &str)]) {
        let attributes = attributes.iter().map(|(field, column)| Attribute {
            field: Field::parse(field).unwrap(),
            source: Source::Column((*column).to_owned()),
        });
        let export = Export {
            id: id.clone(),
            name: "Newsletter".into(),
            connection: Some(ConnectionId::new("connection-1").unwrap()),
            list: ListId::new(self.list.clone()).unwrap(),
            list_name: "Newsletter".into(),
            segments: vec![SegmentName::new("people").unwrap()],
            mapping: Mapping::new("EMail", None, attributes.collect()).unwrap(),
            schedule: Default::default(),
            created_by: None,
            updated_by: None,
            updated_at: self.clock.now(),
            removed_at: None,
        };
        let documents = self.documents(Arc::<MemoryStore>::clone(&self.state));
        let key = export_key(&id);
        match documents.load::<Export>(&key).await.unwrap() {
            Some(current) => documents.replace(&current, export).await.unwrap(),
            None => documents.create(&key, export).await.unwrap(),
        };
    }

    /// Other segments for the export.
    pub async fn use_segments(&self, segments: &[&str]) {
        let documents = self.documents(Arc::<MemoryStore>::clone(&self.state));
        let current = documents.load::<Export>(&export_key(&self.export)).await.unwrap().unwrap();
        let segments = segments.iter().map(|segment| SegmentName::new(*segment).unwrap()).collect();
        let export = Export { segments, ..current.content.clone() };
        documents.replace(&current, export).await.unwrap();
    }

    /// Another list for the export.
    pub async fn use_list(&self, list: &str) {
        let documents = self.documents(Arc::<MemoryStore>::clone(&self.state));
        let current = documents.load::<Export>(&export_key(&self.export)).await.unwrap().unwrap();
        let export = Export { list: ListId::new(list).unwrap(), ..current.content.clone() };
        documents.replace(&current, export).await.unwrap();
    }

    /// The documents of the state bucket, as an administrator changes them.
    pub fn state_documents(&self) -> Documents {
        self.documents(Arc::<MemoryStore>::clone(&self.state))
    }

    fn documents(&self, store: Arc<dyn ObjectStore>) -> Documents {
        Documents::new(store, Arc::<ManualClock>::clone(&self.clock), Arc::clone(&self.random))
    }

    /// A new token: what an administrator achieves by authorising again.
    pub async fn reauthenticate(&self) {
        let token = self.control.issue_tokens("contact_data account_read offline_access").await.unwrap();
        *self.token.lock().unwrap() = token.access_token;
    }

    /// Uploads a snapshot of the segment `people`.
    pub async fn upload(&self, name: &str, people: &[Person]) {
        self.upload_bytes(name, csv(people)).await;
    }

    /// Uploads a snapshot of the segment `people`, whatever its content.
    pub async fn upload_bytes(&self, name: &str, bytes: Vec<u8>) {
        self.upload_file(&format!("segments/people/{name}.csv"), bytes).await;
    }

    /// Uploads a file of a segment.
    pub async fn upload_file(&self, key: &str, bytes: Vec<u8>) {
        self.segments.put(key, bytes.into(), Condition::None).await.unwrap();
        // The next one is newer.
        self.sleep(SignedDuration::from_secs(1)).await;
    }

    /// Lets time pass, for us and for the service.
    pub async fn sleep(&self, duration: SignedDuration) {
        let until = self.clock.now().checked_add(duration).unwrap();
        self.sleep_until(until).await;
    }

    async fn sleep_until(&self, until: Timestamp) {
        self.clock.advance_to(until);
        self.control.set_clock(self.clock.now()).await.unwrap();
    }

    /// A process: an engine that dies at the crash point.
    pub fn process(&self) -> Engine {
        let life = self.crash.new_life();
        let mortal = |inner: Arc<dyn ObjectStore>, denied| MortalStore { inner, life: life.clone(), denied };
        let state = mortal(Arc::<MemoryStore>::clone(&self.state), Arc::clone(&self.state_denied));
        let state: Arc<dyn ObjectStore> = Arc::new(state);
        let segments = mortal(Arc::<MemoryStore>::clone(&self.segments), Arc::clone(&self.denied));
        let gate = Arc::new(MortalGate {
            inner: Arc::clone(&self.gate),
            life,
            simulator: self.control.clone(),
            clock: Arc::clone(&self.clock),
            import_wait: Arc::clone(&self.import_wait),
        });
        let connector = ProcessConnector {
            left_today: Arc::clone(&self.left_today),
            settings: self.settings.clone(),
            token: Arc::clone(&self.token),
            gate,
        };
        Engine::new(EngineParts {
            documents: self.documents(state),
            segments: Arc::new(segments),
            connector: Arc::new(connector),
            clock: Arc::<ManualClock>::clone(&self.clock),
            random: Arc::clone(&self.random),
            observer: Arc::new(NoObserver),
            settings: self.options.settings.clone(),
        })
    }

    /// A request of a person.
    pub fn request(&self, kind: RunKind) -> StartRequest {
        StartRequest {
            trigger: Trigger::OnDemand,
            requested_by: "administrator".into(),
            kind,
            approved: None,
        }
    }

    /// Starts a run and drives it to its end.
    pub async fn run(&self, kind: RunKind) -> Run {
        let engine = self.process();
        let started = engine.start_run(&self.export, self.request(kind)).await.unwrap();
        self.finish(&engine, started.active()).await
    }

    /// Drives a run to its end.
    pub async fn finish(&self, engine: &Engine, key: &RunKey) -> Run {
        match self.drive(engine, key).await {
            Ending::Ended(run) => *run,
            Ending::Parked(reason) => panic!("the run waits for a person: {reason}"),
        }
    }

    /// Drives a run until it has ended or waits for a person; months at most.
    pub async fn drive(&self, engine: &Engine, key: &RunKey) -> Ending {
        self.drive_as(engine, key, Caller::SoleOwner).await
    }

    /// The same for another kind of caller.
    pub async fn drive_as(&self, engine: &Engine, key: &RunKey, caller: Caller) -> Ending {
        for _ in 0..20_000 {
            let working = self.time.read().await;
            let deadline = self.clock.now().checked_add(self.options.deadline).unwrap();
            let advance = engine.advance(key, deadline, caller).await.unwrap();
            drop(working);
            match advance {
                Advance::Done { .. } => {
                    return Ending::Ended(Box::new(engine.run(key).await.unwrap().unwrap()));
                }
                Advance::Wait { until } => {
                    let _nobody_works = self.time.write().await;
                    self.sleep_until(until).await;
                }
                Advance::Parked { reason } => return Ending::Parked(reason),
            }
        }
        panic!("the run does not come to an end");
    }

    /// Starts a run in a process that dies, then goes on in another one. Answers the run and whether the process
    /// did die.
    pub async fn run_with_crash(&self, kind: RunKind, at: u64, when: crate::When) -> (Run, bool) {
        let engine = self.process();
        self.crash.arm(Some((at, when)));
        let first = async {
            let started = engine.start_run(&self.export, self.request(kind)).await.unwrap();
            self.finish(&engine, started.active()).await
        };
        let finished = tokio::select! {
            run = first => Some(run),
            () = self.crash.died() => None,
        };
        self.crash.arm(None);
        if let Some(run) = finished {
            return (run, false);
        }
        let engine = self.process();
        engine.repair(&self.export).await.unwrap();
        let active = engine.occupation(&self.export).await.unwrap().active;
        let key = match active {
            Some(active) => RunKey { export: self.export.clone(), run: active.run },
            // It died before anything was announced, or after everything was done.
            None => match engine.runs(&self.export, 1).await.unwrap().pop() {
                Some(run) if run.ended().is_some() => run.key,
                _ => {
                    let started = engine.start_run(&self.export, self.request(kind)).await.unwrap();
                    assert!(matches!(started, Started::Created(_)));
                    started.active().clone()
                }
            },
        };
        (self.finish(&engine, &key).await, true)
    }

    /// Addresses on the list at the simulator, with first names.
    pub async fn members(&self) -> BTreeMap<String, String> {
        let mut members = BTreeMap::new();
        self.control
            .for_each_member(&self.list, |member| {
                members.insert(member.email, member.first_name);
            })
            .await
            .unwrap();
        members
    }

    /// How often each address was imported: the numbers that occur.
    pub async fn times_imported(&self) -> Vec<u64> {
        self.control.import_histogram().await.unwrap().into_iter().map(|(times, _)| times).collect()
    }

    /// The time.
    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A file in the segments' bucket.
    pub async fn segment_file(&self, key: &str) -> String {
        let object = self.segments.get(key).await.unwrap();
        String::from_utf8(object.bytes.to_vec()).unwrap()
    }

    /// A file in the state bucket.
    pub async fn state_file(&self, key: &str) -> String {
        let object = self.state.get(key).await.unwrap();
        String::from_utf8(object.bytes.to_vec()).unwrap()
    }

    /// Ends the simulator.
    pub async fn close(self) {
        self.simulator.shutdown().await;
    }
}

/// The counts of an ended run, having checked that they add up.
pub fn counts(run: &Run) -> Counts {
    let counts = run.ended().unwrap().counts.clone();
    assert!(counts.is_balanced(), "{counts:?}");
    counts
}

/// How a run ended.
pub fn end(run: &Run) -> (Status, End) {
    let end = run.ended().unwrap().end.clone();
    (end.status(), end)
}
