//! *Test connection*, and the latest calls of a connection.

use constant_contact::Call;
use domain::identifier::ConnectionId;
use domain::in_one_line;
use identity::Person;
use jiff::Timestamp;
use serde::Serialize;

use super::lists::ContactCountsView;
use crate::access;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionTest {
    /// When it was made.
    pub at: Timestamp,
    /// How long it took, in milliseconds, waiting for our share of the requests included.
    pub duration_ms: u64,
    /// What Constant Contact answered.
    pub outcome: TestOutcome,
}

/// The answer to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum TestOutcome {
    /// It works: the account's contacts, counted.
    Answered(ContactCountsView),
    /// It does not.
    Failed {
        /// The code of [`ConfigurationError`].
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
}

impl Configuration {
    /// Makes one read call with the connection's tokens and tells what came of it. A call that fails is an answer, not
    /// an error.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NotConnected` when it was never authorised or is being removed.
    pub async fn test_connection(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<ConnectionTest, ConfigurationError> {
        access::administrator(person)?;
        self.load_authorized_connection(id).await?;
        let at = self.parts.clock.now();
        let counts = self.with_client(id, |client| async move { client.contact_counts().await }).await;
        let duration = self.parts.clock.now().duration_since(at).as_millis();
        let outcome = match counts {
            Ok(counts) => TestOutcome::Answered(counts.into()),
            Err(error) => TestOutcome::Failed { code: error.code(), message: in_one_line(&error) },
        };
        Ok(ConnectionTest { at, duration_ms: u64::try_from(duration).unwrap_or(0), outcome })
    }

    /// The last 100 requests that were made with a connection, the newest first, without bodies and addresses.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn calls(&self, person: &Person, id: &ConnectionId) -> Result<Vec<Call>, ConfigurationError> {
        access::administrator(person)?;
        self.load_connection(id).await?;
        Ok(self.parts.engine.calls(id).await?)
    }
}
