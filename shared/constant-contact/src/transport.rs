//! The one loop that every request goes through: gate, token, sending, telling failures apart, repeating.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Random, Sensitive};
use jiff::SignedDuration;
use reqwest::Response;
use serde::de::DeserializeOwned;
use url::Url;

use crate::access_tokens::AccessTokens;
use crate::calls::{Call, CallObserver};
use crate::error::ServiceError;
use crate::exchange::{Answer, Failure, Reading, Request};
use crate::gate::{Observation, Outcome, Purpose, RequestGate};
use crate::retry::{asked_pause, may_repeat};
use crate::settings::{ClientSettings, SettingsError, join};

/// How often the gate is asked for one attempt at most. If the token had to be renewed every time, the request is sent
/// a little after its moment rather than never.
const LEAVES: u32 = 2;

#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    pub(crate) settings: ClientSettings,
    tokens: Arc<dyn AccessTokens>,
    gate: Arc<dyn RequestGate>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// For whom a request is made, and who wants to know of it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) purpose: Purpose,
    pub(crate) observer: Option<Arc<dyn CallObserver>>,
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

    /// Sends `request` and reads the whole answer as JSON.
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        request: Request,
    ) -> Result<T, ServiceError> {
        let (status, body) = self.repeat(caller, &request, Reading::Whole).await?.whole()?;
        // The parser's own words quote what it read.
        serde_json::from_slice(&body).map_err(|_| ServiceError::UnexpectedAnswer {
            status,
            what: "with a body that is not its contract's",
        })
    }

    /// Sends `request` and leaves the answer's body to be read.
    pub(crate) async fn download(&self, caller: &Caller, request: Request) -> Result<Response, ServiceError> {
        self.repeat(caller, &request, Reading::Later).await?.open()
    }

    async fn repeat(
        &self,
        caller: &Caller,
        request: &Request,
        reading: Reading,
    ) -> Result<Answer, ServiceError> {
        let first = self.clock.now();
        let mut renewed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let token = self.permission(caller.purpose, request).await?;
            match self.attempt(caller, request, &token, reading, attempt).await {
                Err(ServiceError::Unauthorized) if !renewed => {
                    renewed = true;
                    self.tokens.renew(&token).await?;
                }
                Err(error) if may_repeat(&error, request.changes()) => {
                    let now = self.clock.now();
                    let since = Duration::try_from(now.duration_since(first)).unwrap_or_default();
                    let at_least = asked_pause(&error, now);
                    let Some(pause) = self.settings.retry.pause(attempt, since, at_least, &*self.random)
                    else {
                        return Err(error);
                    };
                    self.clock.sleep_until(now.saturating_add(pause).unwrap_or(now)).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Leave to send one request now, and a token that lives now.
    async fn permission(
        &self,
        purpose: Purpose,
        request: &Request,
    ) -> Result<Sensitive<String>, ServiceError> {
        // Before the gate, since a renewal takes longer than the gate's leave lasts.
        let mut token = self.tokens.access_token().await?;
        for _ in 0..LEAVES {
            self.gate.acquire(purpose, request.kind).await?;
            // And after it, since it can keep a request for longer than a token lives.
            let living = self.tokens.access_token().await?;
            if living == token {
                break;
            }
            // The leave went by during the renewal.
            token = living;
        }
        Ok(token)
    }

    async fn attempt(
        &self,
        caller: &Caller,
        request: &Request,
        token: &Sensitive<String>,
        reading: Reading,
        attempt: u32,
    ) -> Result<Answer, ServiceError> {
        let sent_at = self.clock.now();
        let outcome = request.send(&self.http, token, reading, &*self.clock).await;
        let (status, failure) = match &outcome {
            Ok(answer) => (Some(answer.status()), None),
            Err(failure) => (failure.status(), Some(failure.error())),
        };
        let duration_ms = milliseconds(self.clock.now().duration_since(sent_at));
        tracing::debug!(
            method = %request.method,
            path = request.template,
            status,
            attempt,
            duration_ms,
            "request to Constant Contact"
        );
        if let Some(observer) = &caller.observer {
            observer.observe(Call {
                sent_at,
                duration_ms,
                method: Cow::Owned(request.method.as_str().to_owned()),
                path: Cow::Borrowed(request.template),
                attempt,
                status,
                failure: failure.map(Into::into),
            });
        }
        if status.is_some() {
            self.gate.observe(Observation { sent_at, outcome: observed(failure) }).await;
        }
        outcome.map_err(Failure::into_error)
    }
}

fn milliseconds(duration: SignedDuration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(0)
}

const fn observed(failure: Option<&ServiceError>) -> Outcome {
    match failure {
        Some(ServiceError::Throttled { until }) => Outcome::Throttled { until: *until },
        Some(ServiceError::QuotaExceeded { until }) => Outcome::QuotaExceeded { until: *until },
        _ => Outcome::Answered,
    }
}
