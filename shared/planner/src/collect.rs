//! The first half of a plan: from the rows of the snapshots to the members, in the fixed order of the files.

use std::io;
use std::path::PathBuf;

use domain::mapping::Mapping;
use domain::outcome::{Counts, Notes, Outcome, Reason};
use jiff::Timestamp;
use ledger::{AddressHash, HashSeed, fingerprint};
use snapshots::{Columns, HeaderRefused, Row, RowHandler};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::address::Address;
use crate::batch::{Batch, RowFacts};
use crate::claims::{Claim, Claims, TooManyMembers, Wanted};
use crate::compare::Comparison;
use crate::decision::RunKind;
use crate::feedback::{push_outcome, push_rejected};
use crate::import_row::{BoundMapping, ContentWriter, RowTemplate, customer_id};
use crate::known::KnownLedger;
use crate::sink::{Feedback, PlanSink};
use crate::spool::{Member, Spool};

/// What limits the first half of a plan.
#[derive(Debug, Clone)]
pub struct CollectSettings {
    /// The most members that one export may have; more than these is an error, never a shorter export.
    pub max_members: u64,
    /// The greatest share of rows that may be unreadable before the run stops.
    pub unreadable_share: f64,
    /// Where the spool's files lie; the system's folder for temporary files when `None`.
    pub spool_directory: Option<PathBuf>,
    /// About how many members to expect; only saves memory moves.
    pub expected_members: usize,
}

impl Default for CollectSettings {
    fn default() -> Self {
        Self { max_members: 1_000_000, unreadable_share: 0.1, spool_directory: None, expected_members: 0 }
    }
}

/// Why no plan could be made of the rows.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The export is larger than allowed; nothing is sent.
    #[error(
        "the segments hold more than {limit} profiles, the most that one export may have; choose smaller segments, \
         split them over several exports, or have the limit raised"
    )]
    TooManyMembers {
        /// The limit.
        limit: u64,
    },
    /// Too many rows cannot be read, which points to a broken feed.
    #[error(
        "{unreadable} of {read} rows cannot be read (wrong number of fields, broken encoding, no identity); \
         check how the segment is written, then upload it again"
    )]
    TooManyUnreadableRows {
        /// Unreadable rows.
        unreadable: u64,
        /// All rows.
        read: u64,
        /// What came of every row; nobody was sent.
        counts: Box<Counts>,
    },
    /// The place for temporary files is full or cannot be written.
    #[error("temporary files could not be written; make room on the disk and run again")]
    Spool(#[source] io::Error),
    /// A plan's output could not be handed on.
    #[error("the plan's files could not be written")]
    Sink(#[source] io::Error),
    /// More than an index can name.
    #[error(transparent)]
    Indexes(#[from] TooManyMembers),
}

/// Takes rows one after the other. Feed it with [`snapshots::read_snapshot`], one snapshot after the other in the
/// order in which the export lists its segments, after [`Collector::begin_snapshot`].
pub struct Collector<'a, S> {
    mapping: &'a Mapping,
    seed: HashSeed,
    settings: CollectSettings,
    sink: &'a mut S,
    bound: Option<BoundMapping>,
    files: Vec<String>,
    first_file: usize,
    address: Address,
    writer: ContentWriter,
    batch: Batch,
    claims: Claims,
    compared: Option<Compared<'a>>,
    spool: Spool,
    feedback: Feedback,
    counts: Counts,
    content: Vec<u8>,
    lower: Vec<u8>,
}

/// What the rows are compared with as they come.
struct Compared<'a> {
    ledger: KnownLedger,
    fingerprint_key: u64,
    comparison: Comparison<'a>,
    at_once: bool,
}

/// The members of all snapshots, ready to be compared with the ledger.
pub struct Members {
    pub(crate) spool: Spool,
    pub(crate) known: Option<KnownLedger>,
    pub(crate) counts: Counts,
    pub(crate) feedback: Feedback,
    pub(crate) seed: HashSeed,
    pub(crate) template: RowTemplate,
    /// The names of the files that the members' parts number.
    pub(crate) files: Vec<String>,
}

impl Members {
    /// The counts so far: read, members, duplicates and rejected rows are final.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }
}

