//! The opt-outs of an account: read in full first, then only what is new, and in full again every 30 days.
//!
//! What is kept is hashes of addresses, never the addresses.

use constant_contact::{Client, Contact, ContactQuery, ContactStatus, Cursor, ServiceError};
use domain::identifier::AccountId;
use jiff::{SignedDuration, Timestamp};
use ledger::{AddressHash, HashSeed};
use planner::OptOuts;
use serde::{Deserialize, Serialize};
use store::{Condition, Document, StoreError, Versioned};

use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;

/// A full read is repeated after this long; it releases people who subscribed again.
const FULL_READ_EVERY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Each look reaches back this far before the last one: the service's clock and the delay of its index are unknown.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A full read saves itself after so many pages of 500.
const PAGES_PER_PART: usize = 40;

/// What has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OptOutState {
    /// When the last complete full read began.
    full_read_at: Option<Timestamp>,
    /// The object with all hashes known.
    hashes: Option<String>,
    /// When the last complete look began.
    looked_at: Option<Timestamp>,
    /// A full read under way.
    reading: Option<Reading>,
}

impl Document for OptOutState {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "opt-outs";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    began_at: Timestamp,
    /// Where to go on; `None` at the first page.
    cursor: Option<String>,
    /// Objects with what was read so far.
    parts: Vec<String>,
}

/// How far a look came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Everything that was readable when it began is known.
    Complete,
    /// The deadline came; look again to go on.
    Partial,
}

impl Engine {
    /// Brings what is known of the account's opt-outs up to date.
    pub(crate) async fn look_at_opt_outs(
        &self,
        client: &Client,
        account: &AccountId,
        seed: HashSeed,
        deadline: Timestamp,
    ) -> Result<Look, StepError> {
        let key = keys::opt_outs(account);
        let mut state = match self.documents.load::<OptOutState>(&key).await? {
            Some(state) => state,
            None => self.documents.create(&key, OptOutState::default()).await?,
        };
        let now = self.clock.now();
        let due = state.content.full_read_at.is_none_or(|at| now.duration_since(at) > FULL_READ_EVERY);
        if due || state.content.reading.is_some() {
            let mut pages = 0;
            loop {
                match self.read_some(client, account, seed, state, &mut pages).await? {
                    (read, true) => {
                        state = read;
                        break;
                    }
                    (read, false) => state = read,
                }
                if self.clock.now() >= deadline {
                    return Ok(Look::Partial);
                }
            }
            if pages <= 1 {
                return Ok(Look::Complete);
            }
            // Whoever opted out while the pages were turned may stand on none of them.
        }
        self.look_for_new(client, account, seed, state).await?;
        Ok(Look::Complete)
    }

