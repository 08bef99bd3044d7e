//! The opt-outs of an account: read in full first, then only what is new, and in full again every 30 days.
//!
//! What is kept is hashes of addresses, never the addresses.

mod state;

use constant_contact::{Client, Contact, Cursor, ServiceError};
use domain::identifier::AccountId;
use domain::in_one_line;
use jiff::{SignedDuration, Timestamp};
use ledger::{AddressHash, HashSeed, identity_hash};
use planner::{Address, OptOuts};
use store::{Condition, DocumentError, StoreError, Versioned, list_all};

use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;
use state::{AllDeleted, OptOutState, Reading, Subject};

/// A full read is repeated after this long; it releases people who subscribed again.
const FULL_READ_EVERY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Each look reaches back this far before the last one: the service's clock and the delay of its index are unknown.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// A reading saves itself after so many pages.
const PAGES_PER_PART: usize = 40;

/// A reading that was interrupted longer ago than this is begun afresh: its pages have shifted.
const READING_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A look that was interrupted for no longer than this counts as one of now.
const LOOK_KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How often one call begins again when the service no longer knows its place in the pages.
const RESTARTS: u8 = 3;

/// Nobody writes a part for so long: what nothing refers to by then, a crash has left.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How far a look came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Everything that was readable when it began is known.
    Complete,
    /// The deadline came; look again to go on.
    Partial,
}

/// Whose opt-outs are read, and how.
#[derive(Clone, Copy)]
struct Source<'a> {
    client: &'a Client,
    account: &'a AccountId,
    seed: HashSeed,
    deadline: Timestamp,
}

