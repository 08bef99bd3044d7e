//! The lease document of a connection and every decision about it, without input or output.

use std::time::Duration;

use domain::identifier::ConnectionId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Document;

use crate::secret::SecretVersion;

/// Renewals of tokens that were refused although they were new, within [`REFUSAL_WINDOW`]: with more the secret would
/// collect versions faster than the store forgets them, and another new token would be of no help either.
const MOST_REFUSALS: usize = 4;
const REFUSAL_WINDOW: Duration = Duration::from_hours(1);

/// Who renews, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// The process.
    pub(crate) process: String,
    /// This one renewal.
    pub(crate) id: String,
    pub(crate) until: Timestamp,
    /// Whether the service refused a token that was new, see [`Wish::refused_new`].
    #[serde(default)]
    pub(crate) refused_new: bool,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeaseRecord {
    /// The current version of the secret.
    pub(crate) version: SecretVersion,
    /// When its access token ends.
    pub(crate) expires_at: Timestamp,
    /// The latest renewal. Earlier releases kept several under the name `renewed_at`.
    #[serde(default)]
    pub(crate) last_renewed_at: Option<Timestamp>,
    /// The latest renewals of tokens that were refused although they were new.
    #[serde(default)]
    pub(crate) refused_new_at: Vec<Timestamp>,
    #[serde(default)]
    pub(crate) holder: Option<Holder>,
    #[serde(default)]
    pub(crate) needs_reauthentication_since: Option<Timestamp>,
    /// When a person last authorised the connection.
    #[serde(default)]
    pub(crate) granted_at: Option<Timestamp>,
    /// The connection is being removed: nothing is renewed any more, and what somebody has renewed meanwhile is revoked.
    #[serde(default)]
    pub(crate) removed: bool,
}

impl Document for LeaseRecord {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "token lease";
}

/// Where the document lies.
pub(crate) fn lease_key(connection: &ConnectionId) -> String {
    format!("tokens/{connection}.json")
}

/// A wish to renew.
pub(crate) struct Wish<'a> {
    /// The version whose token is to be renewed.
    pub(crate) stale: &'a SecretVersion,
    /// Who wishes it.
    pub(crate) holder: &'a Holder,
    /// Whether no other process than this one exists.
    pub(crate) sole_owner: bool,
    pub(crate) now: Timestamp,
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lease {
    /// Renew, once.
    Granted,
    /// Somebody renewed it already.
    Newer,
    /// Somebody is renewing it.
    Wait(Timestamp),
    /// New tokens were refused too often lately for another one to be of any help.
    TooOften,
    /// Only a person can help.
    NeedsReauthentication,
    /// The connection is being removed.
    Removed,
}

impl LeaseRecord {
    /// A record of a version that nobody is renewing.
    pub(crate) const fn new(version: SecretVersion, expires_at: Timestamp) -> Self {
        Self {
            version,
            expires_at,
            last_renewed_at: None,
            refused_new_at: Vec::new(),
            holder: None,
            needs_reauthentication_since: None,
            granted_at: None,
            removed: false,
        }
    }

    /// Decides about `wish`; a record to write comes with a granted lease only.
    pub(crate) fn ask(&self, wish: &Wish<'_>) -> (Lease, Option<Self>) {
        if self.removed {
            return (Lease::Removed, None);
        }
        if self.version != *wish.stale {
            return (Lease::Newer, None);
        }
        if self.needs_reauthentication_since.is_some() {
            return (Lease::NeedsReauthentication, None);
        }
        if let Some(holder) = &self.holder
            && holder.until > wish.now
            && !(wish.sole_owner && holder.process != wish.holder.process)
        {
            return (Lease::Wait(holder.until), None);
        }
        if wish.holder.refused_new && self.refusals(wish.now) >= MOST_REFUSALS {
            return (Lease::TooOften, None);
        }
        (Lease::Granted, Some(Self { holder: Some(wish.holder.clone()), ..self.clone() }))
    }

    fn refusals(&self, now: Timestamp) -> usize {
        let since = now.saturating_sub(REFUSAL_WINDOW).unwrap_or(now);
        self.refused_new_at.iter().filter(|moment| **moment > since).count()
    }

    /// The record once `version` is stored; none when somebody else has gone on from another version.
    pub(crate) fn renewed(
        &self,
        read: &SecretVersion,
        version: &SecretVersion,
        expires_at: Timestamp,
        holder: &Holder,
        now: Timestamp,
    ) -> Option<Self> {
        if self.version != *read {
            return self.released(holder);
        }
        let mut next = self.moved_to(version.clone(), expires_at);
        next.last_renewed_at = Some(now);
        if holder.refused_new {
            next.refused_new_at.push(now);
            let superfluous = next.refused_new_at.len().saturating_sub(MOST_REFUSALS);
            next.refused_new_at.drain(..superfluous);
        }
        next.holder = self.holder.clone().filter(|other| other.id != holder.id);
        Some(next)
    }

