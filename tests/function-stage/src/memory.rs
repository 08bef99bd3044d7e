//! A connected account in this process: stores in memory, a clock to set, Constant Contact on loopback.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use catalog::{Export, connection_key, export_key};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::identifier::{ExportId, ListId};
use domain::{Clock, ManualClock, ManualRandom, Random};
use engine::{
    Advance, Caller, Engine, EngineParts, EngineSettings, NoObserver, Run, RunKey, StartRequest, Trigger,
};
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use quota::GateOptions;
use schedule::ExportSchedule;
use simulator::{Control, Limits, Options, Simulator, Throttle};
use store::{Condition, Documents, MemoryStore, ObjectStore};
use tokens::{Grants, MemorySecretStore, SourceOptions, TokenVault};

use crate::documents::{authorise, connected, export, rows};

/// When every stage begins: a Sunday.
const START: &str = "2026-11-22T08:00:00Z";

/// No run of a test needs so many turns.
const TURNS: usize = 500;

/// A clock that moves when somebody sleeps, and the simulator with it.
#[derive(Debug)]
pub struct StageClock {
    inner: ManualClock,
    control: Control,
}

impl StageClock {
    /// Lets time pass.
    pub async fn pass(&self, time: SignedDuration) {
        self.sleep_until(self.inner.now() + time).await;
    }
}

#[async_trait]
impl Clock for StageClock {
    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    async fn sleep_until(&self, moment: Timestamp) {
        self.inner.sleep_until(moment).await;
        self.control.set_clock(self.inner.now()).await.unwrap();
    }
}

/// Everything that the libraries right below the functions reach.
pub struct MemoryStage {
    /// Steers Constant Contact.
    pub control: Control,
    /// Time.
    pub clock: Arc<StageClock>,
    /// Ids.
    pub random: Arc<dyn Random>,
    /// The state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// Tokens.
    pub vault: TokenVault,
    /// How tokens stand.
    pub grants: Grants,
    /// Clients of the service.
    pub connector: Arc<ServiceConnector>,
    /// The authorization server.
    pub oauth: OAuthClient,
    /// Runs.
    pub engine: Engine,
    /// The list that every export writes to.
    pub list: ListId,
    // Serves for as long as it lives.
    _simulator: Simulator,
}

impl fmt::Debug for MemoryStage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStage").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl MemoryStage {
    /// A connected account with a list; no export and no segment yet.
    pub async fn new() -> Self {
        Self::over(|state| state).await
    }

    /// The same, with the state bucket behind what `wrap` makes of it: a store with faults, say.
    pub async fn over(wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let simulator = Simulator::start(Options {
            clock: simulator::Clock::Settable(start),
            limits: Limits { throttle: Throttle::Off, ..Limits::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let control = simulator.control();
        let base = simulator.base_url();
        let settings =
            ClientSettings::at(&format!("{base}/v3"), &format!("{base}/oauth2/default/v1")).unwrap();
        let clock = Arc::new(StageClock { inner: ManualClock::new(start), control: control.clone() });
        let time: Arc<dyn Clock> = Arc::<StageClock>::clone(&clock);
        let random: Arc<dyn Random> = Arc::new(ManualRandom::new(7));
        let state: Arc<dyn ObjectStore> = Arc::new(MemoryStore::with_clock(Arc::clone(&time)));
        let segments: Arc<dyn ObjectStore> = Arc::new(MemoryStore::with_clock(Arc::clone(&time)));
        let documents = Documents::new(wrap(state), Arc::clone(&time), Arc::clone(&random));
        let vault = TokenVault::new(Arc::new(MemorySecretStore::new()), "test/");
        let oauth = OAuthClient::new(&settings).unwrap();
        let connector = Arc::new(ServiceConnector::new(ConnectorParts {
            settings,
            vault: vault.clone(),
            documents: documents.clone(),
            endpoint: Arc::new(oauth.clone()),
            clock: Arc::clone(&time),
            random: Arc::clone(&random),
            process: SourceOptions { process: "test".to_owned(), sole_owner: true },
            gate: GateOptions::default(),
        }));
        let engine = Engine::new(EngineParts {
            documents: documents.clone(),
            segments: Arc::clone(&segments),
            connector: Arc::<ServiceConnector>::clone(&connector),
            clock: Arc::clone(&time),
            random: Arc::clone(&random),
            observer: Arc::new(NoObserver),
            settings: EngineSettings::default(),
        });
        let list = ListId::new(control.create_list("Newsletter").await.unwrap()).unwrap();
        let found = connected(start);
        documents.create(&connection_key(&found.id), found).await.unwrap();
        authorise(vault.clone(), &documents, &time, &control).await;
        let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&time));
        Self {
            control,
            clock,
            random,
            documents,
            segments,
            vault,
            grants,
            connector,
            oauth,
            engine,
            list,
            _simulator: simulator,
        }
    }

    /// The clock as most parts want it.
    #[must_use]
    pub fn time(&self) -> Arc<dyn Clock> {
        Arc::<StageClock>::clone(&self.clock)
    }

    /// An export of these segments with this schedule.
    pub async fn export(&self, id: &str, segments: &[&str], schedule: ExportSchedule) -> ExportId {
        let id = ExportId::new(id).unwrap();
        let new = export(id.clone(), self.list.clone(), segments, self.clock.now());
        self.documents.create(&export_key(&id), Export { schedule, ..new }).await.unwrap();
        id
    }

    /// A file with so many people, below the prefix of the segments.
    pub async fn upload(&self, path: &str, people: usize) {
        self.upload_text(path, &rows(people)).await;
    }

    /// A file with this text, below the prefix of the segments.
    pub async fn upload_text(&self, path: &str, text: &str) {
        let key = format!("segments/{path}");
        self.segments.put(&key, text.to_owned().into(), Condition::None).await.unwrap();
    }

    /// A run that a person asks for.
    pub async fn start_run(&self, export: &ExportId) -> RunKey {
        let request = StartRequest {
            trigger: Trigger::OnDemand,
            requested_by: "Ann".to_owned(),
            kind: RunKind::Changes,
            approved: None,
        };
        self.engine.start_run(export, request).await.unwrap().active().clone()
    }

    /// Advances a run until it ends or needs a person, with the time that it takes; a test in which that takes forever
    /// fails.
    pub async fn drive(&self, run: &RunKey) -> Advance {
        for _ in 0..TURNS {
            let deadline = self.clock.now() + SignedDuration::from_mins(10);
            match self.engine.advance(run, deadline, Caller::SoleOwner).await.unwrap() {
                Advance::Wait { until } => self.clock.sleep_until(until).await,
                answer => return answer,
            }
        }
        panic!("the run does not come to an end: it is waiting for {:?}", self.run(run).await.waiting);
    }

    /// The run as it is stored.
    pub async fn run(&self, run: &RunKey) -> Run {
        self.engine.run(run).await.unwrap().unwrap()
    }

    /// Has Constant Contact accept the connection again, as after a person's new authorization.
    pub async fn authorise(&self) {
        authorise(self.vault.clone(), &self.documents, &self.time(), &self.control).await;
    }
}
