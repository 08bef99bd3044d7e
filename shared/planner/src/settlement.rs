//! From the service's answers to the new ledger, the rest of the outcome file and the final counts.

use std::io::{self, Read, Write};

use domain::outcome::{Counts, Outcome, Reason};
use ledger::{AddressHash, Entry, HashSeed, LedgerError, LedgerReader, LedgerWriter, Pending, PendingReason};

use crate::feedback::push_outcome;
use crate::members::{ChunkMember, ChunkMembers, DamagedMembers};

/// Why the service did not take one row of a chunk that it completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Faulty, correctable in the service's own screens.
    Correctable,
    /// Refused for another reason.
    Error,
    /// Previously unsubscribed: counts as opted out.
    CannotAdd,
}

/// What became of one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkResult {
    /// The service completed it.
    Completed {
        /// The rows it refused, by index in the body, sorted by index.
        refused: Vec<(u32, Refusal)>,
        /// Rows that may be among those it refused without being named, by index, sorted; and how many of them
        /// it refused.
        unconfirmed: Vec<u32>,
        /// How many of the unconfirmed rows it refused.
        unidentified: u32,
        /// How many more of them it counted as opted out.
        unidentified_opt_outs: u32,
    },
    /// Nothing of it reached the service.
    Unsent,
    /// It was sent, and then given up or ended by the service as failed: nothing of it counts as accepted, and all of it
    /// may have been taken.
    Lost,
}

