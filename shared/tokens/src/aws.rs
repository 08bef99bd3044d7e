//! AWS Secrets Manager, and whatever else speaks its protocol.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use domain::{Random, Sensitive};
use store::AwsServer;

use crate::secret::{Secret, SecretError, SecretStore, SecretVersion, next_version};

/// Named in every read of the current version: some servers answer another one without it.
const CURRENT: &str = "AWSCURRENT";

/// Where the secrets are.
pub type SecretsSettings = AwsServer;

/// Connects to the secret store. Nothing is sent yet.
pub async fn connect(settings: &SecretsSettings, random: Arc<dyn Random>) -> AwsSecretStore {
    AwsSecretStore::new(settings, &settings.configuration().await, random)
}

/// Secrets in AWS Secrets Manager.
#[derive(Debug, Clone)]
pub struct AwsSecretStore {
    client: Client,
    random: Arc<dyn Random>,
}

impl AwsSecretStore {
    /// The store of `settings`, with what they leave open taken from `shared`: for who talks to several services.
    ///
    /// An attempt is given up after 5 s, all attempts together after 15 s: a lease is held meanwhile.
    #[must_use]
    pub fn new(settings: &SecretsSettings, shared: &SdkConfig, random: Arc<dyn Random>) -> Self {
        Self { client: Client::new(&settings.for_small_calls(shared)), random }
    }
}

/// What the store answered, without anything it was given.
#[derive(Debug, thiserror::Error)]
#[error("the answer was {code}")]
struct Refused {
    code: String,
}

fn explain<E>(name: &str, error: SdkError<E, HttpResponse>) -> SecretError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let name = name.to_owned();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let SdkError::ServiceError(refusal) = &error else {
        // Time-outs, lost connections, unreadable answers. The source names none of what was sent.
        return match error.into_source() {
            Ok(source) => SecretError::Unavailable(source),
            Err(_) => SecretError::Unavailable("no usable answer".into()),
        };
    };
    let code = refusal.err().code().unwrap_or("unnamed").to_owned();
    match code.as_str() {
        "ResourceNotFoundException" => SecretError::NotFound { name },
        "ResourceExistsException" => SecretError::Conflict { name },
        "AccessDeniedException" | "UnrecognizedClientException" => SecretError::AccessDenied { name },
        // A secret of this name is still being deleted.
        "InvalidRequestException" => SecretError::Unavailable(Box::new(Refused { code })),
        "ThrottlingException" | "InternalServiceError" => {
            SecretError::Unavailable(Box::new(Refused { code }))
        }
        _ if status >= 500 => SecretError::Unavailable(Box::new(Refused { code })),
        _ => SecretError::Other(Box::new(Refused { code })),
    }
}

fn secret(name: &str, value: Option<String>, version: Option<String>) -> Result<Secret, SecretError> {
    match (value, version) {
        (Some(value), Some(version)) => {
            Ok(Secret { value: Sensitive::new(value), version: SecretVersion::new(version) })
        }
        _ => Err(SecretError::NotFound { name: name.to_owned() }),
    }
}

#[async_trait]
impl SecretStore for AwsSecretStore {
    async fn current(&self, name: &str) -> Result<Secret, SecretError> {
        let request = self.client.get_secret_value().secret_id(name).version_stage(CURRENT);
        let answer = request.send().await.map_err(|error| explain(name, error))?;
        secret(name, answer.secret_string, answer.version_id)
    }

    async fn version(&self, name: &str, version: &SecretVersion) -> Result<Secret, SecretError> {
        let request = self.client.get_secret_value().secret_id(name).version_id(version.as_str());
        let answer = request.send().await.map_err(|error| explain(name, error))?;
        secret(name, answer.secret_string, answer.version_id)
    }

    async fn create(&self, name: &str, value: &Sensitive<String>) -> Result<SecretVersion, SecretError> {
        let version = SecretVersion::new(self.random.uuid().to_string());
        let request = self.client.create_secret().name(name).secret_string(value.expose());
        match request.client_request_token(version.as_str()).send().await {
            Ok(_) => Ok(version),
            Err(error) => Err(match explain(name, error) {
                SecretError::Conflict { name } => SecretError::AlreadyExists { name },
                other => other,
            }),
        }
    }

    async fn put(
        &self,
        name: &str,
        read: &SecretVersion,
        value: &Sensitive<String>,
    ) -> Result<SecretVersion, SecretError> {
        let version = next_version(read);
        let request = self.client.put_secret_value().secret_id(name).secret_string(value.expose());
        let answer = request.client_request_token(version.as_str()).send().await;
        answer.map_err(|error| explain(name, error))?;
        Ok(version)
    }

    async fn delete(&self, name: &str) -> Result<(), SecretError> {
        let request = self.client.delete_secret().secret_id(name).force_delete_without_recovery(true);
        match request.send().await.map_err(|error| explain(name, error)) {
            Ok(_) | Err(SecretError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
