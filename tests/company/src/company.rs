//! The company: a product with everything around it, time and files.

use std::sync::Arc;

use configuration::{CALLBACK_PATH, Configuration};
use constant_contact::oauth::OAuthClient;
use domain::identifier::ExportId;
use domain::{Clock, ManualClock, ManualRandom};
use engine::{Advance, Caller, Engine, Run, RunKey, StartRequest, Trigger};
use jiff::{SignedDuration, Timestamp};
use simulator::{Application, Control, Limits, Options, Simulator, Throttle};
use store::{Condition, Documents, MemoryStore, ObjectStore, UnreliableStore};
use tokens::{Grants, MemorySecretStore, TokenVault};

use crate::driven::Driven;
use crate::product::{Product, ProductParts, service_of};
use crate::seed::enter_application;

/// When every company begins: a Sunday.
pub const START: &str = "2026-11-22T03:33:00Z";

/// A snapshot of three people, of whom the last has an address that is none.
pub const PEOPLE: &str =
    "CustomerId,EMail,FirstName,Hobby\n1,ann@example.com,Ann,Chess\n2,bob@example.com,Bob,\n3,nobody,Eve,\n";

/// No run of a test needs so many turns.
const TURNS: usize = 500;

/// Everything around the actions of a person: buckets in memory, a clock to set, Constant Contact on loopback.
pub struct Company {
    /// Where people reach the product.
    pub address: String,
    /// Steers Constant Contact.
    pub control: Control,
    /// Time; Constant Contact's follows only in [`Company::finish`] and where a test says so.
    pub clock: Arc<ManualClock>,
    /// Ids.
    pub random: Arc<ManualRandom>,
    /// The state bucket, as it is.
    pub memory: MemoryStore,
    /// The state bucket, as the product reaches it.
    pub store: Arc<UnreliableStore>,
    /// The bucket with the segments.
    pub segments: MemoryStore,
    /// The documents of the state bucket.
    pub documents: Documents,
    /// Tokens.
    pub vault: TokenVault,
    /// How tokens stand.
    pub grants: Grants,
    /// The authorization server.
    pub oauth: OAuthClient,
    /// Runs.
    pub engine: Engine,
    /// The runs that were to be driven.
    pub driver: Arc<Driven>,
    /// What people do.
    pub configuration: Configuration,
    // Serves for as long as it lives.
    _simulator: Simulator,
}

async fn simulator(start: Timestamp, address: &str) -> Simulator {
    let redirect = format!("{address}{CALLBACK_PATH}");
    Simulator::start(Options {
        clock: simulator::Clock::Settable(start),
        auto_approve: true,
        application: Application { redirect_uris: vec![redirect], ..Application::default() },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        ..Options::default()
    })
    .await
    .unwrap()
}

impl Company {
    /// A company that has entered its application's credentials, whose people reach the product at `address`.
    pub async fn new(address: &str) -> Self {
        let company = Self::bare(address).await;
        company.enter_application().await;
        company
    }

    /// A company on its first day: nobody has done anything yet.
    pub async fn bare(address: &str) -> Self {
        Self::in_buckets(address, |bucket| bucket).await
    }

    /// The same, in buckets that `prepared` has changed.
    pub async fn in_buckets(address: &str, prepared: impl Fn(MemoryStore) -> MemoryStore) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let simulator = simulator(start, address).await;
        let clock = Arc::new(ManualClock::new(start));
        let random = Arc::new(ManualRandom::new(11));
        let memory = prepared(MemoryStore::with_clock(clock.clone()));
        let store = Arc::new(UnreliableStore::new(Arc::new(memory.clone())));
        let segments = prepared(MemoryStore::with_clock(clock.clone()));
        let driver = Arc::new(Driven::default());
        let product = Product::new(ProductParts {
            service: service_of(&simulator),
            state: store.clone(),
            segments: Arc::new(segments.clone()),
            vault: TokenVault::new(Arc::new(MemorySecretStore::new()), "test/"),
            driver: driver.clone(),
            clock: clock.clone(),
            random: random.clone(),
            public_address: address.to_owned(),
        });
        let Product { documents, vault, grants, oauth, connector: _, engine, configuration } = product;
        Self {
            address: address.to_owned(),
            control: simulator.control(),
            clock,
            random,
            memory,
            store,
            segments,
            documents,
            vault,
            grants,
            oauth,
            engine,
            driver,
            configuration,
            _simulator: simulator,
        }
    }

    /// An administrator has entered the application's credentials.
    pub async fn enter_application(&self) {
        enter_application(&self.vault).await;
    }

    /// Moves the product's clock.
    pub fn time_passes(&self, duration: SignedDuration) {
        self.clock.advance_to(self.clock.now() + duration);
    }

    /// A file below the prefix of the segments; the next one is newer.
    pub async fn upload(&self, path: &str, text: &str) {
        let key = format!("segments/{path}");
        self.segments.put(&key, text.to_owned().into(), Condition::None).await.unwrap();
        self.time_passes(SignedDuration::from_secs(1));
    }

    /// Whether the state bucket holds anything whose key begins with `prefix`.
    #[must_use]
    pub fn holds(&self, prefix: &str) -> bool {
        self.memory.keys().iter().any(|key| key.starts_with(prefix))
    }

    /// A run that the clock has started for Ada Amberg, and that was not worked on yet.
    pub async fn run(&self, export: &ExportId) -> RunKey {
        let request = StartRequest {
            trigger: Trigger::Scheduled,
            requested_by: "Ada Amberg".to_owned(),
            kind: Default::default(),
            approved: None,
        };
        self.engine.start_run(export, request).await.unwrap().active().clone()
    }

    /// Works on a run until its end, with the time that it takes.
    ///
    /// # Panics
    /// When it waits for a person or does not come to an end.
    pub async fn finish(&self, key: &RunKey) -> Run {
        let Self { engine, clock, control, .. } = self;
        for _ in 0..TURNS {
            control.set_clock(clock.now()).await.unwrap();
            let deadline = clock.now() + SignedDuration::from_mins(10);
            match engine.advance(key, deadline, Caller::SoleOwner).await.unwrap() {
                Advance::Done { .. } => return engine.run(key).await.unwrap().unwrap(),
                Advance::Wait { until } => clock.advance_to(until),
                Advance::Parked { reason } => panic!("the run waits for a person: {reason}"),
            }
        }
        panic!("the run does not come to an end");
    }
}
