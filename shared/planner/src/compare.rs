//! The second half of a plan: members against the ledger, in the ledger's order, into chunks.

use std::io::{self, Read};

use domain::identifier::ListId;
use domain::outcome::{Counts, Outcome, Reason};
use ledger::{AddressHash, LedgerError, LedgerReader, fingerprint};
use serde::{Deserialize, Serialize};

use crate::chunk::{ChunkBuilder, ChunkLimits, FinishedChunk, Share};
use crate::collect::Members;
use crate::decision::{Decision, Known, RunKind, decide};
use crate::example::is_example;
use crate::feedback::{push_outcome, push_rejected};
use crate::import_row::{RowTemplate, customer_id, lower_address};
use crate::known::KnownLedger;
use crate::members::ChunkMember;
use crate::opt_outs::OptOuts;
use crate::sink::{Feedback, PlanSink};
use crate::spool::{LoadedPartition, Member};

/// What the members are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The list that is written to.
    pub list: &'a ListId,
    /// What the run is asked to do.
    pub kind: RunKind,
    /// A full run has sent everybody up to this place in an earlier part of itself.
    pub sent_up_to: Option<AddressHash>,
    /// Whom nothing is sent to.
    pub opt_outs: &'a OptOuts,
    /// The limits of a chunk.
    pub limits: ChunkLimits,
    /// Whether a plan that would send to an address kept free for examples is refused, see [`crate::is_example`].
    pub refuse_examples: bool,
}

/// The ledger from before the run.
pub enum Baseline<R: Read> {
    /// The one that is compared with.
    SameLedger,
    /// An earlier one, or none.
    Earlier(Option<Box<LedgerReader<R>>>),
}

/// What a plan found: the run's counts so far, and what it would send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Final for every row that is not in a chunk.
    pub counts: Counts,
    /// Rows in chunks of people whom the export did not hold before.
    pub additions: u64,
    /// Rows in chunks of people whom it did.
    pub updates: u64,
    /// People whom the export holds on the list before this run; `None` when there is no ledger yet.
    pub held: Option<u64>,
    /// The chunks, in order.
    pub chunks: Vec<ChunkSummary>,
    /// Members whom the ledger holds and who have opted out without its knowing; many, so that they are not part of
    /// the stored summary. Hand them to [`crate::Settlement::remember_opt_outs`].
    #[serde(skip)]
    pub opted_out: Vec<AddressHash>,
}

/// One chunk of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkSummary {
    /// From 1.
    pub number: u32,
    /// Rows in it.
    pub rows: u32,
    /// How many of them the export did not hold before.
    pub additions: u32,
    /// Bytes of its body.
    pub bytes: u64,
}

