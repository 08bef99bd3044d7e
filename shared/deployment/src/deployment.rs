//! The parts of the product, as they are on AWS.

use std::sync::Arc;

use aws_config::SdkConfig;
use configuration::{Configuration, ConfigurationParts, ConfigurationSettings};
use connector::{ConnectorParts, ServiceConnector};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random, SystemClock, SystemRandom};
use engine::{Engine, EngineParts, EngineSettings, NoObserver, Observer};
use notifications::{EventBus, EventBusSettings, NotificationParts, NotificationSettings, Notifications};
use quota::GateOptions;
use step_functions::{StepFunctionsDriver, StepFunctionsSettings};
use store::{AwsServer, Documents, ObjectStore, S3Settings, S3Store};
use tokens::{AwsSecretStore, Grants, SecretsSettings, SourceOptions, TokenVault};
use url::Url;

use crate::error::StartError;
use crate::settings::{ActionSettings, AwsSettings, CommonSettings, NotifierSettings};

/// What every function stands on: clients of S3, Secrets Manager and Constant Contact, and what is made of them.
///
/// Make one at the start; everything that it makes shares its clients.
#[derive(Debug)]
pub struct Deployment {
    aws: SdkConfig,
    servers: AwsSettings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    oauth: OAuthClient,
    vault: TokenVault,
    grants: Grants,
    documents: Documents,
    segments: Arc<dyn ObjectStore>,
    connector: Arc<ServiceConnector>,
    engine: EngineSettings,
}

impl Deployment {
    /// Makes the clients. Nothing is sent.
    ///
    /// # Errors
    /// [`StartError`] when the addresses of Constant Contact cannot be used.
    pub fn connect(settings: &CommonSettings) -> Result<Self, StartError> {
        let service = match &settings.service {
            Some((api, authorization)) => ClientSettings::at(api, authorization)?,
            None => ClientSettings::production()?,
        };
        let oauth = OAuthClient::new(&service)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let aws = store::on_lambda(&settings.aws.region, settings.aws.endpoint.as_ref());
        let (state, segments) = buckets(settings, &aws);
        let secrets = AwsSecretStore::new(&SecretsSettings::default(), &aws, Arc::clone(&random));
        let vault = TokenVault::new(Arc::new(secrets), settings.secrets_prefix.clone());
        let documents = Documents::new(state, Arc::clone(&clock), Arc::clone(&random));
        let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&clock));
        let connector = ServiceConnector::new(ConnectorParts {
            endpoint: Arc::new(oauth.clone()),
            settings: service,
            vault: vault.clone(),
            documents: documents.clone(),
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            process: SourceOptions { process: random.uuid().to_string(), sole_owner: false },
            gate: GateOptions::default(),
        });
        let connector = Arc::new(connector);
        let engine =
            EngineSettings { segments_prefix: settings.segments_prefix.clone(), ..EngineSettings::default() };
        Ok(Self {
            aws,
            servers: settings.aws.clone(),
            clock,
            random,
            oauth,
            vault,
            grants,
            documents,
            segments,
            connector,
            engine,
        })
    }

    /// The time of this machine.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The randomness of this machine.
    #[must_use]
    pub fn random(&self) -> Arc<dyn Random> {
        Arc::clone(&self.random)
    }

    /// The bucket with the segments.
    #[must_use]
    pub fn segments(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.segments)
    }

    /// What an engine is made of; `observer` sees runs that are advanced with it.
    #[must_use]
    pub fn engine_parts(&self, observer: Arc<dyn Observer>) -> EngineParts {
        EngineParts {
            documents: self.documents.clone(),
            segments: self.segments(),
            connector: Arc::<ServiceConnector>::clone(&self.connector),
            clock: self.clock(),
            random: self.random(),
            observer,
            settings: self.engine.clone(),
        }
    }

    /// An engine that starts, stops and reads runs, which are advanced, and observed, elsewhere.
    fn engine(&self) -> Engine {
        Engine::new(self.engine_parts(Arc::new(NoObserver)))
    }

    /// What tells people of runs, over the event bus.
    #[must_use]
    pub fn notifications(&self, settings: NotifierSettings) -> Notifications {
        let NotifierSettings { event_bus, console } = settings;
        let bus =
            EventBusSettings { bus: event_bus, server: AwsServer::at(self.servers.event_bridge.clone()) };
        Notifications::new(NotificationParts {
            engine: self.engine(),
            documents: self.documents.clone(),
            segments: self.segments(),
            grants: self.grants.clone(),
            notifier: Arc::new(EventBus::new(bus, &self.aws)),
            clock: self.clock(),
            settings: NotificationSettings {
                segments_prefix: self.engine.segments_prefix.clone(),
                console,
                ..NotificationSettings::default()
            },
        })
    }

    /// Every action of a person, a clock or an upload. `sample_rows` of a segment are shown as a sample.
    #[must_use]
    pub fn configuration(
        &self,
        settings: ActionSettings,
        privacy_notice: Option<Url>,
        sample_rows: usize,
    ) -> Configuration {
        let ActionSettings { state_machine, public_address } = settings;
        let machine = StepFunctionsSettings {
            state_machine,
            server: AwsServer::at(self.servers.step_functions.clone()),
        };
        let engine = self.engine();
        let driver = StepFunctionsDriver::new(
            machine,
            &self.aws,
            engine.clone(),
            self.documents.clone(),
            self.clock(),
        );
        Configuration::new(ConfigurationParts {
            documents: self.documents.clone(),
            segments: self.segments(),
            engine,
            connector: Arc::clone(&self.connector),
            vault: self.vault.clone(),
            grants: self.grants.clone(),
            oauth: self.oauth.clone(),
            driver: Arc::new(driver),
            clock: self.clock(),
            random: self.random(),
            settings: ConfigurationSettings {
                public_address,
                segments_prefix: self.engine.segments_prefix.clone(),
                privacy_notice,
                sample_rows,
                max_members: self.engine.max_members,
                snapshot_age: self.engine.snapshot_age,
            },
        })
    }
}

