//! Running services and the real SDK's view of them.
use std::path::Path;
use std::sync::Arc;

use domain::Sensitive;
use embedded_aws::{BucketKind, Credentials, EmbeddedAws, Options};
use store::{S3Settings, S3Store, StaticCredentials};

pub(crate) const BUCKET: &str = "state-bucket";
pub(crate) const FILES: &str = "files-bucket";
const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_ACCESS_KEY: &str = "a secret access key of no account";

pub(crate) fn options(directory: &Path) -> Options {
    let secret_access_key = Sensitive::new(SECRET_ACCESS_KEY.to_owned());
    let credentials = Credentials { access_key_id: ACCESS_KEY_ID.to_owned(), secret_access_key };
    Options::new(directory, credentials).with_bucket(BUCKET, BucketKind::Managed)
}

pub(crate) async fn start(directory: &Path) -> EmbeddedAws {
    EmbeddedAws::start(options(directory)).await.unwrap()
}

pub(crate) fn settings(services: &EmbeddedAws, bucket: &str, secret: &str) -> S3Settings {
    S3Settings {
        endpoint_url: Some(services.endpoint_url().parse().unwrap()),
        region: Some("us-east-1".to_owned()),
        bucket: bucket.to_owned(),
        force_path_style: true,
        credentials: Some(StaticCredentials {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret_access_key: Sensitive::new(secret.to_owned()),
        }),
    }
}

pub(crate) async fn connect(services: &EmbeddedAws, bucket: &str) -> Arc<S3Store> {
    Arc::new(store::s3::connect(&settings(services, bucket, SECRET_ACCESS_KEY)).await)
}

pub(crate) fn secrets_client(services: &EmbeddedAws, secret: &str) -> aws_sdk_secretsmanager::Client {
    use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(services.endpoint_url())
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, secret, None, None, "test"))
        .build();
    aws_sdk_secretsmanager::Client::from_conf(config)
}

pub(crate) fn secrets(services: &EmbeddedAws) -> aws_sdk_secretsmanager::Client {
    secrets_client(services, SECRET_ACCESS_KEY)
}
