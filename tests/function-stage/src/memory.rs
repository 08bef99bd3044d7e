//! A connected account in this process: stores in memory, a clock to set, Constant Contact on loopback.

use std::fmt;
use std::sync::Arc;

use catalog::{Export, connection_key, export_key};
use company::{Driven, Product, ProductParts, ServiceClock, authorise, enter_application, service_of};
use configuration::Configuration;
use domain::identifier::{ExportId, ListId};
use domain::{Clock, ManualRandom};
use engine::{Advance, Caller, Engine, Run, RunKey, StartRequest, Trigger};
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use schedule::ExportSchedule;
use simulator::{Control, Limits, Options, Simulator, Throttle};
use store::{Condition, Documents, MemoryStore, ObjectStore, UnreliableStore};
use tokens::{Grants, MemorySecretStore, TokenVault};

use crate::documents::{connected, connection, export, rows};
use crate::web_stage::PUBLIC_ADDRESS;

/// When every stage begins: a Sunday.
const START: &str = "2026-11-22T08:00:00Z";

/// No run of a test needs so many turns.
const TURNS: usize = 500;

/// Everything that the libraries right below the functions reach.
pub struct MemoryStage {
    /// Steers Constant Contact.
    pub control: Control,
    /// Time.
    pub clock: Arc<ServiceClock>,
    /// The state bucket, which fails when it is told to.
    pub store: Arc<UnreliableStore>,
    /// The documents of the state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// How tokens stand.
    pub grants: Grants,
    /// Runs.
    pub engine: Engine,
    /// The runs that were to be driven.
    pub driver: Arc<Driven>,
    /// What people, the clock and uploads have done.
    pub configuration: Configuration,
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
        let start: Timestamp = START.parse().unwrap();
        let simulator = Simulator::start(Options {
            clock: simulator::Clock::Settable(start),
            limits: Limits { throttle: Throttle::Off, ..Limits::default() },
            ..Options::default()
        })
        .await
        .unwrap();
        let control = simulator.control();
        let clock = Arc::new(ServiceClock::new(start, control.clone()));
        let time: Arc<dyn Clock> = Arc::<ServiceClock>::clone(&clock);
        let memory = MemoryStore::with_clock(Arc::clone(&time));
        let store = Arc::new(UnreliableStore::new(Arc::new(memory)));
        let segments: Arc<dyn ObjectStore> = Arc::new(MemoryStore::with_clock(Arc::clone(&time)));
        let driver = Arc::new(Driven::default());
        let product = Product::new(ProductParts {
            service: service_of(&simulator),
            state: Arc::<UnreliableStore>::clone(&store),
            segments: Arc::clone(&segments),
            vault: TokenVault::new(Arc::new(MemorySecretStore::new()), "test/"),
            driver: Arc::<Driven>::clone(&driver),
            clock: time,
            random: Arc::new(ManualRandom::new(7)),
            public_address: PUBLIC_ADDRESS.to_owned(),
        });
        let Product { documents, vault, grants, engine, configuration, .. } = product;
        let list = ListId::new(control.create_list("Newsletter").await.unwrap()).unwrap();
        let found = connected(start);
        documents.create(&connection_key(&found.id), found).await.unwrap();
        enter_application(&vault).await;
        authorise(&connection(), &grants, &control).await;
        Self {
            control,
            clock,
            store,
            documents,
            segments,
            grants,
            engine,
            driver,
            configuration,
            list,
            _simulator: simulator,
        }
    }

    /// The clock as most parts want it.
    #[must_use]
    pub fn time(&self) -> Arc<dyn Clock> {
        Arc::<ServiceClock>::clone(&self.clock)
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
        authorise(&connection(), &self.grants, &self.control).await;
    }
}
