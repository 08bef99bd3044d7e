//! Where a bucket is, and a client for it with the time-outs and checksums this product relies on.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use url::Url;

use super::S3Store;
use crate::aws::{AwsServer, StaticCredentials};

/// Where a bucket is.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The server's address when it is not AWS's own.
    pub endpoint_url: Option<Url>,
    /// The bucket's region; `None` takes the one of the AWS environment (on Lambda, the function's).
    pub region: Option<String>,
    /// The bucket's name.
    pub bucket: String,
    /// Put the bucket into the path instead of the host name: for servers without a name of their own.
    pub force_path_style: bool,
    /// Fixed credentials; `None` takes those of the AWS environment (on Lambda, the role's).
    pub credentials: Option<StaticCredentials>,
}

impl S3Settings {
    fn server(&self) -> AwsServer {
        let (endpoint_url, region) = (self.endpoint_url.clone(), self.region.clone());
        AwsServer { endpoint_url, region, credentials: self.credentials.clone() }
    }
}

/// Connects to a bucket. Nothing is sent yet.
///
/// With credentials and region in the settings the environment is not asked; otherwise `aws_config` asks it, once.
/// Who talks to several buckets, or to other AWS services as well, loads the `SdkConfig` once and calls [`client`].
pub async fn connect(settings: &S3Settings) -> S3Store {
    let shared = settings.server().configuration().await;
    S3Store::new(client(settings, &shared), settings.bucket.clone())
}

/// A client for the server of `settings`, with what they leave open taken from `shared`.
///
/// * Checksums only where S3 requires them: the defaults would hash every byte once more, both ways. TLS and, at
///   rest, S3 itself guard the content; snapshots are checked against their own manifest.
/// * An attempt that gets no answer is given up after 60 s, all attempts together after 150 s; that a streamed
///   answer may take longer is not affected. Connecting may take 5 s.
/// * A stream is broken off after a minute in which the server delivered next to nothing;
///   [`crate::open_resuming`] takes it up again. Time in which the consumer does not ask is not held against it.
#[must_use]
pub fn client(settings: &S3Settings, shared: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .operation_timeout(Duration::from_secs(150))
        .build();
    let stalled = StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(60)).build();
    let builder = Builder::from(&settings.server().over(shared))
        .timeout_config(timeouts)
        .stalled_stream_protection(stalled)
        .retry_config(RetryConfig::standard().with_max_attempts(4))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .force_path_style(settings.force_path_style);
    Client::from_conf(builder.build())
}
