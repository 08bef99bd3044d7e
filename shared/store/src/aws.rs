//! Where a server that speaks AWS's protocols is: what all AWS clients of the product have in common.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use domain::Sensitive;
use url::Url;

/// Credentials that do not expire, as an embedded or self-run server knows them.
#[derive(Debug, Clone)]
pub struct StaticCredentials {
    /// Names the key; not secret.
    pub access_key_id: String,
    /// Signs the requests.
    pub secret_access_key: Sensitive<String>,
}

/// Where a server is, and who asks it. What is left open is the AWS environment's: on Lambda, the function's region
/// and role.
#[derive(Debug, Clone, Default)]
pub struct AwsServer {
    /// The server's address when it is not AWS's own.
    pub endpoint_url: Option<Url>,
    /// The region; `None` takes the one of the AWS environment.
    pub region: Option<String>,
    /// Fixed credentials; `None` takes those of the AWS environment.
    pub credentials: Option<StaticCredentials>,
}

/// What clients of AWS are made from in a Lambda function: its region, and its role's credentials, which Lambda puts into
/// the environment; with `endpoint_url` another server than AWS's own. Nothing is sent.
///
/// No other source of credentials is looked for, as `aws_config::load_defaults` does: profiles, containers, instances and
/// a client of STS would be a part of every function that never runs.
#[must_use]
pub fn on_lambda(region: &str, endpoint_url: Option<&Url>) -> SdkConfig {
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials);
    builder.set_endpoint_url(endpoint_url.map(Url::to_string));
    builder.build()
}

impl AwsServer {
    /// The server at `endpoint_url`, or AWS's own; the rest is left to the environment.
    #[must_use]
    pub fn at(endpoint_url: Option<Url>) -> Self {
        Self { endpoint_url, ..Self::default() }
    }

    /// What clients of this server are made from. With credentials and region given the environment is not asked;
    /// otherwise `aws_config` asks it, once. Who talks to several servers loads the `SdkConfig` once and calls
    /// [`AwsServer::over`].
    pub async fn configuration(&self) -> SdkConfig {
        let shared = if self.credentials.is_some() && self.region.is_some() {
            SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build()
        } else {
            aws_config::load_defaults(BehaviorVersion::latest()).await
        };
        self.over(&shared)
    }

    /// What clients of this server are made from, with what it leaves open taken from `shared`.
    #[must_use]
    pub fn over(&self, shared: &SdkConfig) -> SdkConfig {
        let mut builder = shared.to_builder();
        if let Some(endpoint) = &self.endpoint_url {
            builder = builder.endpoint_url(endpoint.as_str());
        }
        if let Some(region) = &self.region {
            builder = builder.region(Region::new(region.clone()));
        }
        if let Some(credentials) = &self.credentials {
            let (id, secret) = (&credentials.access_key_id, credentials.secret_access_key.expose());
            let credentials = Credentials::new(id, secret, None, None, "settings");
            builder = builder.credentials_provider(SharedCredentialsProvider::new(credentials));
        }
        builder.build()
    }

    /// The same for clients whose calls are small and waited for by somebody, or made while a lease is held: connecting
    /// may take 3 s, an attempt is given up after 5 s, three attempts together after 15 s.
    #[must_use]
    pub fn for_small_calls(&self, shared: &SdkConfig) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(5))
            .operation_timeout(Duration::from_secs(15))
            .build();
        let builder = self.over(shared).into_builder().timeout_config(timeouts);
        builder.retry_config(RetryConfig::standard().with_max_attempts(3)).build()
    }
}
