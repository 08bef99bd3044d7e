//! Everything around the function: buckets, secrets, the service, one export and its segment.

use std::sync::Arc;
use std::time::Duration;

use catalog::{Actor, Authorization, Connection, Export, ExportUser, connection_key, export_key};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, TokenGrant};
use domain::field::Field;
use domain::identifier::{AccountId, ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::{Attribute, Mapping, Source};
use domain::{Clock, Random, Sensitive, SystemClock, SystemRandom};
use embedded_aws::{BucketKind, Credentials, EmbeddedAws};
use engine::{Engine, EngineParts, EngineSettings, NoObserver, Run, RunKey, StartRequest, Trigger};
use planner::RunKind;
use quota::GateOptions;
use simulator::{Control, Simulator};
use store::{Condition, Documents, ObjectStore, S3Settings, StaticCredentials};
use tokens::{Grants, SecretsSettings, SourceOptions, TokenVault};

use crate::function::Function;

const STATE: &str = "state-bucket";
const SEGMENTS: &str = "segments-bucket";
const REGION: &str = "us-east-1";
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "a secret access key of no account";
const SECRETS_PREFIX: &str = "test/";

pub(crate) struct Stage {
    pub(crate) control: Control,
    pub(crate) engine: Engine,
    pub(crate) export: ExportId,
    list: String,
    settings: Vec<(&'static str, String)>,
    // Both serve for as long as they live, from this folder.
    _aws: EmbeddedAws,
    _simulator: Simulator,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// An export whose one segment has so many people.
    pub(crate) async fn new(people: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials {
            access_key_id: KEY_ID.to_owned(),
            secret_access_key: Sensitive::new(SECRET_KEY.to_owned()),
        };
        let options = embedded_aws::Options::new(folder.path(), credentials)
            .with_bucket(STATE, BucketKind::Managed)
            .with_bucket(SEGMENTS, BucketKind::Managed);
        let aws = EmbeddedAws::start(options).await.unwrap();
        let simulator = Simulator::start(simulator::Options::default()).await.unwrap();
        let control = simulator.control();
        let base = simulator.base_url();
        let (api, authorization) = (format!("{base}/v3"), format!("{base}/oauth2/default/v1"));
        let settings = vec![
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
            ("AWS_ENDPOINT_URL", aws.endpoint_url()),
            ("STATE_BUCKET", STATE.to_owned()),
            ("SEGMENTS_BUCKET", SEGMENTS.to_owned()),
            ("SECRETS_PREFIX", SECRETS_PREFIX.to_owned()),
            ("CONSTANT_CONTACT_API_BASE", api.clone()),
            ("CONSTANT_CONTACT_AUTHORIZATION_BASE", authorization.clone()),
        ];
        let list = control.create_list("Newsletter").await.unwrap();
        let export = ExportId::new("export-1").unwrap();
        let parts = parts(&aws, ClientSettings::at(&api, &authorization).unwrap()).await;
        configure(&parts.documents, &export, &list).await;
        upload(parts.segments.as_ref(), people).await;
        authorise(&aws, &parts, &control).await;
        let engine = Engine::new(parts);
        Self { control, engine, export, list, settings, _aws: aws, _simulator: simulator, _folder: folder }
    }

    /// A process of the function.
    pub(crate) async fn function(&self) -> Function {
        Function::start(&self.settings).await
    }

    /// The function's settings, to start it with others.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    /// A run that a person has just asked for.
    pub(crate) async fn start_run(&self) -> RunKey {
        let request = StartRequest {
            trigger: Trigger::OnDemand,
            requested_by: "administrator".to_owned(),
            kind: RunKind::Changes,
            approved: None,
        };
        self.engine.start_run(&self.export, request).await.unwrap().active().clone()
    }

    /// The run as it is stored.
    pub(crate) async fn run(&self, key: &RunKey) -> Run {
        self.engine.run(key).await.unwrap().unwrap()
    }

    /// Addresses on the list.
    pub(crate) async fn members(&self) -> Vec<String> {
        let mut members = Vec::new();
        self.control.for_each_member(&self.list, |member| members.push(member.email)).await.unwrap();
        members.sort();
        members
    }
}

fn secrets(aws: &EmbeddedAws) -> SecretsSettings {
    SecretsSettings {
        endpoint_url: Some(aws.endpoint_url().parse().unwrap()),
        region: Some(REGION.to_owned()),
        credentials: Some(credentials()),
    }
}

fn credentials() -> StaticCredentials {
    StaticCredentials {
        access_key_id: KEY_ID.to_owned(),
        secret_access_key: Sensitive::new(SECRET_KEY.to_owned()),
    }
}

async fn bucket(aws: &EmbeddedAws, name: &str) -> Arc<dyn ObjectStore> {
    let settings = S3Settings {
        endpoint_url: Some(aws.endpoint_url().parse().unwrap()),
        region: Some(REGION.to_owned()),
        bucket: name.to_owned(),
        force_path_style: true,
        credentials: Some(credentials()),
    };
    Arc::new(store::s3::connect(&settings).await)
}

async fn vault(aws: &EmbeddedAws) -> TokenVault {
    let store = tokens::connect(&secrets(aws), Arc::new(SystemRandom)).await;
    TokenVault::new(Arc::new(store), SECRETS_PREFIX)
}

/// An engine that starts and reads runs; advancing them is left to the function.
async fn parts(aws: &EmbeddedAws, service: ClientSettings) -> EngineParts {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let documents = Documents::new(bucket(aws, STATE).await, Arc::clone(&clock), Arc::clone(&random));
    let connector = ServiceConnector::new(ConnectorParts {
        endpoint: Arc::new(OAuthClient::new(&service).unwrap()),
        settings: service,
        vault: vault(aws).await,
        documents: documents.clone(),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        process: SourceOptions { process: "test".to_owned(), sole_owner: false },
        gate: GateOptions::default(),
    });
    EngineParts {
        documents,
        segments: bucket(aws, SEGMENTS).await,
        connector: Arc::new(connector),
        clock,
        random,
        observer: Arc::new(NoObserver),
        settings: EngineSettings::default(),
    }
}

fn connection() -> ConnectionId {
    ConnectionId::new("connection-1").unwrap()
}

fn account() -> AccountId {
    AccountId::new("p07e1l8cdif9dl").unwrap()
}

async fn configure(documents: &Documents, export: &ExportId, list: &str) {
    let now = SystemClock.now();
    let found = Connection {
        authorization: Some(Authorization {
            account: account(),
            organization_name: "Sample Organization".to_owned(),
            contact_email: None,
            at: now,
        }),
        export_user: Some(ExportUser {
            who: Actor { subject: "administrator".to_owned(), name: "Administrator".to_owned() },
            at: now,
        }),
        ..Connection::new(connection(), "Newsletter account".to_owned(), now)
    };
    documents.create(&connection_key(&found.id), found).await.unwrap();
    let first_name = Attribute {
        field: Field::parse("first_name").unwrap(),
        source: Source::Column("FirstName".to_owned()),
    };
    let export = Export {
        id: export.clone(),
        name: "Newsletter".to_owned(),
        connection: Some(connection()),
        list: ListId::new(list).unwrap(),
        list_name: "Newsletter".to_owned(),
        segments: vec![SegmentName::new("people").unwrap()],
        mapping: Mapping::new("EMail", None, vec![first_name]).unwrap(),
        schedule: Default::default(),
        created_by: None,
        updated_by: None,
        updated_at: now,
        removed_at: None,
    };
    documents.create(&export_key(&export.id), export).await.unwrap();
}

async fn upload(segments: &dyn ObjectStore, people: usize) {
    let mut text = String::from("CustomerId,EMail,FirstName\n");
    for number in 0..people {
        text += &format!("C{number},person{number}@example.com,Ann\n");
    }
    segments.put("segments/people/2026-11-22.csv", text.into(), Condition::None).await.unwrap();
}

async fn authorise(aws: &EmbeddedAws, parts: &EngineParts, control: &Control) {
    let vault = vault(aws).await;
    let registered = simulator::Application::default();
    let application = ApplicationCredentials {
        client_id: registered.client_id,
        client_secret: Sensitive::new(registered.client_secret),
    };
    vault.store_application(&application).await.unwrap();
    let issued = control.issue_tokens("contact_data account_read offline_access").await.unwrap();
    let grant = TokenGrant {
        access_token: Sensitive::new(issued.access_token),
        refresh_token: issued.refresh_token.map(Sensitive::new),
        expires_in: Duration::from_hours(24),
        scope: None,
    };
    let grants = Grants::new(vault, parts.documents.clone(), Arc::clone(&parts.clock));
    grants.store_new_grant(&connection(), grant, account()).await.unwrap();
}
