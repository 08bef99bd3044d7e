//! The settlement at work: chunks with what came of them go in, ledger, outcomes and report come out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bytes::Bytes;
use domain::identifier::{PlanId, RunId};
use domain::outcome::{Counts, Reason};
use ledger::{AddressHash, HashSeed, LedgerReader};
use planner::{ChunkResult, Refusal, SettleError, Settlement, import_rows, push_refused, push_unidentified};
use snapshots::ChannelReader;
use store::{ObjectStore, StoreError};
use tokio::sync::mpsc;

use crate::chunk::{Chunk, ChunkState};
use crate::error::StepError;
use crate::keys;
use crate::phase::Sending;
use crate::refusals::{Refusals, RefusalsError};
use crate::streams::ObjectWriter;

/// One chunk on its way into the settlement.
pub(super) struct SettledChunk {
    number: u32,
    members: Bytes,
    result: ChunkResult,
    /// People taken out before it was sent.
    taken_out: Vec<Bytes>,
    /// The body, where rows of it must be reported.
    body: Option<Bytes>,
    /// What the service said of them, by index.
    texts: BTreeMap<u32, String>,
    /// Rows of a chunk whose files are gone.
    unnamed: u32,
}

/// What a settlement came to.
pub(super) struct Settled {
    pub(super) counts: Counts,
    pub(super) held: u64,
    pub(super) unconfirmed: u64,
}

/// Reads each chunk's files and hands them to the settlement's thread.
pub(super) async fn feed(
    store: &dyn ObjectStore,
    run: &RunId,
    sending: &Sending,
    sender: mpsc::Sender<SettledChunk>,
) -> Result<(), StepError> {
    for chunk in &sending.chunks {
        let settled = read_chunk(store, run, sending, chunk).await?;
        if sender.send(settled).await.is_err() {
            // The thread ended early; its own error says why.
            return Ok(());
        }
    }
    Ok(())
}

async fn read_chunk(
    store: &dyn ObjectStore,
    run: &RunId,
    sending: &Sending,
    chunk: &Chunk,
) -> Result<SettledChunk, StepError> {
    let (plan, number, revision) = (&sending.plan, chunk.number, chunk.revision);
    let mut taken_out = Vec::new();
    let mut missing = false;
    for revision in 1..=revision {
        match get_if_there(store, &keys::chunk_taken_out(run, plan, number, revision)).await? {
            Some(bytes) => taken_out.push(bytes),
            None => missing = true,
        }
    }
    let members = match chunk.state {
        ChunkState::Emptied => Some(Bytes::new()),
        _ => get_if_there(store, &keys::chunk_members(run, plan, number, revision)).await?,
    };
    let Some(members) = members.filter(|_| !missing) else {
        // Kept for some days only, and the run waited longer. Its rows can be counted, not named; the next run
        // sends them.
        return Ok(SettledChunk {
            number,
            members: Bytes::new(),
            result: ChunkResult::Unsent,
            taken_out: Vec::new(),
            body: None,
            texts: BTreeMap::new(),
            unnamed: chunk.planned_rows.max(chunk.rows),
        });
    };
    let (result, texts, reported) = match chunk.state {
        ChunkState::Completed { refused, cannot_add, .. } => {
            let mut refusals = read_refusals(store, run, plan, number).await?;
            refusals.leave_unsearched(chunk.rows, refused, cannot_add);
            (refusals.to_result(), refusals.texts(), !refusals.refused.is_empty())
        }
        _ if chunk.may_have_arrived() => (ChunkResult::Lost, BTreeMap::new(), false),
        _ => (ChunkResult::Unsent, BTreeMap::new(), false),
    };
    let body = match reported {
        true => get_if_there(store, &keys::chunk_body(run, plan, number, revision)).await?,
        false => None,
    };
    Ok(SettledChunk { number, members, result, taken_out, body, texts, unnamed: 0 })
}

