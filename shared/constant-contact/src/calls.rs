//! A record of each request, for people who want to see what was asked: without bodies, addresses or queries.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;

/// One request that was sent to Constant Contact, repetitions each on their own. It names no person: no body, no
/// query, no token, and of the path only its form.
///
/// The service documents no id of its own for a request, so there is none here. Requests of the authorization
/// server are not among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// How long the answer took, in milliseconds: to the last byte, or to the head of a download.
    pub duration_ms: u64,
    /// `GET` or `POST`.
    pub method: Cow<'static, str>,
    /// The path below the service's base path, with placeholders such as `/contact_lists/{list_id}`.
    pub path: Cow<'static, str>,
    /// Counted from 1 for the first attempt of one request.
    pub attempt: u32,
    /// The HTTP status; none without an answer.
    pub status: Option<u16>,
    /// What went wrong; none when nothing did.
    pub failure: Option<CallFailure>,
}

/// What went wrong with a call: a short, stable word. [`ServiceError`] says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallFailure {
    /// Nothing reached the service.
    NotSent,
    /// The token was refused. It is renewed, and the request sent again, before anybody is asked.
    Unauthorized,
    /// The connection may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// There already is one.
    Conflict,
    /// The service calls the request faulty.
    Invalid,
    /// More than the service takes.
    TooLarge,
    /// Too many requests in a second.
    Throttled,
    /// The day's requests are used up.
    QuotaExceeded,
    /// Too many activities wait in the account.
    QueueFull,
    /// The service is down or too slow.
    Unavailable,
    /// A change without a clear answer.
    Unclear,
    /// The answer is not what the contract says.
    UnexpectedAnswer,
}

impl From<&ServiceError> for CallFailure {
    fn from(error: &ServiceError) -> Self {
        match error {
            ServiceError::NotSent(_) | ServiceError::HeldBack(_) | ServiceError::Token(_) => Self::NotSent,
            ServiceError::Unauthorized => Self::Unauthorized,
            ServiceError::Forbidden { .. } => Self::Forbidden,
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Conflict { .. } => Self::Conflict,
            ServiceError::Invalid { .. } => Self::Invalid,
            ServiceError::TooLarge { .. } => Self::TooLarge,
            ServiceError::Throttled { .. } => Self::Throttled,
            ServiceError::QuotaExceeded { .. } => Self::QuotaExceeded,
            ServiceError::QueueFull { .. } => Self::QueueFull,
            ServiceError::Unavailable(_) => Self::Unavailable,
            ServiceError::Unclear(_) => Self::Unclear,
            ServiceError::UnexpectedAnswer { .. } => Self::UnexpectedAnswer,
        }
    }
}

/// Is told of each request once it is over; see [`crate::Client::with_observer`]. A request whose caller stops
/// waiting for it is not told of, nor is one that was never sent because the gate or the token was missing.
pub trait CallObserver: std::fmt::Debug + Send + Sync {
    /// Takes note of `call`. The request's caller waits meanwhile: keep it in memory, and store it elsewhere.
    fn observe(&self, call: Call);
}
