//! The parts of the function, as they are on AWS.

use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use configuration::{Configuration, ConfigurationParts, ConfigurationSettings};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random, SystemClock, SystemRandom};
use engine::{Engine, EngineParts, EngineSettings, NoObserver};
use notifications::{EventBus, EventBusSettings, NotificationParts, NotificationSettings, Notifications};
use quota::GateOptions;
use step_functions::{StepFunctionsDriver, StepFunctionsSettings};
use store::{AwsServer, Documents, ObjectStore, S3Settings, S3Store};
use tokens::{AwsSecretStore, Grants, SecretsSettings, SourceOptions, TokenVault};
use url::Url;

use crate::handler::HandlerParts;
use crate::settings::Settings;

/// Of a segment's rows none is shown here.
const SAMPLE_ROWS: usize = 0;

/// Why the function cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The addresses of Constant Contact.
    #[error("the addresses of Constant Contact cannot be used")]
    Service(#[from] constant_contact::SettingsError),
    /// The public address.
    #[error("the public address cannot be used in links")]
    PublicAddress(#[from] url::ParseError),
}

/// Makes clients of all services that the function uses. Nothing is sent.
///
/// # Errors
/// [`ConnectError`] when a setting cannot be used.
pub async fn connect(settings: &Settings) -> Result<HandlerParts, ConnectError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    // Asks the environment once for all clients; on Lambda it has the role's credentials and the region.
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let service = match &settings.service {
        Some((api, authorization)) => ClientSettings::at(api, authorization)?,
        None => ClientSettings::production()?,
    };
    let oauth = OAuthClient::new(&service)?;
    let (state, segments) = buckets(settings, &shared);
    let secrets = AwsSecretStore::new(&SecretsSettings::default(), &shared, Arc::clone(&random));
    let vault = TokenVault::new(Arc::new(secrets), settings.secrets_prefix.clone());
    let documents = Documents::new(state, Arc::clone(&clock), Arc::clone(&random));
    let connector = Arc::new(ServiceConnector::new(ConnectorParts {
        endpoint: Arc::new(oauth.clone()),
        settings: service,
        vault: vault.clone(),
        documents: documents.clone(),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        process: SourceOptions { process: random.uuid().to_string(), sole_owner: false },
        gate: GateOptions::default(),
    }));
    let engine_settings =
        EngineSettings { segments_prefix: settings.segments_prefix.clone(), ..EngineSettings::default() };
    let max_members = engine_settings.max_members;
    let engine = Engine::new(EngineParts {
        documents: documents.clone(),
        segments: Arc::clone(&segments),
        connector: Arc::<ServiceConnector>::clone(&connector),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        // Runs are advanced, and observed, elsewhere.
        observer: Arc::new(NoObserver),
        settings: engine_settings,
    });
    let machine =
        StepFunctionsSettings { state_machine: settings.state_machine.clone(), server: AwsServer::default() };
    let driver =
        StepFunctionsDriver::new(machine, &shared, engine.clone(), documents.clone(), Arc::clone(&clock));
    let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&clock));
    let bus = EventBusSettings { bus: settings.event_bus.clone(), server: AwsServer::default() };
    let notifications = Notifications::new(NotificationParts {
        engine: engine.clone(),
        documents: documents.clone(),
        segments: Arc::clone(&segments),
        grants: grants.clone(),
        notifier: Arc::new(EventBus::new(bus, &shared)),
        clock: Arc::clone(&clock),
        settings: NotificationSettings {
            segments_prefix: settings.segments_prefix.clone(),
            console: Some(Url::parse(settings.public_address.origin())?),
            ..NotificationSettings::default()
        },
    });
    let configuration = Configuration::new(ConfigurationParts {
        documents,
        segments: Arc::clone(&segments),
        engine,
        connector,
        vault,
        grants,
        oauth,
        driver: Arc::new(driver),
        clock: Arc::clone(&clock),
        random,
        settings: ConfigurationSettings {
            public_address: settings.public_address.clone(),
            segments_prefix: settings.segments_prefix.clone(),
            privacy_notice: None,
            sample_rows: SAMPLE_ROWS,
            max_members,
        },
    });
    let segments_bucket = settings.segments_bucket.clone();
    Ok(HandlerParts { configuration, notifications, clock, segments, segments_bucket })
}

fn buckets(settings: &Settings, shared: &SdkConfig) -> (Arc<dyn ObjectStore>, Arc<dyn ObjectStore>) {
    let bucket = S3Settings {
        endpoint_url: None,
        region: None,
        bucket: settings.state_bucket.clone(),
        // Another server than AWS has no name for each bucket.
        force_path_style: shared.endpoint_url().is_some(),
        credentials: None,
    };
    let client = store::s3::client(&bucket, shared);
    let state = S3Store::new(client.clone(), bucket.bucket);
    (Arc::new(state), Arc::new(S3Store::new(client, settings.segments_bucket.clone())))
}