impl<'a, S: PlanSink> Collector<'a, S> {
    /// A collector for an export's mapping. `seed` is the account's; `sink` receives the report and the outcomes
    /// of rows that are decided already.
    pub fn new(mapping: &'a Mapping, seed: HashSeed, settings: CollectSettings, sink: &'a mut S) -> Self {
        let expected =
            settings.expected_members.min(usize::try_from(settings.max_members).unwrap_or(usize::MAX));
        Self {
            mapping,
            seed,
            sink,
            bound: None,
            files: Vec::new(),
            first_file: 0,
            address: Address::default(),
            writer: ContentWriter::default(),
            batch: Batch::default(),
            claims: Claims::with_capacity(expected),
            compared: None,
            spool: Spool::new(settings.spool_directory.clone()),
            settings,
            feedback: Feedback::default(),
            counts: Counts::default(),
            content: Vec::new(),
            lower: Vec::new(),
        }
    }

    /// Compares with `ledger`; call it before the first row, with the `comparison` that [`crate::compare`] will be
    /// given. Without it this is the first run to a list.
    #[must_use]
    pub fn with_ledger(mut self, ledger: KnownLedger, comparison: Comparison<'a>) -> Self {
        let fingerprint_key = RowTemplate::new(self.mapping).fingerprint_key(comparison.list.as_str());
        self.compared = Some(Compared { ledger, fingerprint_key, comparison, at_once: false });
        self
    }

    /// Decides at once, without keeping them, for members whom the ledger holds with the same values: most of them,
    /// as a rule. Only for a run whose baseline will be [`crate::Baseline::SameLedger`].
    #[must_use]
    pub fn deciding_at_once(mut self) -> Self {
        if let Some(compared) = &mut self.compared {
            compared.at_once = compared.comparison.kind != RunKind::Full;
        }
        self
    }

    /// Announces the files of the next snapshot, in the order in which they will be read. Files are numbered
    /// through all snapshots of the run. `written` is when the snapshot was: which dates the service takes is
    /// reckoned from there.
    pub fn begin_snapshot(&mut self, written: Timestamp, files: impl IntoIterator<Item = String>) {
        self.writer.begin_snapshot(written);
        self.first_file = self.files.len();
        self.files.extend(files);
        self.bound = None;
    }

