//! The latest calls of a connection, for people who want to see what was asked: one small document each.

use std::sync::{Mutex, PoisonError};

use constant_contact::{Call, CallObserver};
use domain::identifier::ConnectionId;
use domain::in_one_line;
use serde::{Deserialize, Serialize};
use store::{Change, Document, DocumentError};

use crate::account::{Never, document_error};
use crate::engine::Engine;
use crate::keys;

/// So many calls are kept of a connection.
const CALLS_KEPT: usize = 100;

/// Keeps the latest calls in memory until they are stored with [`Engine::record_calls`]. Give it to a client with
/// `with_observer`.
#[derive(Debug, Default)]
pub struct CallBuffer(Mutex<Vec<Call>>);

impl CallBuffer {
    /// Takes out the calls since the last time, the oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CallObserver for CallBuffer {
    fn observe(&self, call: Call) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() == CALLS_KEPT {
            calls.remove(0);
        }
        calls.push(call);
    }
}

/// The latest calls of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Calls {
    /// The oldest first.
    calls: Vec<Call>,
}

impl Document for Calls {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "calls";
}

impl Calls {
    /// Adds calls of one process; those of others may lie between them.
    fn merge(&mut self, calls: &[Call]) {
        self.calls.extend_from_slice(calls);
        self.calls.sort_by_key(|call| call.sent_at);
        self.calls.drain(..self.calls.len().saturating_sub(CALLS_KEPT));
    }
}

impl Engine {
    /// The last 100 calls of a connection, the newest first; those of a run appear when it pauses or ends, and those
    /// of a process that died are missing. One read.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn calls(&self, connection: &ConnectionId) -> Result<Vec<Call>, DocumentError> {
        let calls = self.documents.load::<Calls>(&keys::calls(connection)).await?;
        let mut calls = calls.map(|calls| calls.content.calls).unwrap_or_default();
        calls.reverse();
        Ok(calls)
    }

    /// Adds calls to those of a connection. They are a help for people and no part of anything: what cannot be stored
    /// is forgotten.
    pub async fn record_calls(&self, connection: &ConnectionId, calls: &[Call]) {
        if calls.is_empty() {
            return;
        }
        let stored = self
            .documents
            .update::<Calls, (), Never, _>(&keys::calls(connection), |current| {
                let mut merged = current.cloned().unwrap_or_default();
                merged.merge(calls);
                Ok(Change::Write(merged, ()))
            })
            .await
            .map_err(document_error);
        if let Err(error) = stored {
            tracing::warn!(%connection, error = %in_one_line(&error), "calls were not recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use jiff::Timestamp;

    use super::*;

    fn call(second: i64) -> Call {
        Call {
            sent_at: Timestamp::from_second(second).unwrap(),
            duration_ms: 5,
            method: Cow::Borrowed("GET"),
            path: Cow::Borrowed("/contacts"),
            attempt: 1,
            status: Some(200),
            failure: None,
        }
    }

    #[test]
    fn the_latest_calls_are_kept_in_the_order_of_their_sending() {
        let buffer = CallBuffer::default();
        for second in 0..150 {
            buffer.observe(call(2 * second));
        }
        let mut calls = Calls::default();
        calls.merge(&buffer.take());
        assert!(buffer.take().is_empty());
        calls.merge(&[call(297)]);
        let last: Vec<i64> = calls.calls.iter().rev().take(3).map(|call| call.sent_at.as_second()).collect();
        assert_eq!((calls.calls.len(), last), (CALLS_KEPT, vec![298, 297, 296]));
    }
}
