//! What today's requests of the application are used for.

use identity::Person;
use jiff::Timestamp;
use quota::{Limits, Quota};
use serde::Serialize;

use crate::ConfigurationError;
use crate::client::application_failed;
use crate::configuration::Configuration;

/// How the application's requests of this day stand. They belong to the application's key, so all connections share
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QuotaView {
    /// Requests since 00:00 UTC.
    pub used_today: u32,
    /// What is left for people.
    pub left_today: u32,
    /// What is left for runs, which leave a part to people.
    pub left_for_runs: u32,
    /// Until when Constant Contact takes no requests at all, if it said so.
    pub closed_until: Option<Timestamp>,
}

impl Configuration {
    /// How today's requests stand, for everybody who is signed in.
    ///
    /// # Errors
    /// [`ConfigurationError::SetUpNeeded`] before the application's credentials were entered.
    pub async fn quota(&self, _person: &Person) -> Result<QuotaView, ConfigurationError> {
        let application = self.parts.vault.application().await.map_err(application_failed)?;
        let parts = &self.parts;
        let (clock, random) = (parts.clock.clone(), parts.random.clone());
        let documents = parts.documents.clone();
        let quota = Quota::new(documents, &application.client_id, Limits::default(), clock, random);
        let status =
            quota.status().await.map_err(|error| ConfigurationError::Unavailable(Box::new(error)))?;
        Ok(QuotaView {
            used_today: status.used,
            left_today: status.remaining,
            left_for_runs: status.remaining_for_bulk,
            closed_until: status.closed_until,
        })
    }
}
