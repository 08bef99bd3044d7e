//! The gate that every request passes: the quota, and whatever else must see each request.

use async_trait::async_trait;
use domain::until_minute;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// For whom a request is made: people must not wait behind an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An export's own work.
    Bulk,
    /// Someone is waiting for a page.
    Interactive,
}

/// What a request does, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// Reads something.
    Read,
    /// Sends an import.
    Import,
    /// Removes people from a list.
    Removal,
    /// Starts a contact export.
    Export,
    /// Another change: creates a list or a custom field.
    Change,
}

/// What came of a request that had passed the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// When the request was sent: an answer says nothing of what happened after that.
    pub sent_at: Timestamp,
    /// What was answered.
    pub outcome: Outcome,
}

/// What the service answered, as far as a gate is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Any answer but the two below.
    Answered,
    /// Refused: too many requests in this second.
    Throttled {
        /// Send nothing before: what the service asked for, or the end of the second.
        until: Timestamp,
    },
    /// Refused: the day's requests are used up.
    QuotaExceeded {
        /// Send nothing before: the service then counts anew, or should be asked again whether it does.
        until: Timestamp,
    },
}

/// Why a request may not be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    /// The day's requests are used up, or the rest of them is kept for people.
    DayQuota,
    /// The next free moment is farther away than the caller may wait.
    TooLongAWait,
    /// The service has asked for fewer requests, for longer than the caller may wait.
    Throttled,
    /// The shared record of requests is out of reach.
    Unavailable,
}

impl std::fmt::Display for RefusalCause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::DayQuota => "the application's requests of this day are used up",
            Self::TooLongAWait => "other work uses the application's requests",
            Self::Throttled => "Constant Contact asks for fewer requests per second",
            Self::Unavailable => "the record of the application's requests is out of reach",
        })
    }
}

/// The gate's refusal; nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no request may be sent before {}: {cause}", until_minute(*until))]
pub struct GateRefusal {
    /// Ask again then.
    pub until: Timestamp,
    /// Why.
    pub cause: RefusalCause,
}

/// Permits requests one by one.
#[async_trait]
pub trait RequestGate: std::fmt::Debug + Send + Sync {
    /// Returns when one request may be sent at once, having counted it. It may take minutes, and its leave lasts for
    /// a moment only.
    async fn acquire(&self, purpose: Purpose, kind: RequestKind) -> Result<(), GateRefusal>;

    /// Takes note of what the service answered. Not called when there was no answer.
    async fn observe(&self, observation: Observation);
}

/// A gate that is always open: for tests, and for a single call of a tool.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenGate;

#[async_trait]
impl RequestGate for OpenGate {
    async fn acquire(&self, _purpose: Purpose, _kind: RequestKind) -> Result<(), GateRefusal> {
        Ok(())
    }

    async fn observe(&self, _observation: Observation) {}
}