    /// A record of another version that nobody is renewing; what was renewed before is still known.
    pub(crate) fn moved_to(&self, version: SecretVersion, expires_at: Timestamp) -> Self {
        let (last_renewed_at, refused_new_at) = (self.last_renewed_at, self.refused_new_at.clone());
        let (granted_at, removed) = (self.granted_at, self.removed);
        Self { last_renewed_at, refused_new_at, granted_at, removed, ..Self::new(version, expires_at) }
    }

    /// The record without this holder; none when it does not hold the lease.
    pub(crate) fn released(&self, holder: &Holder) -> Option<Self> {
        let held = self.holder.as_ref().is_some_and(|current| current.id == holder.id);
        held.then(|| Self { holder: None, ..self.clone() })
    }

    /// The record once it is certain that a person is needed; none when somebody else has gone on meanwhile.
    pub(crate) fn lost(&self, read: &SecretVersion, holder: &Holder, now: Timestamp) -> Option<Self> {
        if self.version != *read {
            return self.released(holder);
        }
        let mut next = self.released(holder)?;
        next.needs_reauthentication_since = Some(now);
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn holder(process: &str, id: &str) -> Holder {
        Holder { process: process.to_owned(), id: id.to_owned(), until: at(60), refused_new: true }
    }

    fn ask(record: &LeaseRecord, holder: &Holder, sole_owner: bool, now: Timestamp) -> Lease {
        let stale = SecretVersion::new("v1");
        record.ask(&Wish { stale: &stale, holder, sole_owner, now }).0
    }

    #[test]
    fn one_holds_the_lease_until_it_ends() {
        let record = LeaseRecord::new(SecretVersion::new("v1"), NOW);
        let (mine, other) = (holder("p", "1"), holder("q", "2"));
        let stale = SecretVersion::new("v1");
        let wish = Wish { stale: &stale, holder: &mine, sole_owner: false, now: NOW };
        let (Lease::Granted, Some(held)) = record.ask(&wish) else { panic!("free") };
        assert_eq!(ask(&held, &other, false, at(59)), Lease::Wait(at(60)));
        assert_eq!(ask(&held, &other, false, at(60)), Lease::Granted);
        assert_eq!(ask(&held, &other, true, at(1)), Lease::Granted, "a dead process's lease");
        assert_eq!(ask(&held, &holder("p", "3"), true, at(1)), Lease::Wait(at(60)), "our own process");
        assert!(held.released(&other).is_none());
        assert_eq!(held.released(&mine).unwrap(), record);
    }

    #[test]
    fn a_late_holder_undoes_nothing() {
        let mut record = LeaseRecord::new(SecretVersion::new("v2"), NOW);
        record.holder = Some(holder("q", "2"));
        let (late, read) = (holder("p", "1"), SecretVersion::new("v1"));
        assert!(record.lost(&read, &late, NOW).is_none());
        assert!(record.renewed(&read, &SecretVersion::new("x"), NOW, &late, NOW).is_none());
    }

    fn renewed_six_times(holder: &Holder) -> LeaseRecord {
        let version = SecretVersion::new("v1");
        let mut record = LeaseRecord::new(version.clone(), NOW);
        for minute in 0..6 {
            record = record.renewed(&version, &version, NOW, holder, at(minute * 60)).unwrap();
        }
        record
    }

    #[test]
    fn refusals_of_new_tokens_renew_four_times_an_hour_at_most() {
        let mine = holder("p", "1");
        let record = renewed_six_times(&mine);
        assert_eq!(record.refused_new_at.len(), MOST_REFUSALS);
        assert_eq!(ask(&record, &mine, false, at(6 * 60)), Lease::TooOften);
        assert_eq!(ask(&record, &mine, false, at(2 * 60 + 3600)), Lease::Granted);
    }

    #[test]
    fn ordinary_renewals_are_not_counted() {
        let ordinary = Holder { refused_new: false, ..holder("p", "1") };
        let record = renewed_six_times(&ordinary);
        assert_eq!(ask(&record, &holder("p", "1"), false, at(6 * 60)), Lease::Granted);
        let record = renewed_six_times(&holder("p", "1"));
        assert_eq!(ask(&record, &ordinary, false, at(6 * 60)), Lease::Granted, "nor are they refused");
    }

    #[test]
    fn once_the_connection_is_being_removed_nothing_is_renewed() {
        let (read, mine) = (SecretVersion::new("v1"), holder("p", "1"));
        let record = LeaseRecord { removed: true, ..LeaseRecord::new(read.clone(), NOW) };
        assert_eq!(ask(&record, &mine, true, at(100)), Lease::Removed);
        let late = record.renewed(&read, &SecretVersion::new("v2"), at(9), &mine, NOW).unwrap();
        assert!(late.removed, "a renewal that comes late does not hide it");
    }

    #[test]
    fn a_record_of_an_earlier_release_is_understood() {
        let record = LeaseRecord::new(SecretVersion::new("v1"), NOW);
        let mut earlier = serde_json::to_value(&record).unwrap();
        earlier["renewed_at"] = serde_json::json!(["2026-11-22T08:00:00Z"]);
        assert_eq!(serde_json::from_value::<LeaseRecord>(earlier).unwrap(), record);
    }
}
