//! Counts of requests by kind, kept across restarts.

use serde::{Deserialize, Serialize};

/// What was asked of the simulator since its data directory was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// API requests, refused ones included; neither OAuth nor control.
    pub total: u64,
    /// Of those: imports (JSON and file).
    pub imports: u64,
    /// Of those: reads of activities.
    pub polls: u64,
    /// Of those: adding to or removing from lists in bulk.
    pub memberships: u64,
    /// Of those: contacts, single or paged.
    pub contacts: u64,
    /// Of those: lists.
    pub lists: u64,
    /// Of those: everything else.
    pub other: u64,
    /// Token requests (code and refresh), refused ones included.
    pub tokens: u64,
    /// Answered 429 for the second's limit, injected ones included.
    pub throttled: u64,
    /// Answered 429 for the day's limit.
    pub quota_exceeded: u64,
    /// Answered 429 because too many activities were unfinished.
    pub queue_refused: u64,
    /// Answered 401.
    pub unauthorized: u64,
    /// Answered 403.
    pub forbidden: u64,
    /// Answered with any other 4xx.
    pub rejected: u64,
    /// Answered with an injected 500 or 503.
    pub failed: u64,
    /// Connections dropped on purpose.
    pub dropped: u64,
    /// The date that `today` counts: UTC, by the service's clock.
    pub day: String,
    /// Requests that count toward that day's limit.
    pub today: u64,
}

impl Statistics {
    /// All answers 429, whatever the reason.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.throttled + self.quota_exceeded + self.queue_refused
    }
}
