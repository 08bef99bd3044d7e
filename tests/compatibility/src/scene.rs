//! The product over stores that can be kept as a folder: with a clock to set, and Constant Contact on loopback.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalog::ConnectionAccess;
use company::{ServiceClock, service_of, visit};
use configuration::{
    AttributeDraft, CALLBACK_PATH, Configuration, ConfigurationParts, ConfigurationSettings, ExportDraft,
    ListChoice, NewConnection,
};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::oauth::OAuthClient;
use constant_contact::{AccessTokens, ClientSettings, RequestGate};
use domain::identifier::{ConnectionId, ExportId};
use domain::mapping::Source;
use domain::{Clock, ManualRandom, Random, Sensitive, in_one_line};
use engine::{
    Advance, Caller, Connector, ConnectorError, Engine, EngineParts, EngineSettings, NoObserver, RunKey,
};
use function_stage::AwsCalls;
use identity::{Person, PublicAddress, Role};
use jiff::{SignedDuration, Timestamp};
use notifications::{NotificationList, NotificationParts, NotificationSettings, Notifications};
use planner::RunKind;
use quota::GateOptions;
use simulator::{Application, Control, Faults, Limits, Naming, Options, Simulator, Switches, Throttle};
use step_functions::{StepFunctionsDriver, StepFunctionsSettings};
use store::{AwsServer, Condition, Documents, ObjectStore};
use tempfile::TempDir;
use tokens::{Grants, MemorySecretStore, SourceOptions, TokenVault};

use crate::account::{self, AccountRows};
use crate::bucket::RecordedBucket;
use crate::process::{MortalGate, Process};
use crate::secrets::{self, RecordedSecrets};

/// Where the product is reached. Nobody looks it up.
const ADDRESS: &str = "https://exports.example.com";

/// The state machine that nobody advances.
const STATE_MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:segment-export";

/// No run of a recording needs so many turns.
const TURNS: usize = 2_000;

/// An address with this before its @ is refused by the service, which does not say whom it refused.
pub(crate) const REFUSED: &str = "refused";

/// What a scene begins with.
#[derive(Debug, Clone)]
pub(crate) struct Beginning {
    /// The time.
    pub(crate) now: Timestamp,
    /// Another one for another process, so that no two writes have the same id.
    pub(crate) seed: u64,
    /// What the account holds; `None` for a new one.
    pub(crate) account: Option<AccountRows>,
    /// What the secret store holds.
    pub(crate) secrets: RecordedSecrets,
}

/// The whole product.
pub struct Scene {
    /// Time.
    pub clock: Arc<ServiceClock>,
    /// The process that may die.
    pub process: Arc<Process>,
    /// The state bucket.
    pub state: RecordedBucket,
    /// The bucket with the segments.
    pub segments: RecordedBucket,
    /// Tokens.
    pub vault: TokenVault,
    /// How tokens stand.
    pub grants: Grants,
    /// The documents of the state bucket.
    pub documents: Documents,
    /// Clients of the service.
    pub connector: Arc<ServiceConnector>,
    /// Ids.
    pub random: Arc<dyn Random>,
    /// Runs.
    pub engine: Engine,
    /// What people do.
    pub configuration: Configuration,
    /// What people are told.
    pub notifications: Notifications,
    /// Steers Constant Contact.
    pub control: Control,
    secrets: Arc<MemorySecretStore>,
    simulator: Simulator,
    folder: TempDir,
}

/// The engine's way to the service: the process may die at any answer.
#[derive(Debug)]
struct MortalConnector {
    inner: Arc<ServiceConnector>,
    process: Arc<Process>,
}

#[async_trait]
impl Connector for MortalConnector {
    fn settings(&self) -> ClientSettings {
        self.inner.settings()
    }

    async fn tokens(&self, connection: &ConnectionId) -> Result<Arc<dyn AccessTokens>, ConnectorError> {
        self.inner.tokens(connection).await
    }

    async fn gate(&self) -> Result<Arc<dyn RequestGate>, ConnectorError> {
        let (inner, process) = (self.inner.gate().await?, Arc::clone(&self.process));
        Ok(Arc::new(MortalGate { inner, process, latest: Mutex::default() }))
    }

    async fn requests_left_today(&self) -> Result<Option<u64>, ConnectorError> {
        self.inner.requests_left_today().await
    }
}