/// Why a settlement could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The old ledger could not be read to its end.
    #[error("the ledger cannot be used")]
    Ledger(#[from] LedgerError),
    /// A chunk's members could not be read.
    #[error(transparent)]
    Members(#[from] DamagedMembers),
    /// The new ledger or the outcome file could not be written.
    #[error("the new ledger or the outcome file could not be written")]
    Write(#[from] io::Error),
}

/// Merges chunks, in their order, with the old ledger. New ledger = old ledger + what the service accepted.
pub struct Settlement<R: Read, W: Write, O: Write> {
    old: Option<LedgerReader<R>>,
    /// The old ledger's entry that has been read but not been used: its bytes must outlive the reader's buffer.
    current: Option<OwnedEntry>,
    writer: LedgerWriter<W>,
    outcomes: O,
    lines: Vec<u8>,
    counts: Counts,
    seed: HashSeed,
    day: u32,
    /// People whom the ledger holds and who have opted out; sorted.
    opted_out: Vec<AddressHash>,
}

struct OwnedEntry {
    hash: AddressHash,
    address: Vec<u8>,
    identity: u64,
    held: Option<u64>,
    pending: Option<Pending>,
    contact_id: Option<[u8; 16]>,
}

impl OwnedEntry {
    fn as_entry(&self) -> Entry<'_> {
        Entry {
            hash: self.hash,
            address: &self.address,
            identity: self.identity,
            held: self.held,
            pending: self.pending,
            contact_id: self.contact_id,
        }
    }
}

impl<R: Read, W: Write, O: Write> Settlement<R, W, O> {
    /// Starts from the old ledger, if there is one, and the plan's counts. `day` is today in days since 1970-01-01
    /// (UTC). `outcomes` receives a line for every row of every chunk.
    pub fn new(
        old: Option<LedgerReader<R>>,
        new: W,
        outcomes: O,
        planned: Counts,
        seed: HashSeed,
        day: u32,
    ) -> Self {
        let writer = LedgerWriter::new(new, seed);
        Self {
            old,
            current: None,
            writer,
            outcomes,
            lines: Vec::new(),
            counts: planned,
            seed,
            day,
            opted_out: Vec::new(),
        }
    }

    /// Makes the new ledger remember that people whom it holds have opted out, as in
    /// [`crate::PlanSummary::opted_out`]: should they subscribe again, they are put back on the list.
    pub fn remember_opt_outs(&mut self, mut people: Vec<AddressHash>) {
        people.sort_unstable();
        self.opted_out = people;
    }

    /// Settles the next chunk.
    ///
    /// # Errors
    /// [`SettleError`].
    pub fn chunk(&mut self, number: u32, members: &[u8], result: &ChunkResult) -> Result<(), SettleError> {
        let mut unconfirmed_updates = 0;
        let mut unconfirmed_additions = 0;
        for (index, member) in (0_u32..).zip(ChunkMembers::new(members)) {
            let member = member?;
            let verdict = Verdict::of(index, result);
            let hash = member.hash(self.seed);
            let old = self.copy_up_to(hash)?;
            if verdict == Verdict::Unconfirmed {
                let unconfirmed =
                    if member.addition { &mut unconfirmed_additions } else { &mut unconfirmed_updates };
                *unconfirmed += 1;
            }
            self.count(&member, verdict, number)?;
            self.write(&member, hash, old.as_ref(), verdict)?;
        }
        if let ChunkResult::Completed { unidentified, unidentified_opt_outs, .. } = result {
            let open = (u64::from(*unidentified), u64::from(*unidentified_opt_outs));
            self.count_unidentified(open, unconfirmed_updates, unconfirmed_additions);
        }
        Ok(())
    }

    /// Counts people who opted out between the plan and the sending of their chunk, and names them.
    ///
    /// # Errors
    /// [`SettleError`].
    pub fn taken_out(&mut self, members: &[u8]) -> Result<(), SettleError> {
        for member in ChunkMembers::new(members) {
            self.counts.opted_out += 1;
            push_outcome(&mut self.lines, member?.customer_id(), Outcome::OptedOut, "", None);
            self.hand_on()?;
        }
        Ok(())
    }

    /// Counts rows of a chunk whose members are not known any more: they were not sent, as far as can be said.
    pub const fn unnamed(&mut self, rows: u64) {
        self.counts.unsent += rows;
    }

    /// Copies the rest of the old ledger and ends both files. Answers the final counts, how many people are held
    /// now, and both outputs.
    ///
    /// # Errors
    /// [`SettleError`].
    pub fn finish(mut self) -> Result<(Counts, u64, W, O), SettleError> {
        if let Some(current) = self.current.take() {
            self.copy(&current.as_entry())?;
        }
        if let Some(mut old) = self.old.take() {
            while let Some(entry) = old.next_entry()? {
                self.copy(&entry)?;
            }
        }
        self.outcomes.write_all(&self.lines)?;
        self.outcomes.flush()?;
        let held = self.writer.held();
        Ok((self.counts, held, self.writer.finish()?, self.outcomes))
    }

    /// Copies the old ledger's entries before `hash`; answers the one of `hash`, if there is one.
    fn copy_up_to(&mut self, hash: AddressHash) -> Result<Option<OwnedEntry>, SettleError> {
        if let Some(current) = self.current.take() {
            if current.hash > hash {
                self.current = Some(current);
                return Ok(None);
            }
            if current.hash == hash {
                return Ok(Some(current));
            }
            self.copy(&current.as_entry())?;
        }
        let Some(mut old) = self.old.take() else { return Ok(None) };
        while let Some(entry) = old.next_entry()? {
            if entry.hash < hash {
                self.copy(&entry)?;
                continue;
            }
            let owned = OwnedEntry {
                hash: entry.hash,
                address: entry.address.to_vec(),
                identity: entry.identity,
                held: entry.held,
                pending: entry.pending,
                contact_id: entry.contact_id,
            };
            self.old = Some(old);
            if owned.hash == hash {
                return Ok(Some(owned));
            }
            self.current = Some(owned);
            return Ok(None);
        }
        Ok(None)
    }

    /// Writes an entry of the old ledger whose person is in no chunk.
    fn copy(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let Some(fingerprint) = entry.held.filter(|_| self.opted_out.binary_search(&entry.hash).is_ok())
        else {
            return self.writer.write(entry);
        };
        let pending = Pending { fingerprint, attempts: 0, reason: PendingReason::CannotAdd, day: self.day };
        self.writer.write(&Entry { pending: Some(pending), ..*entry })
    }

    fn count(&mut self, member: &ChunkMember<'_>, verdict: Verdict, chunk: u32) -> io::Result<()> {
        let accepted = if member.addition { Outcome::Added } else { Outcome::Updated };
        let (outcome, reason) = match verdict {
            Verdict::Accepted => (accepted, ""),
            Verdict::Unconfirmed => (accepted, "unconfirmed"),
            Verdict::Unsent | Verdict::Lost => (Outcome::Unsent, ""),
            Verdict::Refused(Refusal::CannotAdd) => (Outcome::OptedOut, "cannot_add_to_list"),
            Verdict::Refused(Refusal::Correctable) => {
                (Outcome::Rejected, Reason::ServiceCorrectable.as_str())
            }
            Verdict::Refused(Refusal::Error) => (Outcome::Rejected, Reason::ServiceError.as_str()),
        };
        match verdict {
            Verdict::Accepted | Verdict::Unconfirmed if member.addition => self.counts.added += 1,
            Verdict::Accepted | Verdict::Unconfirmed => self.counts.updated += 1,
            Verdict::Unsent | Verdict::Lost => self.counts.unsent += 1,
            Verdict::Refused(Refusal::CannotAdd) => self.counts.opted_out += 1,
            Verdict::Refused(Refusal::Correctable) => self.counts.reject(Reason::ServiceCorrectable),
            Verdict::Refused(Refusal::Error) => self.counts.reject(Reason::ServiceError),
        }
        push_outcome(&mut self.lines, member.customer_id(), outcome, reason, Some(chunk));
        self.hand_on()
    }

    /// The service refused so many rows, and counted so many as opted out, more than could be named: they leave the
    /// counts of the accepted.
    fn count_unidentified(&mut self, (refused, opted_out): (u64, u64), updates: u64, additions: u64) {
        let unnamed = refused + opted_out;
        let from_updates = unnamed.min(updates);
        let from_additions = (unnamed - from_updates).min(additions);
        self.counts.updated -= from_updates;
        self.counts.added -= from_additions;
        let taken = from_updates + from_additions;
        let rejected = refused.min(taken);
        self.counts.opted_out += taken - rejected;
        self.counts.reject_many(Reason::RejectedUnidentified, rejected);
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if self.lines.len() >= 256 * 1024 {
            self.outcomes.write_all(&self.lines)?;
            self.lines.clear();
        }
        Ok(())
    }

    fn write(
        &mut self,
        member: &ChunkMember<'_>,
        hash: AddressHash,
        old: Option<&OwnedEntry>,
        verdict: Verdict,
    ) -> io::Result<()> {
        let held_before = old.and_then(|old| old.held);
        let pending = |attempts, reason| {
            Some(Pending { fingerprint: member.fingerprint, attempts, reason, day: self.day })
        };
        let attempt = |reason| pending(member.attempts.saturating_add(1), reason);
        let (held, pending) = match verdict {
            Verdict::Accepted => (Some(member.fingerprint), None),
            Verdict::Unconfirmed => (held_before, attempt(PendingReason::Unconfirmed)),
            Verdict::Refused(Refusal::CannotAdd) => (held_before, attempt(PendingReason::CannotAdd)),
            Verdict::Refused(_) => (held_before, attempt(PendingReason::Refused)),
            // No try that counts: nobody judged the row.
            Verdict::Lost => (held_before, pending(member.attempts, PendingReason::Unconfirmed)),
            Verdict::Unsent => match old {
                Some(old) => return self.writer.write(&old.as_entry()),
                None => return Ok(()),
            },
        };
        let identity = member.identity_hash(self.seed);
        let contact_id = old.and_then(|old| old.contact_id);
        self.writer.write(&Entry { hash, address: member.address, identity, held, pending, contact_id })
    }
}

/// What became of one row of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused(Refusal),
    Unconfirmed,
    Unsent,
    Lost,
}

impl Verdict {
    fn of(index: u32, result: &ChunkResult) -> Self {
        let (refused, unconfirmed) = match result {
            ChunkResult::Completed { refused, unconfirmed, .. } => (refused, unconfirmed),
            ChunkResult::Unsent => return Self::Unsent,
            ChunkResult::Lost => return Self::Lost,
        };
        if let Ok(place) = refused.binary_search_by_key(&index, |(index, _)| *index) {
            return refused.get(place).map_or(Self::Unsent, |(_, refusal)| Self::Refused(*refusal));
        }
        if unconfirmed.binary_search(&index).is_ok() { Self::Unconfirmed } else { Self::Accepted }
    }
}
