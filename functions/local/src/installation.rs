//! The product's parts as they stand on one machine: stores, secrets, and the way to Constant Contact.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use constant_contact::ClientSettings;
use constant_contact::oauth::OAuthClient;
use domain::{Clock, Random, SystemClock, SystemRandom};
use store::{Documents, ObjectStore, S3Settings, S3Store, StaticCredentials};
use tokens::{AwsSecretStore, Grants, SecretsSettings, TokenVault};
use url::Url;

use crate::services::{Ready, SEGMENTS_BUCKET, STATE_BUCKET};

/// The embedded servers take any region; the SDKs want one.
const REGION: &str = "us-east-1";

/// Secrets of this installation begin with this.
const SECRETS_PREFIX: &str = "segment-export/";

/// Over loopback an answer that takes longer than this was lost.
const SIMULATOR_IMPORT_TIMEOUT: Duration = Duration::from_secs(15);

/// Why the parts do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum InstallationError {
    /// An address of the services is unusable.
    #[error("the services process named an address that is none; start again")]
    Address(#[from] url::ParseError),
    /// Constant Contact's addresses, or the system's certificates, are unusable.
    #[error(transparent)]
    Settings(#[from] constant_contact::SettingsError),
}

/// Everything that an export works with.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The state.
    pub documents: Documents,
    /// The bucket with the segments.
    pub segments: Arc<dyn ObjectStore>,
    /// Tokens and the application's credentials.
    pub vault: TokenVault,
    /// New authorizations.
    pub grants: Grants,
    /// Where Constant Contact is.
    pub settings: ClientSettings,
    /// Its authorization server.
    pub oauth: OAuthClient,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Installation {
    /// The parts, with the services that answer at `ready`: the simulator if there is one, and Constant Contact itself
    /// if there is none.
    ///
    /// # Errors
    /// [`InstallationError`].
    pub fn new(ready: &Ready) -> Result<Self, InstallationError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let endpoint = Url::parse(&ready.aws_endpoint)?;
        let credentials = StaticCredentials {
            access_key_id: ready.access_key_id.clone(),
            secret_access_key: ready.secret_access_key.clone(),
        };
        // Loaded once for all clients; the environment is not asked.
        let shared = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let settings = S3Settings {
            endpoint_url: Some(endpoint.clone()),
            region: Some(REGION.to_owned()),
            bucket: STATE_BUCKET.to_owned(),
            force_path_style: true,
            credentials: Some(credentials.clone()),
        };
        let client = store::s3::client(&settings, &shared);
        let segments: Arc<dyn ObjectStore> = Arc::new(S3Store::new(client.clone(), SEGMENTS_BUCKET));
        let state = S3Store::new(client, STATE_BUCKET);
        let secrets = SecretsSettings {
            endpoint_url: Some(endpoint),
            region: Some(REGION.to_owned()),
            credentials: Some(credentials),
        };
        let secrets = AwsSecretStore::new(&secrets, &shared, Arc::clone(&random));
        let documents = Documents::new(Arc::new(state), Arc::clone(&clock), Arc::clone(&random));
        let vault = TokenVault::new(Arc::new(secrets), SECRETS_PREFIX);
        let grants = Grants::new(vault.clone(), documents.clone(), Arc::clone(&clock));
        let settings = match &ready.simulator {
            Some(base) => {
                let mut settings =
                    ClientSettings::at(&format!("{base}/v3"), &format!("{base}/oauth2/default/v1"))?;
                settings.timeouts.import = SIMULATOR_IMPORT_TIMEOUT;
                settings
            }
            None => ClientSettings::production()?,
        };
        let oauth = OAuthClient::new(&settings)?;
        Ok(Self { documents, segments, vault, grants, settings, oauth, clock, random })
    }
}