async fn simulator(beginning: &Beginning, folder: &TempDir) -> Simulator {
    let options = || Options {
        data_directory: Some(folder.path().to_owned()),
        clock: simulator::Clock::Settable(beginning.now),
        auto_approve: true,
        application: Application {
            redirect_uris: vec![format!("{ADDRESS}{CALLBACK_PATH}")],
            ..Application::default()
        },
        limits: Limits { throttle: Throttle::Off, ..Limits::default() },
        switches: Switches { activity_seconds: 120, naming: Naming::None, ..Switches::default() },
        faults: Faults { refuse_containing: Some(REFUSED.to_owned()), ..Faults::default() },
        ..Options::default()
    };
    let simulator = Simulator::start(options()).await.unwrap();
    let Some(rows) = &beginning.account else { return simulator };
    simulator.shutdown().await;
    account::write(folder.path(), rows);
    Simulator::start(options()).await.unwrap()
}

impl Scene {
    /// A scene with empty buckets.
    pub(crate) async fn begin(beginning: Beginning) -> Self {
        let folder = TempDir::new().unwrap();
        let simulator = simulator(&beginning, &folder).await;
        let control = simulator.control();
        let service = service_of(&simulator);
        let clock = Arc::new(ServiceClock::new(beginning.now, control.clone()));
        let time: Arc<dyn Clock> = Arc::<ServiceClock>::clone(&clock);
        let random: Arc<dyn Random> = Arc::new(ManualRandom::new(beginning.seed));
        let process = Arc::new(Process::default());
        let state = RecordedBucket::new(Arc::clone(&time), Arc::clone(&process));
        let segments = RecordedBucket::new(Arc::clone(&time), Arc::clone(&process));
        let documents = Documents::new(Arc::new(state.clone()), Arc::clone(&time), Arc::clone(&random));
        let secrets = Arc::new(MemorySecretStore::new());
        secrets::restore(&secrets, beginning.secrets);
        let vault = TokenVault::new(Arc::<MemorySecretStore>::clone(&secrets), "segment-export/");
        let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&time));
        let oauth = OAuthClient::new(&service).unwrap();
        let connector = Arc::new(ServiceConnector::new(ConnectorParts {
            settings: service,
            vault: vault.clone(),
            documents: documents.clone(),
            endpoint: Arc::new(oauth.clone()),
            clock: Arc::clone(&time),
            random: Arc::clone(&random),
            process: SourceOptions { process: format!("process-{}", beginning.seed), sole_owner: false },
            gate: GateOptions::default(),
        }));
        let mut settings = EngineSettings::default();
        settings.chunks.rows = 10;
        let engine = Engine::new(EngineParts {
            documents: documents.clone(),
            segments: Arc::new(segments.clone()),
            connector: Arc::new(MortalConnector {
                inner: Arc::clone(&connector),
                process: Arc::clone(&process),
            }),
            clock: Arc::clone(&time),
            random: Arc::clone(&random),
            observer: Arc::new(NoObserver),
            settings,
        });
        let aws = AwsCalls::start().await;
        let server = AwsServer { endpoint_url: None, region: None, credentials: None };
        let driver = StepFunctionsDriver::new(
            StepFunctionsSettings { state_machine: STATE_MACHINE.to_owned(), server },
            &aws.configuration().await,
            engine.clone(),
            documents.clone(),
            Arc::clone(&time),
        );
        let configuration = Configuration::new(ConfigurationParts {
            documents: documents.clone(),
            segments: Arc::new(segments.clone()),
            engine: engine.clone(),
            connector: Arc::clone(&connector),
            vault: vault.clone(),
            grants: grants.clone(),
            oauth,
            driver: Arc::new(driver),
            clock: Arc::clone(&time),
            random: Arc::clone(&random),
            settings: ConfigurationSettings {
                public_address: PublicAddress::parse(ADDRESS).unwrap(),
                segments_prefix: "segments/".to_owned(),
                privacy_notice: None,
                sample_rows: 5,
                max_members: 1_000_000,
                snapshot_age: EngineSettings::default().snapshot_age,
            },
        });
        let notifications = Notifications::new(NotificationParts {
            engine: engine.clone(),
            documents: documents.clone(),
            segments: Arc::new(segments.clone()),
            grants: grants.clone(),
            notifier: Arc::new(NotificationList::new(documents.clone())),
            clock: time,
            settings: NotificationSettings::default(),
        });
        Self {
            clock,
            process,
            state,
            segments,
            vault,
            grants,
            documents,
            connector,
            random,
            engine,
            configuration,
            notifications,
            control,
            secrets,
            simulator,
            folder,
        }
    }

    /// Somebody of this role who has just signed in.
    #[must_use]
    pub fn person(&self, role: Role) -> Person {
        let (name, now) = (format!("{role:?}"), self.clock.now());
        Person {
            subject: format!("subject-of-{name}"),
            display_name: Sensitive::new(format!("Sample {name}")),
            email: None,
            role,
            authenticated_at: Some(now),
            expires_at: now + SignedDuration::from_hours(1),
        }
    }

    /// An administrator who has just signed in.
    #[must_use]
    pub fn administrator(&self) -> Person {
        self.person(Role::Administrator)
    }

    /// Time passes.
    pub async fn pass(&self, time: SignedDuration) {
        self.clock.pass(time).await;
    }

    /// A connection of which neither step is done.
    pub async fn add_connection(&self, name: &str) -> ConnectionId {
        let access = ConnectionAccess::Contributors;
        let new = NewConnection { display_name: name.to_owned(), access, agreed: true };
        let created = self.configuration.create_connection(&self.administrator(), new).await.unwrap();
        created.value.id
    }

    /// An administrator authenticates the connection, for the first time or again.
    pub async fn authenticate(&self, connection: &ConnectionId) {
        self.pass(SignedDuration::from_secs(1)).await;
        let administrator = self.administrator();
        let url = self.configuration.begin_authorization(&administrator, connection).await.unwrap();
        let answer = visit(url, ADDRESS).await;
        self.configuration.complete_authorization(&administrator, answer).await.unwrap();
    }

    /// Both steps of a new connection.
    pub async fn connect(&self, name: &str) -> ConnectionId {
        let id = self.add_connection(name).await;
        self.authenticate(&id).await;
        let tag = self.configuration.connection(&self.administrator(), &id).await.unwrap().tag;
        self.configuration.add_export_user(&self.administrator(), &id, &tag).await.unwrap();
        id
    }

    /// An export of the segment `people`.
    pub async fn add_export(&self, name: &str, connection: &ConnectionId, list: &str) -> ExportId {
        let first_name =
            AttributeDraft { field: "first_name".to_owned(), source: Source::Column("FirstName".to_owned()) };
        let draft = ExportDraft {
            name: name.to_owned(),
            connection: Some(connection.clone()),
            list: ListChoice::Id(list.to_owned()),
            segments: vec!["people".to_owned()],
            email_column: "EMail".to_owned(),
            attributes: vec![first_name],
            ..ExportDraft::default()
        };
        let saved = self.configuration.create_export(&self.administrator(), &draft, None).await.unwrap();
        saved.export.value.standing.id
    }

    /// A file below the prefix of the segments.
    pub async fn upload(&self, path: &str, text: &str) {
        let key = format!("segments/{path}");
        self.segments.put(&key, text.to_owned().into(), Condition::None).await.unwrap();
        self.pass(SignedDuration::from_secs(1)).await;
    }

    /// A person starts a run.
    pub async fn start(&self, export: &ExportId) -> RunKey {
        let administrator = self.administrator();
        let started =
            self.configuration.run_export(&administrator, export, RunKind::Changes, None).await.unwrap();
        started.active().clone()
    }

    /// Works on all runs, as their drivers do, until each has ended or waits for a person.
    pub async fn work(&self) {
        for _ in 0..TURNS {
            let (mut next, mut ended) = (None, false);
            for key in self.engine.active_runs().await.unwrap() {
                let deadline = self.clock.now() + SignedDuration::from_mins(5);
                let advanced = self.engine.advance(&key, deadline, Caller::Shared).await;
                let advance =
                    advanced.unwrap_or_else(|error| panic!("{}: {}", in_one_line(&error), self.run(&key)));
                self.notifications.advanced(&key, &advance).await;
                match advance {
                    Advance::Done { .. } => ended = true,
                    Advance::Wait { until } => next = Some(next.map_or(until, |next| until.min(next))),
                    Advance::Parked { .. } => {}
                }
            }
            match next {
                // One that has ended may have made room for the next.
                _ if ended => {}
                Some(next) => self.clock.sleep_until(next).await,
                None => return,
            }
        }
        panic!("the runs do not come to an end");
    }

    /// The text of a run, to find out what is wrong with it.
    fn run(&self, key: &RunKey) -> String {
        let bytes = self.state.contents().remove(&format!("runs/{}/{}.json", key.export, key.run));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// Works until the process dies.
    ///
    /// # Panics
    /// When everything is done and it lives.
    pub async fn work_until_death(&self) {
        tokio::select! {
            () = self.work() => panic!("the process did not die"),
            () = self.process.died() => {}
        }
    }

    /// Everything that the secret store holds.
    #[must_use]
    pub fn secrets(&self) -> RecordedSecrets {
        secrets::contents(&self.secrets)
    }

    /// Puts these in place of everything that the secret store holds.
    pub fn restore_secrets(&self, secrets: RecordedSecrets) {
        secrets::restore(&self.secrets, secrets);
    }

    /// What the account holds now.
    #[must_use]
    pub(crate) fn account(&self) -> AccountRows {
        account::read(self.folder.path())
    }

    /// Ends the simulator.
    pub async fn end(self) {
        self.simulator.shutdown().await;
    }
}
