//! Settling: the new ledger, the outcome of every row, the report and the final counts.

use std::sync::Arc;

use domain::identifier::{ExportId, RunId};
use domain::outcome::Counts;
use ledger::{AddressHash, LedgerError};
use planner::{ChunkMembers, OUTCOME_HEADER, REPORT_HEADER, SettleError};
use snapshots::channel_reader;
use store::{Change, StoreError, open_resuming};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::account::{Never, document_error};
use crate::chunk::{Chunk, ChunkState};
use crate::error::StepError;
use crate::finishing::{FeedbackFiles, NewLedger};
use crate::keys;
use crate::ledger_pointer::LedgerPointer;
use crate::opt_outs::day;
use crate::phase::{EarlierPart, Looking, Phase, Sending};
use crate::run::RunKey;
use crate::session::Session;
use crate::steps::settlement::{Forgiving, Outputs, feed, get_if_there, run_settlement};
use crate::streams::{ObjectTask, ObjectWriter, object_writer};
use crate::warning::Warning;
use domain::in_one_line;

/// What a settlement wrote.
struct Written {
    counts: Counts,
    ledger: Option<NewLedger>,
    /// Whether there is an outcome file, or why there is none.
    outcomes: Result<bool, StoreError>,
}

/// The outcome file lies in a bucket that is not ours. So often it is tried, then the run ends without it.
const OUTCOME_TRIES: u8 = 3;

