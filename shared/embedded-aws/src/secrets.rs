//! Secrets Manager: its JSON calls.

mod model;
mod persistence;
mod protocol;
mod signature;

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::model::Refusal;
use self::persistence::Secrets;
use crate::options::{Credentials, Options};
use crate::storage::Ambience;

/// Names the call, as in `secretsmanager.GetSecretValue`.
pub(crate) const TARGET: &str = "x-amz-target";
/// Secrets Manager takes 64 KiB of secret; base64 and the names around it need some more.
const LONGEST_REQUEST: usize = 256 * 1024;

/// Answers the calls of the SDK.
pub(crate) struct SecretsManager {
    secrets: Arc<Secrets>,
    credentials: Credentials,
}

impl SecretsManager {
    pub(crate) fn open(directory: &Path, options: &Options, ambience: Ambience) -> io::Result<Self> {
        let secrets = Arc::new(Secrets::open(directory, ambience)?);
        Ok(Self { secrets, credentials: options.credentials.clone() })
    }

    pub(crate) async fn answer(&self, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, LONGEST_REQUEST).await else {
            return refuse(&Refusal::InvalidParameter("the request is too long or broke off"));
        };
        if let Err(refusal) = signature::verify(&head, &body, &self.credentials) {
            return refuse(&refusal);
        }
        let target =
            head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default().to_owned();
        let secrets = Arc::clone(&self.secrets);
        let done = tokio::task::spawn_blocking(move || call(&secrets, &target, &body)).await;
        match done.unwrap_or_else(|error| Err(Refusal::Io(io::Error::other(error)))) {
            Ok(answer) => respond(StatusCode::OK, &answer),
            Err(refusal) => refuse(&refusal),
        }
    }
}

fn call(secrets: &Secrets, target: &str, body: &[u8]) -> Result<Value, Refusal> {
    match target.strip_prefix("secretsmanager.").unwrap_or_default() {
        "CreateSecret" => encode(secrets.create(decode(body)?)?),
        "GetSecretValue" => encode(secrets.value(&decode(body)?)?),
        "PutSecretValue" => encode(secrets.put(decode(body)?)?),
        "DescribeSecret" => encode(secrets.describe(&decode(body)?)?),
        "UpdateSecretVersionStage" => encode(secrets.move_stage(&decode(body)?)?),
        "DeleteSecret" => encode(secrets.delete(&decode(body)?)?),
        "ListSecrets" => encode(secrets.list()),
        _ => Err(Refusal::UnknownOperation),
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // serde's message would quote the value.
    serde_json::from_slice(body)
        .map_err(|_| Refusal::InvalidParameter("the request is not of the expected form"))
}

fn encode<T: Serialize>(answer: T) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| Refusal::Io(error.into()))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}

fn refuse(refusal: &Refusal) -> Response {
    let (status, code) = refusal.code();
    if status.is_server_error() {
        tracing::warn!(error = ?refusal, "the embedded Secrets Manager failed");
    }
    respond(status, &json!({ "__type": code, "message": refusal.to_string() }))
}