    /// Rows read so far, of all snapshots.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.counts.read
    }

    /// Ends the first half.
    ///
    /// # Errors
    /// [`CollectError::TooManyUnreadableRows`] above the share that is allowed.
    pub fn finish(mut self) -> Result<Members, CollectError> {
        self.decide_batch()?;
        let unreadable: u64 = self
            .counts
            .reasons
            .iter()
            .filter(|(reason, _)| reason.is_unreadable())
            .map(|(_, rows)| *rows)
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "a share of rows needs no more than 52 bits")]
        let too_many = unreadable as f64 > self.counts.read as f64 * self.settings.unreadable_share;
        if too_many {
            // The report says which rows; it is worth having above all now.
            self.feedback.flush(self.sink).map_err(CollectError::Sink)?;
            let read = self.counts.read;
            let members = self.claims.len();
            let counts = Box::new(Counts { members, unsent: members, unchanged: 0, ..self.counts });
            return Err(CollectError::TooManyUnreadableRows { unreadable, read, counts });
        }
        self.counts.members = self.claims.len();
        Ok(Members {
            spool: self.spool,
            known: self.compared.map(|compared| compared.ledger),
            counts: self.counts,
            feedback: self.feedback,
            seed: self.seed,
            template: RowTemplate::new(self.mapping),
            files: self.files,
        })
    }

    /// Checks a row in the fixed order: readable, identity, address, profile, address of another.
    fn take(&mut self, row: &Row<'_>) -> Result<(), CollectError> {
        self.counts.read += 1;
        let Some(bound) = &self.bound else { return Ok(()) };
        if !row.field_count_matches() {
            return self.reject(row, Reason::FieldCount, &[]);
        }
        if !bound.is_utf8(row) {
            let identity = bound.identity(row).ok().flatten();
            let identity = identity.filter(|identity| std::str::from_utf8(identity).is_ok());
            return self.reject(row, Reason::Encoding, identity.unwrap_or_default());
        }
        let identity = match bound.identity(row) {
            Ok(identity) => identity,
            Err(reason) => return self.reject(row, reason, &[]),
        };
        if let Err(reason) = self.address.parse(bound.email(row)) {
            return self.reject(row, reason, identity.unwrap_or_default());
        }
        let hash = AddressHash::of(self.address.key(), self.seed);
        let mut notes = Notes::default();
        let content = self.writer.write(bound, row, &self.address, &mut notes);
        let too_many = |_| CollectError::Indexes(TooManyMembers);
        let facts = RowFacts {
            hash,
            identity_hash: identity.map_or(hash.0, |identity| xxh3_128_with_seed(identity, self.seed.0)),
            part: u32::try_from(self.first_file + row.part()).map_err(too_many)?,
            row: u32::try_from(row.number()).map_err(too_many)?,
            values_cut: u32::try_from(notes.values_cut).unwrap_or(u32::MAX),
            values_left_out: u32::try_from(notes.values_left_out).unwrap_or(u32::MAX),
            is_long: self.address.is_long(),
        };
        self.batch.push(facts, identity.unwrap_or_default(), content);
        if self.batch.is_full() { self.decide_batch() } else { Ok(()) }
    }

    /// Decides which of the waiting rows are members, in their order.
    fn decide_batch(&mut self) -> Result<(), CollectError> {
        let ledger = self.compared.as_ref().map(|compared| &compared.ledger);
        for (row, ..) in self.batch.rows() {
            std::hint::black_box(self.claims.touch(row.identity_hash, row.hash.0, ledger));
        }
        for (row, identity, content) in self.batch.rows() {
            let fingerprint =
                self.compared.as_ref().map_or(0, |compared| fingerprint(content, compared.fingerprint_key));
            let wanted = Wanted { identity: row.identity_hash, address: row.hash.0, fingerprint };
            let ledger = self.compared.as_mut().map(|compared| &mut compared.ledger);
            let held = match self.claims.claim(wanted, ledger) {
                Claim::Member { held } => held,
                duplicate => {
                    let same_address = duplicate == Claim::SameAddress;
                    let reason = if same_address { "same_email" } else { "same_customer_id" };
                    self.counts.duplicates += 1;
                    let customer_id = customer_id(identity, content, &mut self.lower);
                    push_outcome(self.feedback.outcomes(), customer_id, Outcome::Duplicate, reason, None);
                    self.feedback.hand_on(self.sink).map_err(CollectError::Sink)?;
                    continue;
                }
            };
            if self.claims.len() > self.settings.max_members {
                return Err(CollectError::TooManyMembers { limit: self.settings.max_members });
            }
            let notes = &mut self.counts.notes;
            notes.long_addresses += u64::from(row.is_long);
            notes.values_cut += u64::from(row.values_cut);
            notes.values_left_out += u64::from(row.values_left_out);
            let unchanged = held
                && self.compared.as_ref().is_some_and(|compared| {
                    compared.at_once && !compared.comparison.opt_outs.contains(row.hash)
                });
            if unchanged {
                self.counts.unchanged += 1;
                let customer_id = customer_id(identity, content, &mut self.lower);
                push_outcome(self.feedback.outcomes(), customer_id, Outcome::Unchanged, "", None);
                self.feedback.hand_on(self.sink).map_err(CollectError::Sink)?;
                continue;
            }
            let member = Member { part: row.part, row: row.row, identity, content };
            self.spool.push(row.hash, &member).map_err(CollectError::Spool)?;
        }
        self.batch.clear();
        Ok(())
    }

    fn reject(&mut self, row: &Row<'_>, reason: Reason, identity: &[u8]) -> Result<(), CollectError> {
        self.counts.reject(reason);
        self.content.clear();
        row.write_csv(&mut self.content);
        let file = self.files.get(self.first_file + row.part()).map_or("", String::as_str);
        push_rejected(self.feedback.rejected(), file, row.number(), reason, &self.content);
        push_outcome(self.feedback.outcomes(), identity, Outcome::Rejected, reason.as_str(), None);
        self.feedback.hand_on(self.sink).map_err(CollectError::Sink)
    }
}

impl<S: PlanSink> RowHandler for Collector<'_, S> {
    type Error = CollectError;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<CollectError>> {
        self.bound = Some(BoundMapping::bind(self.mapping, columns)?);
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), CollectError> {
        self.take(row)
    }
}