impl Session<'_> {
    /// The last settlement of a run.
    pub(crate) async fn settle(&mut self) -> Result<(), StepError> {
        let finishing = self.finishing_mut()?;
        let Some(sending) = finishing.sending.clone() else {
            finishing.counts = Some(finishing.planned.clone());
            return Ok(self.save().await?);
        };
        let Written { counts, ledger, outcomes } = match self.write_settlement(&sending).await {
            Ok(written) => written,
            Err(StepError::UnreadableLedger) => {
                let finishing = self.finishing_mut()?;
                if let Some(sending) = &mut finishing.sending {
                    sending.basis.unreadable = true;
                }
                return self.warn_of_ledger().await;
            }
            Err(error) => return Err(error),
        };
        let has_outcomes = self.judge_outcomes(outcomes)?;
        let files = self.files(&counts, has_outcomes);
        let finishing = self.finishing_mut()?;
        finishing.files = files;
        finishing.counts = Some(counts);
        finishing.ledger = ledger;
        Ok(self.save().await?)
    }

    /// Settles what was sent of a plan that has become too old, and goes back to look and plan the rest anew.
    pub(crate) async fn close_part(&mut self) -> Result<(), StepError> {
        let sending = self.sending()?.clone();
        let Written { counts, ledger, outcomes } = match self.write_settlement(&sending).await {
            Ok(written) => written,
            Err(StepError::UnreadableLedger) => {
                self.sending_mut()?.basis.unreadable = true;
                return self.warn_of_ledger().await;
            }
            Err(error) => return Err(error),
        };
        let has_outcomes = self.judge_outcomes(outcomes)?;
        if let Some(ledger) = &ledger
            && let Pointed::Other(object) = self.point_to(&sending, ledger).await?
        {
            let sending = self.sending_mut()?;
            sending.basis.object = object;
            sending.basis.unreadable = false;
            return Ok(self.save().await?);
        }
        let chunks = u32::try_from(sending.chunks.len()).unwrap_or(u32::MAX);
        let files = self.files(&counts, has_outcomes);
        let sent_up_to = self.sent_up_to(&sending).await?;
        let earlier = sending.earlier.unwrap_or_else(|| EarlierPart {
            baseline: sending.basis.object.clone().filter(|_| !sending.basis.unreadable),
            held: sending.held,
            passed: sending.passed,
            ..EarlierPart::default()
        });
        let earlier = EarlierPart {
            parts: earlier.parts + 1,
            possibly_repeated: counts.notes.possibly_repeated,
            chunks: earlier.chunks + chunks,
            counts,
            files,
            snapshots: sending.snapshots,
            sent_up_to,
            ..earlier
        };
        self.run.content.phase =
            Phase::Looking(Looking { checked: true, opt_outs_at: None, earlier: Some(earlier) });
        Ok(self.save().await?)
    }

    /// Chunks are filled in the order of the ledger: the last member of the last chunk before the first that was not
    /// accepted is how far a full run has come.
    async fn sent_up_to(&self, sending: &Sending) -> Result<Option<String>, StepError> {
        let accepted = |chunk: &&Chunk| matches!(chunk.state, ChunkState::Completed { .. });
        let before = sending.earlier.as_ref().and_then(|earlier| earlier.sent_up_to.clone());
        let Some(last) = sending.chunks.iter().take_while(accepted).last() else { return Ok(before) };
        let key = keys::chunk_members(&self.run.content.key.run, &sending.plan, last.number, last.revision);
        let Some(members) = get_if_there(self.engine.documents.store().as_ref(), &key).await? else {
            return Ok(before);
        };
        let seed = self.engine.hash_seed(&self.configuration()?.account).await?;
        let last = ChunkMembers::new(&members).filter_map(Result::ok).last();
        Ok(last.map(|member| format!("{:032x}", member.hash(seed).0)).or(before))
    }

    fn files(&self, counts: &Counts, has_outcomes: bool) -> FeedbackFiles {
        let key = &self.run.content.key;
        FeedbackFiles {
            report: (counts.rejected > 0).then(|| keys::report(&key.export, &key.run)),
            outcomes: has_outcomes.then(|| keys::outcomes(&key.export, &key.run)),
        }
    }

    /// Whether there is an outcome file. One that cannot be written is tried again some times; a run does not fail for
    /// want of it.
    fn judge_outcomes(&mut self, outcomes: Result<bool, StoreError>) -> Result<bool, StepError> {
        let run = &mut self.run.content;
        let error = match outcomes {
            Ok(written) => return Ok(written),
            Err(error) => error,
        };
        run.outcome_failures = run.outcome_failures.saturating_add(1);
        if run.outcome_failures < OUTCOME_TRIES {
            return Err(StepError::Passing(format!(
                "the outcome file could not be written: {}",
                in_one_line(&error)
            )));
        }
        run.warnings.push(Warning::OutcomesUnwritten { problem: in_one_line(&error) });
        Ok(false)
    }

    /// The ledger vanished since the plan was made: what is held is written anew from what this run knows.
    async fn warn_of_ledger(&mut self) -> Result<(), StepError> {
        if !self.run.content.warnings.contains(&Warning::LedgerUnreadable) {
            self.run.content.warnings.push(Warning::LedgerUnreadable);
        }
        Ok(self.save().await?)
    }

    /// Writes the new ledger (if anything was accepted or refused, or may have been), the report and the outcome file.
    async fn write_settlement(&mut self, sending: &Sending) -> Result<Written, StepError> {
        let configuration = self.configuration()?;
        let seed = self.engine.hash_seed(&configuration.account).await?;
        let opted_out = self.newly_opted_out(sending).await?;
        let completed = sending.count(|state| matches!(state, ChunkState::Completed { .. })) > 0;
        let changed =
            completed || !opted_out.is_empty() || sending.chunks.iter().any(Chunk::may_have_arrived);
        let RunKey { export, run } = self.run.content.key.clone();
        let store = Arc::clone(self.engine.documents.store());
        let old = match sending.basis.object.as_ref().filter(|_| changed && !sending.basis.unreadable) {
            Some(object) => {
                let info = match store.head(object).await {
                    Ok(info) => info,
                    Err(StoreError::NotFound { .. }) => return Err(StepError::UnreadableLedger),
                    Err(error) => return Err(error.into()),
                };
                let stream = open_resuming(Arc::clone(&store), object.clone(), info.tag);
                Some(channel_reader(stream, &Handle::current()))
            }
            None => None,
        };
        let part = sending.earlier.as_ref().map_or(0, |earlier| earlier.parts);
        let object = keys::ledger(&export, &run, part);
        let (ledger, ledger_task) = if changed {
            let (writer, task) = object_writer(Arc::clone(&store), object.clone(), b"", None);
            (Some(writer), Some(task))
        } else {
            (None, None)
        };
        let (report, report_task) = self.report_file(&export, &run, sending);
        let (outcomes, outcomes_task) = self.outcome_file(&export, &run, sending).unzip();
        let outcomes = Forgiving(outcomes);
        let (sender, receiver) = mpsc::channel(1);
        let today = day(self.now());
        let mut counts = sending.counts.clone();
        counts.notes.possibly_repeated = possibly_repeated(sending);
        let names = sending.snapshots.iter().flat_map(|snapshot| &snapshot.parts);
        let names: Vec<String> = names.map(|part| part.key.clone()).collect();
        let outputs = Outputs { ledger, outcomes, report, names, opted_out };
        let work =
            tokio::task::spawn_blocking(move || run_settlement(old, outputs, counts, seed, today, receiver));
        let fed = feed(store.as_ref(), &run, sending, sender).await;
        let settled = work.await.map_err(|error| StepError::Passing(error.to_string()))?;
        fed?;
        let mut written = Vec::new();
        for task in std::iter::once(report_task).chain(ledger_task) {
            written.push(task.wait().await?);
        }
        let outcomes = match outcomes_task {
            Some(task) => task.wait().await,
            None => Ok(false),
        };
        let settled = settled.map_err(|error| match error {
            SettleError::Ledger(LedgerError::Damaged(_)) => StepError::UnreadableLedger,
            SettleError::Ledger(error @ LedgerError::Newer { .. }) => {
                StepError::NeedsPerson(error.to_string())
            }
            error => StepError::Passing(in_one_line(&error)),
        })?;
        if written.contains(&false) {
            return Err(StepError::Passing("a file of the settlement was not written".to_owned()));
        }
        let ledger =
            changed.then_some(NewLedger { object, held: settled.held, unconfirmed: settled.unconfirmed });
        Ok(Written { counts: settled.counts, ledger, outcomes })
    }

    /// People whom the ledger holds and is to remember as opted out. There is nothing to remember without a ledger;
    /// and what is gone with the other files of a run that waited too long, the next plan finds again.
    async fn newly_opted_out(&self, sending: &Sending) -> Result<Vec<AddressHash>, StepError> {
        if sending.newly_opted_out == 0 || sending.basis.unreadable || sending.basis.object.is_none() {
            return Ok(Vec::new());
        }
        let key = keys::planned_opt_outs(&self.run.content.key.run, &sending.plan);
        match self.engine.documents.store().get(&key).await {
            Ok(object) => {
                let (hashes, _) = object.bytes.as_chunks::<16>();
                Ok(hashes.iter().map(|bytes| AddressHash(u128::from_be_bytes(*bytes))).collect())
            }
            Err(StoreError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn report_file(&self, export: &ExportId, run: &RunId, sending: &Sending) -> (ObjectWriter, ObjectTask) {
        let state = self.engine.documents.store();
        let planned = (Arc::clone(state), keys::planned_report(run, &sending.plan));
        object_writer(Arc::clone(state), keys::report(export, run), REPORT_HEADER, Some(planned))
    }

    /// None once it could not be written often enough.
    fn outcome_file(
        &self,
        export: &ExportId,
        run: &RunId,
        sending: &Sending,
    ) -> Option<(ObjectWriter, ObjectTask)> {
        if self.run.content.outcome_failures >= OUTCOME_TRIES {
            return None;
        }
        let segments = Arc::clone(&self.engine.segments);
        let planned = (Arc::clone(self.engine.documents.store()), keys::planned_outcomes(run, &sending.plan));
        Some(object_writer(segments, keys::outcomes(export, run), OUTCOME_HEADER, Some(planned)))
    }

    /// Makes the new ledger the export's. When somebody else's has come between, nothing is overwritten: the next
    /// settlement starts from that one.
    pub(crate) async fn point_to(&self, sending: &Sending, ledger: &NewLedger) -> Result<Pointed, StepError> {
        let configuration = self.configuration()?;
        let key = &self.run.content.key;
        let pointer = keys::ledger_pointer(&key.export, &configuration.account, &configuration.list);
        let new = LedgerPointer {
            object: Some(ledger.object.clone()),
            held: ledger.held,
            run: Some(key.run.clone()),
            // Whoever may be on the list has passed the brake, too.
            unsent_additions: unsent_additions(sending) + ledger.unconfirmed.min(sending.additions),
            segment_rows: sending.segment_rows.clone(),
        };
        let updated = self
            .engine
            .documents
            .update::<LedgerPointer, Pointed, Never, _>(&pointer, |current| {
                let object = current.and_then(|current| current.object.clone());
                Ok(if object == new.object {
                    Change::Keep(Pointed::Done)
                } else if object == sending.basis.object {
                    Change::Write(new.clone(), Pointed::Done)
                } else {
                    Change::Keep(Pointed::Other(object))
                })
            })
            .await
            .map_err(document_error)?;
        Ok(updated.outcome)
    }
}

/// What came of pointing to a new ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pointed {
    Done,
    /// The export's ledger is neither the new one nor the one that it was made from.
    Other(Option<String>),
}

/// Additions of chunks that were planned and not accepted.
pub(super) fn unsent_additions(sending: &Sending) -> u64 {
    let accepted = |state: &ChunkState| matches!(state, ChunkState::Completed { .. } | ChunkState::Emptied);
    let unsent = sending.chunks.iter().filter(|chunk| !accepted(&chunk.state));
    unsent.map(|chunk| u64::from(chunk.additions)).sum()
}

fn possibly_repeated(sending: &Sending) -> u64 {
    let earlier = sending.earlier.as_ref().map_or(0, |earlier| earlier.possibly_repeated);
    let chunks = sending.chunks.iter().filter(|chunk| chunk.possibly_repeated);
    earlier + chunks.map(|chunk| u64::from(chunk.rows)).sum::<u64>()
}