/// A reading that came to its end.
struct Finished {
    reading: Reading,
    /// What it read since its last part.
    hashes: Vec<AddressHash>,
    /// Whether this one call and one page were all.
    one_page: bool,
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
        let source = Source { client, account, seed, deadline };
        let mut lost = 0;
        loop {
            let state = self.opt_out_state(account, seed).await?;
            let before = state.content.clone();
            match self.look(source, state).await {
                Err(StepError::Store(StoreError::NotFound { .. })) if lost < 2 => {
                    lost += 1;
                    self.forget_lost(account, &before).await?;
                }
                answer => return answer,
            }
        }
    }

    /// The state, begun anew where it was made with another key.
    async fn opt_out_state(
        &self,
        account: &AccountId,
        seed: HashSeed,
    ) -> Result<Versioned<OptOutState>, StepError> {
        let key = keys::opt_outs(account);
        let key_check = Some(identity_hash(b"opt-outs", seed));
        let fresh = OptOutState { key_check, ..OptOutState::default() };
        let stored = match self.documents.load::<OptOutState>(&key).await? {
            Some(state) if state.content.key_check == key_check => return Ok(state),
            Some(state) => self.documents.replace(&state, fresh).await,
            None => self.documents.create(&key, fresh).await,
        };
        stored.map_err(shared)
    }

    /// An object with hashes is missing. What is known is then not known: everything is read again. Unless
    /// somebody else has replaced the object meanwhile.
    async fn forget_lost(&self, account: &AccountId, before: &OptOutState) -> Result<(), StepError> {
        let Some(state) = self.documents.load::<OptOutState>(&keys::opt_outs(account)).await? else {
            return Ok(());
        };
        if state.content == *before {
            tracing::warn!(%account, "what was read of the opt-outs is missing; they are read in full again");
            let fresh = OptOutState { key_check: before.key_check, ..OptOutState::default() };
            self.documents.replace(&state, fresh).await.map_err(shared)?;
        }
        Ok(())
    }

    async fn look(&self, source: Source<'_>, mut state: Versioned<OptOutState>) -> Result<Look, StepError> {
        let called_at = self.clock.now();
        if let Some(name) = &state.content.hashes {
            self.documents.store().head(&keys::opt_out_hashes(source.account, name)).await?;
        }
        loop {
            let reading = self.reading(&state.content);
            let (read, finished) = self.read_on(source, state, reading).await?;
            let Some(finished) = finished else { return Ok(Look::Partial) };
            let Reading { of, began_at, .. } = &finished.reading;
            let complete = match of {
                // Whoever opted out while the pages were turned may stand on none of them.
                Subject::Everybody => finished.one_page,
                Subject::EverybodyAgain { .. } => false,
                Subject::NewOptOuts | Subject::NewlyDeleted | Subject::AllDeleted => {
                    called_at.duration_since(*began_at) <= LOOK_KEPT
                }
            };
            state = self.finish_reading(source, read, finished).await?;
            if complete && state.content.reading.is_none() {
                return Ok(Look::Complete);
            }
        }
    }

    /// What is to be read: what was begun, or what is due.
    fn reading(&self, state: &OptOutState) -> Reading {
        let now = self.clock.now();
        if let Some(reading) = &state.reading
            && now.duration_since(reading.began_at) <= READING_KEPT
        {
            return reading.clone();
        }
        let due = state.full_read_at.is_none_or(|at| now.duration_since(at) > FULL_READ_EVERY);
        let of = if due { Subject::Everybody } else { Subject::NewOptOuts };
        Reading { of, began_at: now, pages: 0, cursor: None, parts: Vec::new() }
    }

    /// Reads to the end, or to the deadline. However it stops, what was read is saved.
    async fn read_on(
        &self,
        source: Source<'_>,
        mut state: Versioned<OptOutState>,
        mut reading: Reading,
    ) -> Result<(Versioned<OptOutState>, Option<Finished>), StepError> {
        let since = state.content.looked_at.and_then(|at| at.checked_sub(OVERLAP).ok());
        let mut one_page = reading.cursor.is_none() && reading.parts.is_empty();
        let (mut hashes, mut pages, mut restarts) = (Vec::new(), 0, 0);
        let mut address = Address::default();
        loop {
            let cursor = reading.cursor.clone().map(Cursor::new);
            let page = match source.client.contacts(&reading.of.query(since), cursor.as_ref()).await {
                Ok(page) => page,
                // A cursor that the service no longer knows: begin again.
                Err(ServiceError::NotFound | ServiceError::Invalid { .. })
                    if cursor.is_some() && restarts < RESTARTS =>
                {
                    restarts += 1;
                    one_page = false;
                    (hashes, pages) = (Vec::new(), 0);
                    reading = reading.again(self.clock.now());
                    continue;
                }
                Err(error) => {
                    if pages > 0 {
                        self.save_part(source.account, state, &mut reading, hashes).await?;
                    }
                    return Err(error.into());
                }
            };
            pages += 1;
            reading.pages = reading.pages.saturating_add(1);
            let opted_out = page.contacts.iter().filter(|contact| reading.of.is_meant(contact));
            hashes.extend(opted_out.filter_map(|contact| hash(contact, &mut address, source.seed)));
            reading.cursor = page.next.map(|next| next.as_str().to_owned());
            if reading.cursor.is_none() {
                if reading.of != Subject::NewOptOuts {
                    return Ok((state, Some(Finished { reading, hashes, one_page })));
                }
                reading.of = state.content.which_deleted(self.clock.now());
                reading.pages = 0;
            }
            one_page = false;
            let late = self.clock.now() >= source.deadline;
            if late || pages >= PAGES_PER_PART {
                let part = std::mem::take(&mut hashes);
                state = self.save_part(source.account, state, &mut reading, part).await?;
                pages = 0;
            }
            if late {
                return Ok((state, None));
            }
        }
    }

    /// Saves a reading with what was read since its last part.
    async fn save_part(
        &self,
        account: &AccountId,
        state: Versioned<OptOutState>,
        reading: &mut Reading,
        hashes: Vec<AddressHash>,
    ) -> Result<Versioned<OptOutState>, StepError> {
        if !hashes.is_empty() {
            reading.parts.push(self.write_hashes(account, OptOuts::new(hashes, 0)).await?);
        }
        let content = OptOutState { reading: Some(reading.clone()), ..state.content.clone() };
        self.documents.replace(&state, content).await.map_err(shared)
    }

    /// Makes what was read part of what is known.
    async fn finish_reading(
        &self,
        source: Source<'_>,
        state: Versioned<OptOutState>,
        finished: Finished,
    ) -> Result<Versioned<OptOutState>, StepError> {
        let Finished { reading, mut hashes, .. } = finished;
        let Source { account, .. } = source;
        for part in &reading.parts {
            hashes.extend(self.read_hashes(account, part).await?);
        }
        let read = OptOuts::new(hashes, 0);
        let known = match &state.content.hashes {
            Some(name) => OptOuts::new(self.read_hashes(account, name).await?, 0),
            None => OptOuts::default(),
        };
        let mut content = OptOutState { reading: None, ..state.content.clone() };
        let mut released = OptOuts::default();
        let mut obsolete = reading.parts;
        match reading.of {
            Subject::Everybody => {
                let missing = known.without(&read);
                if missing.hashes().is_empty() {
                    (content.full_read_at, content.looked_at) =
                        (Some(reading.began_at), Some(reading.began_at));
                } else {
                    let missing = self.write_hashes(account, missing).await?;
                    content.reading = Some(Reading {
                        of: Subject::EverybodyAgain { first_at: reading.began_at, missing },
                        began_at: self.clock.now(),
                        pages: 0,
                        cursor: None,
                        parts: Vec::new(),
                    });
                }
            }
            Subject::EverybodyAgain { first_at, missing } => {
                released = OptOuts::new(self.read_hashes(account, &missing).await?, 0).without(&read);
                (content.full_read_at, content.looked_at) = (Some(first_at), Some(first_at));
                obsolete.push(missing);
            }
            Subject::NewOptOuts | Subject::NewlyDeleted => content.looked_at = Some(reading.began_at),
            Subject::AllDeleted => {
                content.looked_at = Some(reading.began_at);
                content.all_deleted = Some(AllDeleted { at: reading.began_at, pages: reading.pages });
            }
        }
        let mut all = known.hashes().to_vec();
        all.extend_from_slice(read.hashes());
        let all = OptOuts::new(all, 0).without(&released);
        if all != known || content.hashes.is_none() {
            obsolete.extend(content.previous.take());
            content.previous = content.hashes.take();
            content.hashes = Some(self.write_hashes(account, all).await?);
        }
        let renewed = content.hashes != state.content.hashes;
        let state = self.documents.replace(&state, content).await.map_err(shared)?;
        if renewed {
            obsolete.extend(self.abandoned(account, &state.content).await);
        }
        for name in obsolete {
            // What cannot be deleted now is found as abandoned later.
            let key = keys::opt_out_hashes(account, &name);
            if let Err(error) = self.documents.store().delete(&key, Condition::None).await {
                tracing::warn!(%account, error = %in_one_line(&error), "old hashes of opt-outs stay");
            }
        }
        Ok(state)
    }

    /// Files that nothing refers to any more: of readings that were given up, or whose process died.
    async fn abandoned(&self, account: &AccountId, state: &OptOutState) -> Vec<String> {
        let now = self.clock.now();
        let prefix = keys::opt_out_files(account);
        let Ok(objects) = list_all(self.documents.store().as_ref(), &prefix).await else { return Vec::new() };
        let old =
            objects.into_iter().filter(|object| now.duration_since(object.last_modified) > ABANDONED_AFTER);
        let names = old.filter_map(|object| {
            let name = object.key.strip_prefix(&prefix)?.strip_suffix(keys::HASHES)?;
            Some(name.to_owned())
        });
        names.filter(|name| !state.refers_to(name)).collect()
    }

    /// What is known of the account's opt-outs.
    ///
    /// # Errors
    /// A passing one as long as they have never been read in full: look first.
    pub(crate) async fn opt_outs(&self, account: &AccountId) -> Result<OptOuts, StepError> {
        let key = keys::opt_outs(account);
        let mut missing = None;
        loop {
            let state = self.documents.load::<OptOutState>(&key).await?.map(|state| state.content);
            let state = state.unwrap_or_default();
            let (Some(full_read_at), Some(name)) = (state.full_read_at, state.hashes) else {
                return Err(StepError::Passing("the account's opt-outs must be read again first".to_owned()));
            };
            if missing.as_ref() == Some(&name) {
                return Err(StepError::Passing(
                    "what was read of the account's opt-outs is missing".to_owned(),
                ));
            }
            match self.read_hashes(account, &name).await {
                Ok(hashes) => return Ok(OptOuts::new(hashes, day(full_read_at))),
                // Replaced since, or lost: the next look finds out.
                Err(StoreError::NotFound { .. }) => missing = Some(name),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes hashes as sixteen bytes each.
    async fn write_hashes(&self, account: &AccountId, hashes: OptOuts) -> Result<String, StoreError> {
        let name = self.random.uuid().to_string();
        let bytes: Vec<u8> = hashes.hashes().iter().flat_map(|hash| hash.0.to_be_bytes()).collect();
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

/// A conflict means that another run of the account was faster; the run's own document is not meant, and nobody has
/// taken the run from us.
fn shared(error: DocumentError) -> StepError {
    match error {
        DocumentError::Conflict { .. } => {
            StepError::Passing("another run read the account's opt-outs at the same moment".to_owned())
        }
        error => error.into(),
    }
}

fn hash(contact: &Contact, address: &mut Address, seed: HashSeed) -> Option<AddressHash> {
    let email = contact.email.as_ref()?;
    Some(AddressHash::of(address.key_of(email.expose().as_bytes()), seed))
}

/// Days since 1970-01-01 (UTC).
pub(crate) fn day(at: Timestamp) -> u32 {
    u32::try_from(at.as_second() / 86_400).unwrap_or(0)
}

#[cfg(test)]
mod tests;