/// The bucket with the state and that with the segments.
fn buckets(settings: &CommonSettings, aws: &SdkConfig) -> (Arc<dyn ObjectStore>, Arc<dyn ObjectStore>) {
    let bucket = S3Settings {
        endpoint_url: None,
        region: None,
        bucket: settings.state_bucket.clone(),
        // Another server than AWS has no name for each bucket.
        force_path_style: aws.endpoint_url().is_some(),
        credentials: None,
    };
    let client = store::s3::client(&bucket, aws);
    // An answer of Lambda holds 6 MB, a report or an outcome file far more: people download them by a link.
    let state = S3Store::new(client.clone(), bucket.bucket).giving_links();
    let segments = S3Store::new(client, settings.segments_bucket.clone()).giving_links();
    (Arc::new(state), Arc::new(segments))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::Sensitive;
    use store::{LinkTerms, StaticCredentials};

    use super::*;
    use crate::environment::{AWS_REGION, Environment, SEGMENTS_BUCKET, STATE_BUCKET};

    #[tokio::test]
    async fn files_of_both_buckets_are_downloaded_from_s3_itself() {
        let credentials = StaticCredentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Sensitive::new("a secret access key of no account".to_owned()),
        };
        let region = Some("eu-central-1".to_owned());
        let server = AwsServer { endpoint_url: None, region: region.clone(), credentials: Some(credentials) };
        let environment = Environment::of(|name| match name {
            STATE_BUCKET => Some("state".to_owned()),
            SEGMENTS_BUCKET => Some("segments".to_owned()),
            AWS_REGION => region.clone(),
            _ => None,
        });
        let settings = CommonSettings::read(&environment).unwrap();
        let (state, segments) = buckets(&settings, &server.configuration().await);
        let terms = LinkTerms {
            file_name: "file.csv".to_owned(),
            content_type: "text/csv",
            lifetime: Duration::from_secs(60),
        };
        for (bucket, name) in [(state, "state"), (segments, "segments")] {
            let link = bucket.link("a/file.csv", &terms).await.unwrap().unwrap();
            let host = format!("{name}.s3.eu-central-1.amazonaws.com");
            assert_eq!((link.expose().scheme(), link.expose().host_str()), ("https", Some(host.as_str())));
        }
    }
}