/// Why members could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The ledger cannot be read. Plan again without it: a full run that removes nobody.
    #[error("the ledger cannot be used")]
    Ledger(#[from] LedgerError),
    /// The ledger belongs to another account.
    #[error("the ledger was written for another account; reconnect the account it belongs to")]
    ForeignLedger,
    /// Somebody would be sent who does not exist; nobody is.
    #[error(
        "{file}, row {row}, holds an address under example.com, .org or .net, or under .example: such people do not exist \
         and are never sent to the real Constant Contact. Take them out of the segment, then run again"
    )]
    ExampleAddress {
        /// The file.
        file: String,
        /// The row in it, from 1.
        row: u64,
    },
    /// Temporary files could not be read back.
    #[error("temporary files could not be read; run again")]
    Spool(#[source] io::Error),
    /// A plan's output could not be handed on.
    #[error("the plan's files could not be written")]
    Sink(#[source] io::Error),
}

/// Compares `members` with the ledger that their collector was given (none on the first run to a list) and hands
/// chunks, outcomes and the report to `sink`. The same members, ledger and opt-outs always give the same chunks.
///
/// `baseline` is for a run that plans a second time after a part of it was sent: the ledger from before the run.
/// What to send is decided by the ledger, what to call it by `baseline`, so that people whom the first part added
/// still count as added.
///
/// # Errors
/// [`CompareError`]; what was handed to the sink is then of no use.
pub fn compare<R: Read, S: PlanSink>(
    members: Members,
    baseline: Baseline<R>,
    comparison: Comparison<'_>,
    sink: &mut S,
) -> Result<PlanSummary, CompareError> {
    let Members { spool, known, counts, feedback, seed, template, files } = members;
    if known.as_ref().is_some_and(|known| known.seed() != seed) {
        return Err(CompareError::ForeignLedger);
    }
    let mut before = match baseline {
        Baseline::SameLedger => None,
        Baseline::Earlier(ledger) => Some(LedgerCursor::new(ledger)),
    };
    let mut comparing = Comparing {
        comparison,
        fingerprint_key: template.fingerprint_key(comparison.list.as_str()),
        template,
        files,
        import_row: Vec::new(),
        builder: ChunkBuilder::new(comparison.limits, comparison.list.as_str()),
        summary: PlanSummary { counts, ..PlanSummary::default() },
        feedback,
        sink,
        lower: Vec::new(),
        added_identities: Vec::new(),
        has_ledger: known.is_some(),
        example: None,
        seed,
    };
    let mut loaded = LoadedPartition::default();
    for partition in spool.into_partitions() {
        partition.load(&mut loaded, seed).map_err(CompareError::Spool)?;
        for (hash, member) in loaded.members() {
            let entry = known.as_ref().and_then(|known| known.known(hash));
            let held_before = match &mut before {
                Some(before) => before.held(hash)?,
                None => entry.and_then(|entry| entry.held),
            };
            comparing.member(hash, &member, entry, held_before).map_err(CompareError::Sink)?;
            if let Some((part, row)) = comparing.example {
                let part = usize::try_from(part).unwrap_or(usize::MAX);
                let file = comparing.files.get(part).cloned().unwrap_or_default();
                return Err(CompareError::ExampleAddress { file, row: u64::from(row) });
            }
        }
    }
    comparing.finish(known.as_ref()).map_err(CompareError::Sink)
}

struct Comparing<'a, S> {
    comparison: Comparison<'a>,
    fingerprint_key: u64,
    template: RowTemplate,
    files: Vec<String>,
    import_row: Vec<u8>,
    builder: ChunkBuilder,
    summary: PlanSummary,
    feedback: Feedback,
    sink: &'a mut S,
    lower: Vec<u8>,
    added_identities: Vec<u64>,
    has_ledger: bool,
    /// Part and row of somebody who does not exist, where that matters.
    example: Option<(u32, u32)>,
    seed: ledger::HashSeed,
}

