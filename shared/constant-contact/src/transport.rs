//! The one loop that every request goes through: gate, token, sending, telling failures apart, repeating.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::{Clock, Random, Sensitive};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use url::Url;

use crate::access_tokens::AccessTokens;
use crate::answer::Refusal;
use crate::error::ServiceError;
use crate::gate::{Observation, Purpose, RequestGate, RequestKind};
use crate::retry::may_repeat;
use crate::settings::{ClientSettings, SettingsError, join};

/// A whole answer may not be larger: far above any the contract allows, far below what a function can hold.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Of an error's body no more than this is read.
const LARGEST_ERROR: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    pub(crate) settings: ClientSettings,
    tokens: Arc<dyn AccessTokens>,
    gate: Arc<dyn RequestGate>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// One request, as often as it may have to be sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The path with placeholders, for logs: the path itself may hold ids.
    pub(crate) template: &'static str,
    pub(crate) kind: RequestKind,
    /// A finished JSON text; cloning it copies nothing.
    pub(crate) body: Option<Bytes>,
    pub(crate) timeout: Duration,
}

impl Call {
    fn changes(&self) -> bool {
        self.method != Method::GET
    }
}

impl Transport {
    pub(crate) fn new(
        settings: ClientSettings,
        tokens: Arc<dyn AccessTokens>,
        gate: Arc<dyn RequestGate>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, SettingsError> {
        Ok(Self { http: settings.http_client()?, settings, tokens, gate, clock, random })
    }

    /// The address of `path` at the service.
    pub(crate) fn url(&self, path: &str) -> Url {
        join(&self.settings.api_base, path)
    }

    /// Sends `call` and reads the whole answer as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        call: Call,
    ) -> Result<T, ServiceError> {
        let (status, body) = self.repeat(purpose, &call, Reading::Whole).await?.whole()?;
        // The parser's own words quote what it read.
        serde_json::from_slice(&body).map_err(|_| ServiceError::UnexpectedAnswer {
            status,
            what: "with a body that is not its contract's",
        })
    }

    /// Sends `call` and leaves the answer's body to be read.
    pub(crate) async fn download(&self, purpose: Purpose, call: Call) -> Result<Response, ServiceError> {
        match self.repeat(purpose, &call, Reading::Later).await? {
            Answer::Open(response) => Ok(response),
            Answer::Whole(status, _) => Err(unexpected(status)),
        }
    }

