//! Everything around the function: buckets, secrets, the service, one export and its segment.

use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs};

use catalog::{connection_key, export_key};
use company::{authorise, enter_application};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::identifier::{ExportId, ListId};
use domain::{Clock, Random, Sensitive, SystemClock, SystemRandom};
use embedded_aws::{BucketKind, Credentials, EmbeddedAws};
use engine::{Engine, EngineParts, EngineSettings, NoObserver, Run, RunKey, StartRequest, Trigger};
use planner::RunKind;
use quota::GateOptions;
use serde_json::Value;
use simulator::{Control, Simulator};
use store::{Condition, Documents, ObjectStore, S3Settings, StaticCredentials};
use tokens::{Grants, SecretsSettings, SourceOptions, TokenVault};

use crate::documents::{SamplePerson, connected, connection, export as export_of, rows};
use crate::function::Function;
use crate::private::Private;

const STATE: &str = "state-bucket";
const SEGMENTS: &str = "segments-bucket";
const REGION: &str = "us-east-1";
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "a secret access key of no account";
const SECRETS_PREFIX: &str = "test/";

/// A connected account, an export and its segment, on servers that a function in another process reaches, too.
pub struct Stage {
    /// Steers Constant Contact.
    pub control: Control,
    /// Starts and reads runs.
    pub engine: Engine,
    /// The state bucket.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// The export.
    pub export: ExportId,
    list: String,
    settings: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    // Both serve for as long as they live, from this folder.
    _aws: EmbeddedAws,
    _simulator: Simulator,
}

impl fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stage").field("export", &self.export).finish_non_exhaustive()
    }
}

impl Stage {
    /// An export whose one segment has so many people, those of [`SamplePerson::number`].
    pub async fn new(people: usize) -> Self {
        Self::of(rows(people), simulator::Options::default()).await
    }

    /// An export whose one segment is this file, with Constant Contact as these options have it.
    pub async fn of(segment: String, service: simulator::Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials {
            access_key_id: KEY_ID.to_owned(),
            secret_access_key: Sensitive::new(SECRET_KEY.to_owned()),
        };
        let options = embedded_aws::Options::new(folder.path(), credentials)
            .with_bucket(STATE, BucketKind::Managed)
            .with_bucket(SEGMENTS, BucketKind::Managed);
        let aws = EmbeddedAws::start(options).await.unwrap();
        let simulator = Simulator::start(service).await.unwrap();
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
        upload(parts.segments.as_ref(), segment).await;
        let vault = vault(&aws).await;
        enter_application(&vault).await;
        let grants = Grants::new(vault, parts.documents.clone(), Arc::clone(&parts.clock));
        authorise(&connection(), &grants, &control).await;
        let (documents, segments) = (parts.documents.clone(), Arc::clone(&parts.segments));
        let engine = Engine::new(parts);
        Self {
            control,
            engine,
            documents,
            segments,
            export,
            list,
            settings,
            folder,
            _aws: aws,
            _simulator: simulator,
        }
    }

    /// A process of the function whose binary lies there.
    pub async fn function(&self, binary: &str) -> Function {
        Function::start(binary, &self.settings).await
    }

    /// The function's settings, to start it with others.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    /// A run that a person has just asked for.
    pub async fn start_run(&self) -> RunKey {
        let request = StartRequest {
            trigger: Trigger::OnDemand,
            requested_by: "administrator".to_owned(),
            kind: RunKind::Changes,
            approved: None,
        };
        self.engine.start_run(&self.export, request).await.unwrap().active().clone()
    }

    /// The run as it is stored.
    pub async fn run(&self, key: &RunKey) -> Run {
        self.engine.run(key).await.unwrap().unwrap()
    }

    /// What no log may hold: the first so many people of the segment, every token and secret that is or was stored, and
    /// the key of the AWS account.
    #[must_use]
    pub fn private(&self, people: usize) -> Private {
        let secrets = stored_secrets(&self.folder.path().join("secrets"));
        assert!(secrets.len() >= 3, "an access token, a refresh token and the application's secret at least");
        let private = Private::default()
            .secrets("a stored token or secret", secrets)
            .secret("the key of the AWS account", SECRET_KEY);
        (0..people).map(SamplePerson::number).fold(private, |private, person| {
            private
                .personal("an address of a row", &person.email)
                .personal("a name of a row", &person.first_name)
                .personal("an id of a row", &person.customer_id)
        })
    }

    /// Addresses on the list.
    pub async fn members(&self) -> Vec<String> {
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

async fn configure(documents: &Documents, export: &ExportId, list: &str) {
    let now = SystemClock.now();
    let found = connected(now);
    documents.create(&connection_key(&found.id), found).await.unwrap();
    let list = ListId::new(list).unwrap();
    let found = export_of(export.clone(), list, &["people"], now);
    documents.create(&export_key(export), found).await.unwrap();
}

async fn upload(segments: &dyn ObjectStore, segment: String) {
    segments.put("segments/people/2026-11-22.csv", segment.into(), Condition::None).await.unwrap();
}

/// Every token and secret in the embedded Secrets Manager, with those that were replaced.
fn stored_secrets(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // Others are being written.
    for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let document: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        for version in document["versions"].as_array().unwrap() {
            let content = version["content"]["SecretString"].as_str().unwrap();
            let content: Value = serde_json::from_str(content).unwrap();
            for (name, value) in content.as_object().unwrap() {
                let is_secret = name.contains("token") || name.contains("secret");
                found.extend(value.as_str().filter(|value| is_secret && value.len() > 8).map(str::to_owned));
            }
        }
    }
    found
}
