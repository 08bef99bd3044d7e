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
use crate::pause::{Pause, Throttled};
use crate::record::{Ask, Limits, QuotaStatus, Record, later};

/// What was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The slots' moments, in order; at least one.
    pub slots: Vec<Timestamp>,
    /// Somebody was throttled, and no request has been answered since: whoever has one answered that was sent after
    /// this moment says so by [`Quota::answered`].
    pub in_doubt_since: Option<Timestamp>,
}

/// Everybody leaves the service alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    /// When it began; see [`Reservation::in_doubt_since`].
    pub since: Timestamp,
    /// Nobody gets a slot before.
    pub until: Timestamp,
}

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
    ) -> Result<Reservation, ReserveError> {
        let updated = self
            .documents
            .update(&self.key, |record: Option<&Record>| {
                let now = self.clock.now();
                let (earliest, latest) = (later(now, lead), later(now, longest_wait));
                let ask = Ask { wanted, purpose, forfeited, now, earliest, latest };
                let fresh = Record::new(now);
                let (next, slots) = record.unwrap_or(&fresh).reserve(&ask, self.limits)?;
                let in_doubt_since = next.in_doubt_since();
                Ok::<_, GateRefusal>(Change::Write(next, Reservation { slots, in_doubt_since }))
            })
            .await?;
        Ok(updated.outcome)
    }

    /// The service throttled a request that was sent at `sent_at`, and asked to be left alone until `asked`: nobody
    /// gets a slot before the end of the returned pause. It is twice as long as the one before if no request has
    /// been answered between them.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn throttled(&self, sent_at: Timestamp, asked: Timestamp) -> Result<BackOff, QuotaError> {
        let fraction = self.random.fraction();
        let Pause { since, until, .. } = self
            .change(|record, now| match record.throttled(Throttled { sent_at, asked, now, fraction }) {
                (Some(next), pause) => Change::Write(next, pause),
                (None, pause) => Change::Keep(pause),
            })
            .await?;
        Ok(BackOff { since, until })
    }

    /// The service answered a request that was sent at `sent_at`: if that is after the latest pause began, the next
    /// one is short again. Worth calling only while a success is missing, see [`Reservation::in_doubt_since`].
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn answered(&self, sent_at: Timestamp) -> Result<(), QuotaError> {
        self.change(|record, now| {
            record.answered(sent_at, now).map_or(Change::Keep(()), |next| Change::Write(next, ()))
        })
        .await
    }

    /// The service said that the day's requests are used up: closed until that moment for everybody.
    ///
    /// # Errors
    /// [`QuotaError`].
    pub async fn exceeded(&self, until: Timestamp) -> Result<(), QuotaError> {
        self.change(|record, now| {
            record.closed(until, now).map_or(Change::Keep(()), |next| Change::Write(next, ()))
        })
        .await
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