impl<S: PlanSink> Comparing<'_, S> {
    fn member(
        &mut self,
        hash: AddressHash,
        member: &Member<'_>,
        known: Option<Known>,
        held_before: Option<u64>,
    ) -> io::Result<()> {
        let Comparison { opt_outs, kind, sent_up_to, .. } = self.comparison;
        let sent_before = kind == RunKind::Full && sent_up_to.is_some_and(|place| hash <= place);
        let kind = if sent_before { RunKind::Changes } else { kind };
        let fingerprint = fingerprint(member.content, self.fingerprint_key);
        let opted_out = opt_outs.contains(hash);
        let counts = &mut self.summary.counts;
        let (outcome, reason) = match decide(known, fingerprint, opted_out, opt_outs.full_read_day(), kind) {
            Decision::Send { attempts, in_doubt } => {
                let share = if in_doubt { Share::in_doubt(attempts) } else { Share::ONE };
                // Among as many others as before nothing more can be found out: such a try does not count.
                let in_vain = in_doubt && !self.builder.heeds_doubt();
                let attempts = attempts.saturating_sub(u8::from(in_vain));
                return self.send(member, fingerprint, held_before.is_none(), attempts, share);
            }
            Decision::OptedOut => {
                counts.opted_out += 1;
                if known.is_some_and(Known::lacks_opt_out) {
                    self.summary.opted_out.push(hash);
                }
                (Outcome::OptedOut, "")
            }
            // Held with these values now. An earlier part of this run may have brought that about.
            Decision::Unchanged if held_before.is_none() => {
                counts.added += 1;
                (Outcome::Added, "")
            }
            Decision::Unchanged if sent_before || held_before != Some(fingerprint) => {
                counts.updated += 1;
                (Outcome::Updated, "")
            }
            Decision::Unchanged => {
                counts.unchanged += 1;
                (Outcome::Unchanged, "")
            }
            Decision::Parked => {
                counts.reject(Reason::Parked);
                self.report_parked(member);
                (Outcome::Rejected, Reason::Parked.as_str())
            }
        };
        let customer_id = customer_id(member.identity, member.content, &mut self.lower);
        push_outcome(self.feedback.outcomes(), customer_id, outcome, reason, None);
        self.feedback.hand_on(self.sink)
    }

    /// A line of the report. The row itself is no longer at hand: what would be sent of it is.
    fn report_parked(&mut self, member: &Member<'_>) {
        self.import_row.clear();
        self.template.render(member.content, &mut self.import_row);
        let part = usize::try_from(member.part).unwrap_or(usize::MAX);
        let file = self.files.get(part).map_or("", String::as_str);
        let row = u64::from(member.row);
        push_rejected(self.feedback.rejected(), file, row, Reason::Parked, &self.import_row);
    }

    fn send(
        &mut self,
        member: &Member<'_>,
        fingerprint: u64,
        addition: bool,
        attempts: u8,
        share: Share,
    ) -> io::Result<()> {
        lower_address(member.content, &mut self.lower);
        if self.comparison.refuse_examples && is_example(&self.lower) {
            self.example = Some((member.part, member.row));
        }
        self.import_row.clear();
        self.template.render(member.content, &mut self.import_row);
        if addition && self.has_ledger && !member.identity.is_empty() {
            self.added_identities.push(ledger::identity_hash(member.identity, self.seed));
        }
        let chunk_member = ChunkMember {
            addition,
            attempts,
            fingerprint,
            part: member.part,
            row: member.row,
            length: u32::try_from(self.import_row.len()).unwrap_or(u32::MAX),
            identity: member.identity,
            address: &self.lower,
        };
        if addition {
            self.summary.additions += 1;
        } else {
            self.summary.updates += 1;
        }
        let finished = self.builder.push(&self.import_row, &chunk_member, share);
        self.hand_over(finished)
    }

    fn hand_over(&mut self, finished: Option<FinishedChunk>) -> io::Result<()> {
        let Some(chunk) = finished else { return Ok(()) };
        self.summary.chunks.push(ChunkSummary {
            number: chunk.number,
            rows: chunk.rows,
            additions: chunk.additions,
            bytes: chunk.body.len() as u64,
        });
        self.sink.chunk(chunk)
    }

    fn finish(mut self, known: Option<&KnownLedger>) -> io::Result<PlanSummary> {
        let last = self.builder.finish();
        self.hand_over(last)?;
        self.feedback.flush(self.sink)?;
        self.summary.held = known.map(KnownLedger::held);
        if let Some(known) = known.filter(|_| !self.added_identities.is_empty()) {
            let mut left: Vec<u64> = known.left().collect();
            left.sort_unstable();
            let moved = self.added_identities.iter().filter(|identity| left.binary_search(identity).is_ok());
            self.summary.counts.notes.address_changed = moved.count() as u64;
        }
        Ok(self.summary)
    }
}

/// Walks through an earlier ledger beside the members.
struct LedgerCursor<R: Read> {
    reader: Option<Box<LedgerReader<R>>>,
    current: Option<(AddressHash, Option<u64>)>,
}

impl<R: Read> LedgerCursor<R> {
    const fn new(reader: Option<Box<LedgerReader<R>>>) -> Self {
        Self { reader, current: None }
    }

    /// What is held of `hash`, which comes after those that were asked for before.
    fn held(&mut self, hash: AddressHash) -> Result<Option<u64>, LedgerError> {
        loop {
            match self.current {
                Some((at, held)) if at == hash => return Ok(held),
                Some((at, _)) if at > hash => return Ok(None),
                _ => {}
            }
            let Some(reader) = &mut self.reader else { return Ok(None) };
            match reader.next_entry()? {
                Some(entry) => self.current = Some((entry.hash, entry.held)),
                None => self.reader = None,
            }
        }
    }
}
