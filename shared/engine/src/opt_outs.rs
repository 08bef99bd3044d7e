//! The opt-outs of an account: read in full first, then only what is new, and in full again every 30 days.
//!
//! What is kept is hashes of addresses, never the addresses.

mod hashes;
mod merging;
mod state;

use constant_contact::{Client, Contact, Cursor, ServiceError};
use domain::identifier::AccountId;
use jiff::{SignedDuration, Timestamp};
use ledger::{AddressHash, HashSeed, identity_hash};
use planner::{Address, OptOuts};
use store::{DocumentError, StoreError, Versioned};

use crate::engine::Engine;
use crate::error::StepError;
use crate::keys;
use state::{OptOutState, Reading, Subject};

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
            let in_full = finished.reading.of.is_in_full();
            state = self.finish_reading(source.account, read, finished).await?;
            if complete && (!in_full || state.content.reading.is_none()) {
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
        Reading::new(of, now)
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
            reading.take_note(&page);
            let opted_out = page.contacts.iter().filter(|contact| reading.of.is_meant(contact));
            hashes.extend(opted_out.filter_map(|contact| hash(contact, &mut address, source.seed)));
            if page.next.is_none() && reading.of != Subject::NewOptOuts {
                return Ok((state, Some(Finished { reading, hashes, one_page })));
            }
            if page.next.is_none() {
                match self.which_deleted(source, &state.content).await {
                    Ok(of) => reading.begin(of),
                    Err(error) => {
                        // These pages are read again, after those of before.
                        reading.begin(Subject::NewOptOuts);
                        self.save_part(source.account, state, &mut reading, hashes).await?;
                        return Err(error.into());
                    }
                }
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

    /// Which deleted contacts this look reads. Where there are too many to read all of them every time, their number is
    /// asked for: when it has changed, somebody was deleted, whatever the dates say.
    async fn which_deleted(&self, source: Source<'_>, state: &OptOutState) -> Result<Subject, ServiceError> {
        let of = state.which_deleted(self.clock.now());
        if of != Subject::NewlyDeleted {
            return Ok(of);
        }
        let page = source.client.contacts(&Subject::count_of_deleted(), None).await?;
        Ok(if state.has_as_many_deleted(page.count) { of } else { Subject::AllDeleted })
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
