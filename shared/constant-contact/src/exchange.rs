//! One exchange with the service: a request, and what came of it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use domain::{Clock, Sensitive};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response};
use url::Url;

use crate::answer::Refusal;
use crate::error::ServiceError;
use crate::gate::RequestKind;

/// A whole answer may not be larger: far above any the contract allows, far below what a function can hold.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Of an error's body no more than this is read.
const LARGEST_ERROR: usize = 64 * 1024;

/// One request, as often as it may have to be sent.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The path with placeholders, for logs: the path itself may hold ids.
    pub(crate) template: &'static str,
    pub(crate) kind: RequestKind,
    /// A finished JSON text; cloning it copies nothing.
    pub(crate) body: Option<Bytes>,
    pub(crate) timeout: Duration,
}

/// Whether the answer's body is read here, or left to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    Whole,
    Later,
}

/// A success.
pub(crate) enum Answer {
    Whole(u16, Bytes),
    Open(Response),
}

/// No success.
pub(crate) enum Failure {
    /// There was a status.
    Answered(u16, ServiceError),
    NoAnswer(ServiceError),
}

impl Request {
    pub(crate) fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// Sends it, once.
    pub(crate) async fn send(
        &self,
        http: &reqwest::Client,
        token: &Sensitive<String>,
        reading: Reading,
        clock: &dyn Clock,
    ) -> Result<Answer, Failure> {
        let sent_at = clock.now();
        let mut request = http
            .request(self.method.clone(), self.url.clone())
            .timeout(self.timeout)
            .header(ACCEPT, if matches!(reading, Reading::Later) { "text/csv" } else { "application/json" })
            .bearer_auth(token.expose());
        if let Some(body) = &self.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let mut response = request.send().await.map_err(|error| no_answer(error, self.changes()))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            return match reading {
                Reading::Later => Ok(Answer::Open(response)),
                Reading::Whole => read_whole(&mut response, self.changes())
                    .await
                    .map(|body| Answer::Whole(status, body))
                    .map_err(|error| Failure::Answered(status, error)),
            };
        }
        let retry_after = retry_after(response.headers());
        let body = read_some(&mut response).await;
        let sent_bytes = self.body.as_ref().map_or(0, Bytes::len);
        let (changes, now) = (self.changes(), clock.now());
        let refusal = Refusal { status, body: &body, changes, sent_bytes, retry_after, sent_at, now };
        Err(Failure::Answered(status, refusal.meaning()))
    }
}

impl Answer {
    pub(crate) fn whole(self) -> Result<(u16, Bytes), ServiceError> {
        match self {
            Self::Whole(status, body) => Ok((status, body)),
            Self::Open(response) => Err(unexpected(response.status().as_u16())),
        }
    }

    pub(crate) fn open(self) -> Result<Response, ServiceError> {
        match self {
            Self::Open(response) => Ok(response),
            Self::Whole(status, _) => Err(unexpected(status)),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Whole(status, _) => *status,
            Self::Open(response) => response.status().as_u16(),
        }
    }
}

const fn unexpected(status: u16) -> ServiceError {
    ServiceError::UnexpectedAnswer { status, what: "in another form than was asked for" }
}

impl Failure {
    pub(crate) const fn error(&self) -> &ServiceError {
        match self {
            Self::Answered(_, error) | Self::NoAnswer(error) => error,
        }
    }

    pub(crate) fn into_error(self) -> ServiceError {
        match self {
            Self::Answered(_, error) | Self::NoAnswer(error) => error,
        }
    }

    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(status, _) => Some(*status),
            Self::NoAnswer(_) => None,
        }
    }
}

/// The service documents no such header; gateways in front of it may send one. The form with a date is left alone.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
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
