//! The parts of the engine, as they are on AWS.

use std::sync::Arc;

use aws_config::BehaviorVersion;
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random, SystemClock, SystemRandom};
use engine::{Engine, EngineParts, EngineSettings};
use notifications::{EventBus, EventBusSettings, NotificationParts, NotificationSettings, Notifications};
use quota::GateOptions;
use store::{AwsServer, Documents, ObjectStore, S3Settings, S3Store};
use tokens::{AwsSecretStore, Grants, SecretsSettings, SourceOptions, TokenVault};

use crate::end_metrics::EndMetrics;
use crate::settings::Settings;

/// What the function works with.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The engine's.
    pub(crate) engine: EngineParts,
    /// Tells people how runs end.
    pub(crate) notifications: Notifications,
}

/// Makes clients of S3, Secrets Manager, EventBridge and Constant Contact. Nothing is sent.
///
/// # Errors
/// When the addresses of Constant Contact cannot be used.
pub(crate) async fn connect(settings: &Settings) -> Result<Parts, constant_contact::SettingsError> {
    let service = match &settings.service {
        Some((api, authorization)) => ClientSettings::at(api, authorization)?,
        None => ClientSettings::production()?,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    // Asks the environment once for all clients; on Lambda it has the role's credentials and the region.
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let bucket = S3Settings {
        endpoint_url: None,
        region: None,
        bucket: settings.state_bucket.clone(),
        // Another server than AWS has no name for each bucket.
        force_path_style: shared.endpoint_url().is_some(),
        credentials: None,
    };
    let client = store::s3::client(&bucket, &shared);
    let state: Arc<dyn ObjectStore> = Arc::new(S3Store::new(client.clone(), bucket.bucket));
    let segments: Arc<dyn ObjectStore> = Arc::new(S3Store::new(client, settings.segments_bucket.clone()));
    let secrets = AwsSecretStore::new(&SecretsSettings::default(), &shared, Arc::clone(&random));
    let vault = TokenVault::new(Arc::new(secrets), settings.secrets_prefix.clone());
    let documents = Documents::new(state, Arc::clone(&clock), Arc::clone(&random));
    let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&clock));
    let connector = ServiceConnector::new(ConnectorParts {
        endpoint: Arc::new(OAuthClient::new(&service)?),
        settings: service,
        vault,
        documents: documents.clone(),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        process: SourceOptions { process: random.uuid().to_string(), sole_owner: false },
        gate: GateOptions::default(),
    });
    let engine = EngineParts {
        documents: documents.clone(),
        segments: Arc::clone(&segments),
        connector: Arc::new(connector),
        observer: Arc::new(EndMetrics::new(Arc::clone(&clock))),
        clock: Arc::clone(&clock),
        random,
        settings: EngineSettings {
            segments_prefix: settings.segments_prefix.clone(),
            ..EngineSettings::default()
        },
    };
    let bus = EventBusSettings { bus: settings.event_bus.clone(), server: AwsServer::default() };
    let notifications = Notifications::new(NotificationParts {
        engine: Engine::new(engine.clone()),
        documents,
        segments,
        grants,
        notifier: Arc::new(EventBus::new(bus, &shared)),
        clock,
        settings: NotificationSettings {
            segments_prefix: settings.segments_prefix.clone(),
            console: settings.console.clone(),
            ..NotificationSettings::default()
        },
    });
    Ok(Parts { engine, notifications })
}