    /// Reads on in a full read; answers whether it is complete.
    async fn read_some(
        &self,
        client: &Client,
        account: &AccountId,
        seed: HashSeed,
        state: Versioned<OptOutState>,
        pages: &mut usize,
    ) -> Result<(Versioned<OptOutState>, bool), StepError> {
        let mut reading = state.content.reading.clone().unwrap_or_else(|| Reading {
            began_at: self.clock.now(),
            cursor: None,
            parts: Vec::new(),
        });
        let query = ContactQuery {
            status: vec![ContactStatus::Unsubscribed, ContactStatus::Deleted],
            limit: Some(500),
            ..ContactQuery::default()
        };
        let mut hashes = Vec::new();
        let mut cursor = reading.cursor.clone().map(Cursor::new);
        for _ in 0..PAGES_PER_PART {
            let page = match client.contacts(&query, cursor.as_ref()).await {
                Ok(page) => page,
                // A cursor that the service no longer knows: begin again.
                Err(ServiceError::NotFound | ServiceError::Invalid { .. }) if cursor.is_some() => {
                    let content = OptOutState { reading: None, ..state.content.clone() };
                    return Ok((self.documents.replace(&state, content).await?, false));
                }
                Err(error) => return Err(error.into()),
            };
            *pages += 1;
            hashes.extend(page.contacts.iter().filter_map(|contact| hash(contact, seed)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if let Some(cursor) = cursor {
            reading.parts.push(self.write_hashes(account, hashes).await?);
            reading.cursor = Some(cursor.as_str().to_owned());
            let content = OptOutState { reading: Some(reading), ..state.content.clone() };
            return Ok((self.documents.replace(&state, content).await?, false));
        }
        for part in &reading.parts {
            hashes.extend(self.read_hashes(account, part).await?);
        }
        let began_at = Some(reading.began_at);
        let content = OptOutState {
            full_read_at: began_at,
            looked_at: began_at,
            hashes: Some(self.write_hashes(account, hashes).await?),
            reading: None,
        };
        Ok((self.documents.replace(&state, content).await?, true))
    }

    /// Looks for whoever opted out or was deleted since the last look.
    async fn look_for_new(
        &self,
        client: &Client,
        account: &AccountId,
        seed: HashSeed,
        state: Versioned<OptOutState>,
    ) -> Result<(), StepError> {
        let began_at = self.clock.now();
        let since = state.content.looked_at.and_then(|at| at.checked_sub(OVERLAP).ok());
        let unsubscribed =
            ContactQuery { status: vec![ContactStatus::All], optout_after: since, ..ContactQuery::default() };
        let deleted = ContactQuery {
            status: vec![ContactStatus::Deleted],
            updated_after: since,
            ..ContactQuery::default()
        };
        let mut hashes = Vec::new();
        for mut query in [unsubscribed, deleted] {
            query.limit = Some(500);
            let mut cursor = None;
            loop {
                let page = client.contacts(&query, cursor.as_ref()).await?;
                let out = page.contacts.iter().filter(|contact| has_opted_out(contact));
                hashes.extend(out.filter_map(|contact| hash(contact, seed)));
                match page.next {
                    Some(next) => cursor = Some(next),
                    None => break,
                }
            }
        }
        let mut content = OptOutState { looked_at: Some(began_at), ..state.content.clone() };
        if !hashes.is_empty() {
            let known = match &content.hashes {
                Some(name) => OptOuts::new(self.read_hashes(account, name).await?, 0),
                None => OptOuts::default(),
            };
            if hashes.iter().any(|hash| !known.contains(*hash)) {
                hashes.extend_from_slice(known.hashes());
                content.hashes = Some(self.write_hashes(account, hashes).await?);
            }
        }
        self.documents.replace(&state, content).await?;
        Ok(())
    }

    /// What is known of the account's opt-outs.
    pub(crate) async fn opt_outs(&self, account: &AccountId) -> Result<OptOuts, StepError> {
        let Some(state) = self.documents.load::<OptOutState>(&keys::opt_outs(account)).await? else {
            return Ok(OptOuts::default());
        };
        let hashes = match &state.content.hashes {
            Some(name) => self.read_hashes(account, name).await?,
            None => Vec::new(),
        };
        Ok(OptOuts::new(hashes, state.content.full_read_at.map_or(0, day)))
    }

    /// Writes hashes, sorted, as sixteen bytes each.
    async fn write_hashes(
        &self,
        account: &AccountId,
        hashes: Vec<AddressHash>,
    ) -> Result<String, StoreError> {
        let name = self.random.uuid().to_string();
        let sorted = OptOuts::new(hashes, 0);
        let bytes: Vec<u8> = sorted.hashes().iter().flat_map(|hash| hash.0.to_be_bytes()).collect();
        let key = keys::opt_out_hashes(account, &name);
        self.documents.store().put(&key, bytes.into(), Condition::Absent).await?;
        Ok(name)
    }

    async fn read_hashes(&self, account: &AccountId, name: &str) -> Result<Vec<AddressHash>, StoreError> {
        let object = self.documents.store().get(&keys::opt_out_hashes(account, name)).await?;
        let (hashes, _) = object.bytes.as_chunks::<16>();
        Ok(hashes.iter().map(|bytes| AddressHash(u128::from_be_bytes(*bytes))).collect())
    }
}

/// A query for opt-outs may also bring people who subscribed again since.
fn has_opted_out(contact: &Contact) -> bool {
    contact.deleted_at.is_some()
        || contact.permission_to_send.as_deref().is_none_or(|permission| permission == "unsubscribed")
}

fn hash(contact: &Contact, seed: HashSeed) -> Option<AddressHash> {
    let address = contact.email.as_ref()?.expose().trim().to_lowercase();
    Some(AddressHash::of(address.as_bytes(), seed))
}

/// Days since 1970-01-01 (UTC).
pub(crate) fn day(at: Timestamp) -> u32 {
    u32::try_from(at.as_second() / 86_400).unwrap_or(0)
}
