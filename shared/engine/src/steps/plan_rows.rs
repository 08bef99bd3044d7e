//! The plan at work: rows of the snapshots go in, chunks, outcomes and report come out.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use domain::identifier::{PlanId, RunId, SegmentName};
use ledger::{AddressHash, HashSeed, LedgerError, LedgerReader};
use planner::{
    Baseline, CollectError, CollectSettings, Collector, CompareError, Comparison, FinishedChunk, KnownLedger,
    OptOuts, PlanSink, PlanSummary, RunKind, compare,
};
use snapshots::{
    ChannelReader, Columns, HeaderRefused, PinnedSnapshot, ReadError, Row, RowHandler, read_pinned,
};
use store::{Condition, ObjectStore, StoreError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::keys;
use crate::observer::Observer;
use crate::run::Configuration;
use crate::streams::ObjectWriter;

/// How often the observer hears of rows.
const ROWS_PER_NOTE: u64 = 16_384;

/// Why no plan was made.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanFailure {
    #[error("a snapshot could not be read")]
    Read(#[from] ReadError<CollectError>),
    #[error("the rows could not be planned")]
    Collect(#[from] CollectError),
    #[error("the rows could not be compared with the ledger")]
    Compare(#[from] CompareError),
    #[error("the ledger cannot be used")]
    Ledger(#[from] LedgerError),
    #[error("the plan's files could not be written")]
    Write(#[source] io::Error),
}

/// What the planner's thread works on.
pub(super) struct PlanInput {
    pub(super) configuration: Configuration,
    pub(super) kind: RunKind,
    pub(super) sent_up_to: Option<AddressHash>,
    pub(super) seed: HashSeed,
    pub(super) opt_outs: OptOuts,
    pub(super) snapshots: Vec<PinnedSnapshot>,
    pub(super) segments: Arc<dyn ObjectStore>,
    pub(super) ledger: Option<ChannelReader>,
    pub(super) baseline: Option<Option<ChannelReader>>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) engine: Engine,
    pub(super) runtime: Handle,
}

pub(super) struct PlanOutput {
    pub(super) summary: PlanSummary,
    pub(super) segment_rows: BTreeMap<SegmentName, u64>,
}

pub(super) async fn store_chunks(
    store: Arc<dyn ObjectStore>,
    run: RunId,
    plan: PlanId,
    mut receiver: mpsc::Receiver<FinishedChunk>,
) -> Result<(), StoreError> {
    while let Some(chunk) = receiver.recv().await {
        let body_key = keys::chunk_body(&run, &plan, chunk.number, 0);
        let members_key = keys::chunk_members(&run, &plan, chunk.number, 0);
        store.put(&body_key, Bytes::from(chunk.body), Condition::None).await?;
        store.put(&members_key, Bytes::from(chunk.members), Condition::None).await?;
    }
    Ok(())
}

/// Hands the planner's output to the tasks that store it.
pub(super) struct Sink {
    pub(super) chunks: mpsc::Sender<FinishedChunk>,
    pub(super) outcomes: ObjectWriter,
    pub(super) rejected: ObjectWriter,
}

impl PlanSink for Sink {
    fn chunk(&mut self, chunk: FinishedChunk) -> io::Result<()> {
        self.chunks.blocking_send(chunk).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn outcomes(&mut self, lines: Vec<u8>) -> io::Result<()> {
        self.outcomes.piece(lines)
    }

    fn rejected(&mut self, lines: Vec<u8>) -> io::Result<()> {
        self.rejected.piece(lines)
    }
}

impl Sink {
    fn finish(self) -> io::Result<()> {
        self.outcomes.finish()?;
        self.rejected.finish()
    }
}

/// Tells the observer of rows on their way to the collector.
struct Observed<'a, 'b, S> {
    collector: &'b mut Collector<'a, S>,
    observer: &'b dyn Observer,
}

impl<S: PlanSink> RowHandler for Observed<'_, '_, S> {
    type Error = CollectError;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<CollectError>> {
        self.collector.columns(columns)
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), CollectError> {
        self.collector.row(row)?;
        if self.collector.rows().is_multiple_of(ROWS_PER_NOTE) {
            self.observer.rows_read(self.collector.rows());
        }
        Ok(())
    }
}

/// The whole plan, on a thread that may block.
pub(super) fn run_planner(input: PlanInput, mut sink: Sink) -> Result<PlanOutput, PlanFailure> {
    let planned = plan_rows(input, &mut sink);
    let keep_report =
        matches!(&planned, Ok(_) | Err(PlanFailure::Collect(CollectError::TooManyUnreadableRows { .. })));
    if keep_report {
        sink.finish().map_err(PlanFailure::Write)?;
    }
    planned
}

fn plan_rows(input: PlanInput, sink: &mut Sink) -> Result<PlanOutput, PlanFailure> {
    let settings = &input.engine.settings;
    let mut segment_rows = BTreeMap::new();
    let collect = CollectSettings {
        max_members: settings.max_members,
        unreadable_share: settings.unreadable_share,
        spool_directory: settings.spool_directory.clone(),
        expected_members: expected_members(&input.snapshots),
    };
    let comparison = Comparison {
        list: &input.configuration.list,
        kind: input.kind,
        sent_up_to: input.sent_up_to,
        opt_outs: &input.opt_outs,
        limits: settings.chunks,
        refuse_examples: settings.refuse_examples,
    };
    let mut collector = Collector::new(&input.configuration.mapping, input.seed, collect, sink);
    if let Some(ledger) = open(input.ledger)? {
        collector = collector.with_ledger(KnownLedger::read(ledger)?, comparison);
    }
    if input.baseline.is_none() {
        collector = collector.deciding_at_once();
    }
    for snapshot in &input.snapshots {
        let files = snapshot.parts.iter().map(|part| part.key.clone());
        collector.begin_snapshot(snapshot.last_modified, files);
        let mut observed = Observed { collector: &mut collector, observer: input.observer.as_ref() };
        let totals =
            read_pinned(&input.segments, snapshot, &input.runtime, &settings.snapshots, &mut observed)?;
        segment_rows.insert(snapshot.segment.clone(), totals.rows);
    }
    input.observer.rows_read(collector.rows());
    let members = collector.finish()?;
    let baseline = match input.baseline {
        Some(baseline) => Baseline::Earlier(open(baseline)?.map(Box::new)),
        None => Baseline::SameLedger,
    };
    let summary = compare(members, baseline, comparison, sink)?;
    Ok(PlanOutput { summary, segment_rows })
}

fn open<R: Read>(reader: Option<R>) -> Result<Option<LedgerReader<R>>, LedgerError> {
    reader.map(LedgerReader::new).transpose()
}

/// A guess that only saves memory moves: 60 bytes a row, a quarter of that compressed.
fn expected_members(snapshots: &[PinnedSnapshot]) -> usize {
    let bytes: u64 = snapshots
        .iter()
        .flat_map(|snapshot| &snapshot.parts)
        .map(|part| if part.key.ends_with(".gz") { part.size * 4 } else { part.size })
        .sum();
    usize::try_from(bytes / 60).unwrap_or(usize::MAX)
}