    async fn repeat(&self, purpose: Purpose, call: &Call, reading: Reading) -> Result<Answer, ServiceError> {
        let first = self.clock.now();
        let mut token = self.tokens.access_token().await?;
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.gate.acquire(purpose, call.kind).await?;
            match self.attempt(call, &token, reading, attempt).await {
                Err(ServiceError::Unauthorized) if !renewed => {
                    renewed = true;
                    token = self.tokens.renew(&token).await?;
                }
                Err(error) if may_repeat(&error, call.changes()) => {
                    let since = self.clock.now().duration_since(first);
                    let since = Duration::try_from(since).unwrap_or_default();
                    let Some(pause) = self.settings.retry.pause(attempt, since, &*self.random) else {
                        return Err(error);
                    };
                    let now = self.clock.now();
                    self.clock.sleep_until(now.saturating_add(pause).unwrap_or(now)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        token: &Sensitive<String>,
        reading: Reading,
        attempt: u32,
    ) -> Result<Answer, ServiceError> {
        let started = self.clock.now();
        let outcome = self.exchange(call, token, reading).await;
        let duration = self.clock.now().duration_since(started);
        let status = match &outcome {
            Ok(Answer::Whole(status, _)) => *status,
            Ok(Answer::Open(response)) => response.status().as_u16(),
            Err(Failure::Answered(status, _)) => *status,
            Err(Failure::NoAnswer(_)) => 0,
        };
        tracing::debug!(
            method = %call.method,
            path = call.template,
            status,
            attempt,
            duration_ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
            "request to Constant Contact"
        );
        if status != 0 {
            self.gate.observe(observed(&outcome)).await;
        }
        outcome.map_err(Failure::into_error)
    }

    async fn exchange(
        &self,
        call: &Call,
        token: &Sensitive<String>,
        reading: Reading,
    ) -> Result<Answer, Failure> {
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .timeout(call.timeout)
            .header(ACCEPT, if matches!(reading, Reading::Later) { "text/csv" } else { "application/json" })
            .bearer_auth(token.expose());
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let mut response = request.send().await.map_err(|error| no_answer(error, call.changes()))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            return match reading {
                Reading::Later => Ok(Answer::Open(response)),
                Reading::Whole => read_whole(&mut response, call.changes())
                    .await
                    .map(|body| Answer::Whole(status, body))
                    .map_err(|error| Failure::Answered(status, error)),
            };
        }
        let body = read_some(&mut response).await;
        let sent_bytes = call.body.as_ref().map_or(0, Bytes::len);
        let refusal =
            Refusal { status, body: &body, changes: call.changes(), sent_bytes, now: self.clock.now() };
        Err(Failure::Answered(status, refusal.meaning()))
    }
}

#[derive(Debug, Clone, Copy)]
enum Reading {
    Whole,
    Later,
}

enum Answer {
    Whole(u16, Bytes),
    Open(Response),
}

impl Answer {
    fn whole(self) -> Result<(u16, Bytes), ServiceError> {
        match self {
            Self::Whole(status, body) => Ok((status, body)),
            Self::Open(response) => Err(unexpected(response.status().as_u16())),
        }
    }
}

const fn unexpected(status: u16) -> ServiceError {
    ServiceError::UnexpectedAnswer { status, what: "in another form than was asked for" }
}

enum Failure {
    /// There was a status.
    Answered(u16, ServiceError),
    NoAnswer(ServiceError),
}

impl Failure {
    fn into_error(self) -> ServiceError {
        match self {
            Self::Answered(_, error) | Self::NoAnswer(error) => error,
        }
    }
}

const fn observed(outcome: &Result<Answer, Failure>) -> Observation {
    match outcome {
        Err(Failure::Answered(_, ServiceError::Throttled { .. })) => Observation::Throttled,
        Err(Failure::Answered(_, ServiceError::QuotaExceeded { .. })) => Observation::QuotaExceeded,
        _ => Observation::Answered,
    }
}

/// Only a connection that was never made proves that nothing arrived. The address is removed from the error: its
/// query can hold a person's address.
fn no_answer(error: reqwest::Error, changes: bool) -> Failure {
    let error = error.without_url();
    Failure::NoAnswer(if error.is_connect() {
        ServiceError::NotSent(error)
    } else if error.is_builder() {
        ServiceError::Invalid { status: 0, key: None }
    } else if changes {
        ServiceError::Unclear(Some(error))
    } else {
        ServiceError::Unavailable(Some(error))
    })
}

async fn read_whole(response: &mut Response, changes: bool) -> Result<Bytes, ServiceError> {
    let status = response.status().as_u16();
    let mut whole = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) if whole.len() + part.len() > LARGEST_ANSWER => {
                return Err(ServiceError::UnexpectedAnswer { status, what: "with far more than expected" });
            }
            Ok(Some(part)) => whole.extend_from_slice(&part),
            Ok(None) => return Ok(whole.freeze()),
            Err(error) if changes => return Err(ServiceError::Unclear(Some(error.without_url()))),
            Err(error) => return Err(ServiceError::Unavailable(Some(error.without_url()))),
        }
    }
}

/// The body of an error is a help, not a need: what cannot be read counts as absent.
async fn read_some(response: &mut Response) -> Bytes {
    let mut read = BytesMut::new();
    while read.len() < LARGEST_ERROR {
        match response.chunk().await {
            Ok(Some(part)) => read.extend_from_slice(&part),
            Ok(None) | Err(_) => break,
        }
    }
    read.truncate(LARGEST_ERROR);
    read.freeze()
}