pub(super) async fn get_if_there(store: &dyn ObjectStore, key: &str) -> Result<Option<Bytes>, StoreError> {
    match store.get(key).await {
        Ok(object) => Ok(Some(object.bytes)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is kept of a chunk's refused rows; nothing is kept when there are none.
pub(super) async fn read_refusals(
    store: &dyn ObjectStore,
    run: &RunId,
    plan: &PlanId,
    number: u32,
) -> Result<Refusals, StepError> {
    match store.get(&keys::chunk_refusals(run, plan, number)).await {
        Ok(object) => Refusals::from_text(&object.bytes).map_err(|error| match error {
            RefusalsError::NewerSchema { .. } => StepError::NeedsPerson(error.to_string()),
            RefusalsError::Damaged => StepError::Permanent(error.to_string()),
        }),
        Err(StoreError::NotFound { .. }) => Ok(Refusals::default()),
        Err(error) => Err(error.into()),
    }
}

pub(super) struct Outputs {
    pub(super) ledger: Option<ObjectWriter>,
    pub(super) outcomes: Forgiving,
    pub(super) report: ObjectWriter,
    pub(super) names: Vec<String>,
    pub(super) opted_out: Vec<AddressHash>,
}

/// The settlement, on a thread that may block.
pub(super) fn run_settlement(
    old: Option<ChannelReader>,
    outputs: Outputs,
    counts: Counts,
    seed: HashSeed,
    day: u32,
    mut chunks: mpsc::Receiver<SettledChunk>,
) -> Result<Settled, SettleError> {
    let Outputs { ledger, outcomes, mut report, names, opted_out } = outputs;
    let old = old.map(LedgerReader::new).transpose()?;
    let mut settlement = Settlement::new(old, OptionalWriter(ledger), outcomes, counts, seed, day);
    settlement.remember_opt_outs(opted_out);
    let mut unconfirmed_rows = 0;
    while let Some(chunk) = chunks.blocking_recv() {
        if let ChunkResult::Completed { unconfirmed, .. } = &chunk.result {
            unconfirmed_rows += unconfirmed.len() as u64;
        }
        settlement.unnamed(u64::from(chunk.unnamed));
        for members in &chunk.taken_out {
            settlement.taken_out(members)?;
        }
        settlement.chunk(chunk.number, &chunk.members, &chunk.result)?;
        write_report(&mut report, &names, &chunk)?;
    }
    let (counts, held, ledger, outcomes) = settlement.finish()?;
    for writer in [ledger.0, Some(report)].into_iter().flatten() {
        writer.finish()?;
    }
    outcomes.finish();
    Ok(Settled { counts, held, unconfirmed: unconfirmed_rows })
}

/// Lines of the report for rows that the service refused.
fn write_report(
    report: &mut ObjectWriter,
    names: &[String],
    chunk: &SettledChunk,
) -> Result<(), SettleError> {
    let ChunkResult::Completed { refused, unidentified, .. } = &chunk.result else { return Ok(()) };
    let mut lines = Vec::new();
    if let Some(body) = &chunk.body {
        let mut refused = refused.iter().peekable();
        for (index, row) in (0_u32..).zip(import_rows(body, &chunk.members)) {
            let (member, content) = row?;
            let Some((_, refusal)) = refused.next_if(|(refused, _)| *refused == index) else { continue };
            let reason = match refusal {
                Refusal::Correctable => Reason::ServiceCorrectable,
                Refusal::Error => Reason::ServiceError,
                // An opt-out is no rejected row.
                Refusal::CannotAdd => continue,
            };
            let part = usize::try_from(member.part).unwrap_or(usize::MAX);
            let name = names.get(part).map_or("", String::as_str);
            let detail = chunk.texts.get(&index).map_or("", String::as_str);
            push_refused(&mut lines, name, u64::from(member.row), reason, detail, content);
        }
    }
    if *unidentified > 0 {
        push_unidentified(&mut lines, chunk.number, *unidentified);
    }
    Ok(report.write_all(&lines)?)
}

/// Writes as long as that is possible: what became of it, the upload knows.
pub(super) struct Forgiving(pub(super) Option<ObjectWriter>);

impl Write for Forgiving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.as_mut().is_some_and(|writer| writer.write_all(bytes).is_err()) {
            self.0 = None;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.as_mut().is_some_and(|writer| writer.flush().is_err()) {
            self.0 = None;
        }
        Ok(())
    }
}

impl Forgiving {
    fn finish(self) {
        if let Some(writer) = self.0 {
            // A closed channel means that the upload has failed, and knows why.
            let _ = writer.finish();
        }
    }
}

/// Writes, or throws away.
struct OptionalWriter(Option<ObjectWriter>);

impl Write for OptionalWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(writer) => writer.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Some(writer) => writer.flush(),
            None => Ok(()),
        }
    }
}
