//! The shared record in its store.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use constant_contact::{GateRefusal, Purpose};
use domain::{Clock, Random};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{Change, Documents, UpdateError};

use crate::error::{QuotaError, ReserveError};
use crate::record::{Ask, Limits, QuotaStatus, Record, later};

/// The requests of one application key. Cheap to share; everybody who uses the key uses the same bucket.
#[derive(Debug)]
pub struct Quota {
    documents: Documents,
    key: String,
    limits: Limits,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Quota {
    /// The quota of the application `client_id`.
    #[must_use]
    pub fn new(
        documents: Documents,
        client_id: &str,
        limits: Limits,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { documents, key: record_key(client_id), limits, clock, random }
    }

    /// Reserves up to `wanted` slots, at least one, none before `lead` and none after `longest_wait` from now;
    /// `forfeited` earlier slots are given back. Each slot is good for one request, at its moment or up to
    /// [`crate::TOLERANCE`] later.
    ///
    /// # Errors
    /// [`ReserveError`].
    pub async fn reserve(
        &self,
        purpose: Purpose,
        wanted: u32,
        forfeited: u32,
        lead: Duration,
        longest_wait: Duration,
    ) -> Result<Vec<Timestamp>, ReserveError> {
        let updated = self
            .documents
            .update(&self.key, |record: Option<&Record>| {
                let now = self.clock.now();
                let (earliest, latest) = (later(now, lead), later(now, longest_wait));
                let ask = Ask { wanted, purpose, forfeited, now, earliest, latest };
                let fresh = Record::new(now);
                let (next, slots) = record.unwrap_or(&fresh).reserve(&ask, self.limits)?;
                Ok::<_, GateRefusal>(Change::Write(next, slots))
            })
            .await?;
        Ok(updated.outcome)
    }

    /// The service throttled a request: nobody gets a slot before the returned moment; none is returned when a
    /// pause is on already.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn throttled(&self) -> Result<Option<Timestamp>, QuotaError> {
        let fraction = self.random.fraction();
        self.change(|record, now| match record.throttled(now, fraction) {
            Some((next, resume_at)) => Change::Write(next, Some(resume_at)),
            None => Change::Keep(None),
        })
        .await
    }

    /// The service said that the day's requests are used up: closed until 00:00 UTC.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn exceeded(&self) -> Result<(), QuotaError> {
        self.change(|record, now| Change::Write(record.closed(now), ())).await
    }

    /// How the day stands: one read.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn status(&self) -> Result<QuotaStatus, QuotaError> {
        let now = self.clock.now();
        let record = self.documents.load::<Record>(&self.key).await.map_err(QuotaError)?;
        let record = record.map_or_else(|| Record::new(now), |record| record.content);
        Ok(record.status(now, self.limits))
    }

    /// How many requests are left today for this purpose: one read.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn remaining_today(&self, purpose: Purpose) -> Result<u32, QuotaError> {
        let status = self.status().await?;
        Ok(match purpose {
            Purpose::Bulk => status.remaining_for_bulk,
            Purpose::Interactive => status.remaining,
        })
    }

    async fn change<R: Send>(
        &self,
        decide: impl Fn(&Record, Timestamp) -> Change<Record, R> + Send + Sync,
    ) -> Result<R, QuotaError> {
        let outcome = self
            .documents
            .update(&self.key, |record: Option<&Record>| {
                let now = self.clock.now();
                let fresh = Record::new(now);
                Ok::<_, std::convert::Infallible>(decide(record.unwrap_or(&fresh), now))
            })
            .await;
        match outcome {
            Ok(updated) => Ok(updated.outcome),
            Err(UpdateError::Document(error)) => Err(QuotaError(error)),
            Err(UpdateError::Refused(never)) => match never {},
        }
    }
}

/// Where the record lies. The client id is no secret, but nobody needs to read it in a listing.
fn record_key(client_id: &str) -> String {
    let mut key = String::from("quota/");
    for byte in Sha256::digest(client_id.as_bytes()).iter().take(16) {
        // Writing to a text cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key.push_str(".json");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_application_has_its_own_record() {
        assert_ne!(record_key("a"), record_key("b"));
        assert_eq!(record_key("a"), "quota/ca978112ca1bbdcafac231b39a23dc4d.json");
    }
}
