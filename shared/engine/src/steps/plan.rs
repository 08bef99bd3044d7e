//! Planning: reads the pinned snapshots, compares with the ledger, stores the chunks, and brakes.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::{Connection, connection_key};
use domain::identifier::{PlanId, SegmentName};
use domain::outcome::Counts;
use ledger::{AddressHash, LedgerError};
use planner::{Brake, CollectError, CompareError, PlanSummary, REPORT_HEADER};
use sha2::{Digest, Sha256};
use snapshots::{ChannelReader, PinnedSnapshot, ReadError, channel_reader};
use store::{Condition, ObjectStore, StoreError, open_resuming};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::chunk::{Chunk, ChunkState};
use crate::end::End;
use crate::error::StepError;
use crate::finishing::{FeedbackFiles, Finishing};
use crate::keys;
use crate::ledger_pointer::LedgerPointer;
use crate::phase::{EarlierPart, LedgerBasis, Looking, Phase, Planning, Sending};
use crate::run::Configuration;
use crate::session::Session;
use crate::steps::plan_rows::{PlanFailure, PlanInput, PlanOutput, Sink, run_planner, store_chunks};
use crate::streams::object_writer;
use crate::warning::Warning;
use domain::in_one_line;

impl Session<'_> {
    pub(crate) async fn plan(&mut self) -> Result<(), StepError> {
        let Phase::Planning(planning) = self.run.content.phase.clone() else { return Ok(()) };
        let configuration = self.configuration()?.clone();
        let pointer = self.ledger_pointer(&configuration).await?;
        let basis = LedgerBasis {
            object: pointer.as_ref().and_then(|pointer| pointer.object.clone()),
            unreadable: planning.without_ledger,
        };
        let plan = PlanId::new(self.engine.random.uuid().to_string())
            .map_err(|error| StepError::Permanent(error.to_string()))?;
        match self.make_plan(&planning, &configuration, &basis, &plan).await {
            Ok(output) => self.accept(planning, &configuration, pointer, basis, plan, output).await,
            Err(PlanError::Step(error)) => Err(error),
            Err(PlanError::Failure(failure)) => self.plan_failed(failure, planning, &plan).await,
        }
    }

    pub(crate) async fn ledger_pointer(
        &self,
        configuration: &Configuration,
    ) -> Result<Option<LedgerPointer>, StepError> {
        let Configuration { account, list, .. } = configuration;
        let key = keys::ledger_pointer(&self.run.content.key.export, account, list);
        Ok(self.engine.documents.load::<LedgerPointer>(&key).await?.map(|pointer| pointer.content))
    }

    async fn make_plan(
        &self,
        planning: &Planning,
        configuration: &Configuration,
        basis: &LedgerBasis,
        plan: &PlanId,
    ) -> Result<PlanOutput, PlanError> {
        let store = self.engine.documents.store();
        let seed = self.engine.hash_seed(&configuration.account).await.map_err(StepError::from)?;
        let opt_outs = self.engine.opt_outs(&configuration.account).await?;
        let ledger = match basis.object.as_ref().filter(|_| !basis.unreadable) {
            Some(object) => Some(open_ledger(store, object).await?),
            None => None,
        };
        let baseline = match &planning.earlier {
            Some(EarlierPart { baseline: Some(object), .. }) => Some(Some(open_ledger(store, object).await?)),
            Some(EarlierPart { baseline: None, .. }) => Some(None),
            None => None,
        };
        let run = &self.run.content.key.run;
        let (outcomes, outcomes_task) =
            object_writer(Arc::clone(store), keys::planned_outcomes(run, plan), b"", None);
        let (rejected, rejected_task) =
            object_writer(Arc::clone(store), keys::planned_report(run, plan), b"", None);
        let (chunks, receiver) = mpsc::channel(1);
        let uploads = tokio::spawn(store_chunks(Arc::clone(store), run.clone(), plan.clone(), receiver));
        let sink = Sink { chunks, outcomes, rejected };
        let input = PlanInput {
            configuration: configuration.clone(),
            kind: self.run.content.request.kind,
            sent_up_to: planning
                .earlier
                .as_ref()
                .and_then(|earlier| u128::from_str_radix(earlier.sent_up_to.as_deref()?, 16).ok())
                .map(AddressHash),
            seed,
            opt_outs,
            snapshots: planning.snapshots.clone(),
            segments: Arc::clone(&self.engine.segments),
            ledger,
            baseline,
            observer: Arc::clone(&self.engine.observer),
            engine: self.engine.clone(),
            runtime: Handle::current(),
        };
        let planned = tokio::task::spawn_blocking(move || run_planner(input, sink)).await;
        let planned = planned.map_err(|error| StepError::Passing(error.to_string()))?;
        // What kept the files from being written says more than that a channel was closed.
        uploads.await.map_err(|error| StepError::Passing(error.to_string()))?.map_err(StepError::from)?;
        outcomes_task.wait().await.map_err(StepError::from)?;
        rejected_task.wait().await.map_err(StepError::from)?;
        Ok(planned?)
    }

    /// What a failed plan means for the run.
    async fn plan_failed(
        &mut self,
        failure: PlanFailure,
        planning: Planning,
        plan: &PlanId,
    ) -> Result<(), StepError> {
        let collect = match failure {
            PlanFailure::Read(ReadError::Broken(broken)) => {
                let problem = broken.to_string();
                return Ok(self.finish(End::BrokenFile { problem }).await?);
            }
            PlanFailure::Read(ReadError::Changed { .. }) => return self.pin_again(planning).await,
            PlanFailure::Read(ReadError::Store { source, .. }) => return Err(StepError::Segments(source)),
            PlanFailure::Read(error @ ReadError::Interrupted { .. }) => {
                return Err(StepError::Passing(in_one_line(&error)));
            }
            PlanFailure::Read(ReadError::Handler(error)) | PlanFailure::Collect(error) => error,
            PlanFailure::Compare(CompareError::Ledger(error)) | PlanFailure::Ledger(error) => {
                return self.ledger_failed(error, planning).await;
            }
            PlanFailure::Compare(CompareError::ForeignLedger) => {
                return self.without_ledger(planning).await;
            }
            PlanFailure::Compare(error @ CompareError::ExampleAddress { .. }) => {
                let problem = format!("{error}.");
                return Ok(self.finish(End::PermanentError { problem }).await?);
            }
            PlanFailure::Compare(CompareError::Spool(error)) => return Err(StepError::Spool(error)),
            PlanFailure::Compare(CompareError::Sink(error)) | PlanFailure::Write(error) => {
                return Err(StepError::Passing(error.to_string()));
            }
        };
        match collect {
            CollectError::TooManyMembers { limit } => Ok(self.finish(End::TooManyProfiles { limit }).await?),
            CollectError::TooManyUnreadableRows { unreadable, read, counts } => {
                if let Some(earlier) = &planning.earlier {
                    // Counts and files remain those of what was sent.
                    let unsent = Some(earlier.counts.unsent);
                    return Ok(self.finish(End::TooManyUnreadableRows { unreadable, read, unsent }).await?);
                }
                let key = &self.run.content.key;
                let report = keys::report(&key.export, &key.run);
                let store = self.engine.documents.store();
                let planned = (Arc::clone(store), keys::planned_report(&key.run, plan));
                let (writer, task) =
                    object_writer(Arc::clone(store), report.clone(), REPORT_HEADER, Some(planned));
                tokio::task::spawn_blocking(move || writer.finish()).await.ok();
                task.wait().await?;
                let finishing = Finishing {
                    sending: None,
                    snapshots: planning.snapshots,
                    basis: None,
                    planned: *counts,
                    imports: 0,
                    counts: None,
                    ledger: None,
                    files: FeedbackFiles { report: Some(report), outcomes: None },
                    end: End::TooManyUnreadableRows { unreadable, read, unsent: None },
                };
                Ok(self.finish_with(finishing).await?)
            }
            CollectError::Spool(error) => Err(StepError::Spool(error)),
            CollectError::Sink(error) => Err(StepError::Passing(error.to_string())),
            CollectError::Indexes(error) => Err(StepError::Permanent(error.to_string())),
        }
    }

    /// A snapshot was replaced while it was read: choose anew. An approved plan cannot be made any more.
    async fn pin_again(&mut self, planning: Planning) -> Result<(), StepError> {
        if self.run.content.request.approved.is_some() {
            return Ok(self.finish(End::ApprovalOutdated).await?);
        }
        self.run.content.phase = Phase::Looking(Looking {
            checked: true,
            opt_outs_at: Some(planning.opt_outs_at),
            earlier: planning.earlier,
        });
        Ok(self.save().await?)
    }

    async fn ledger_failed(&mut self, error: LedgerError, planning: Planning) -> Result<(), StepError> {
        match error {
            LedgerError::Read(error) => match error.downcast::<StoreError>() {
                Ok(StoreError::NotFound { .. }) => self.without_ledger(planning).await,
                Ok(error) => Err(error.into()),
                Err(error) => Err(StepError::Passing(error.to_string())),
            },
            LedgerError::Newer { .. } => Err(StepError::NeedsPerson(error.to_string())),
            LedgerError::Damaged(_) => self.without_ledger(planning).await,
        }
    }

    /// A ledger that cannot be read is never an empty one: everybody is sent again, nobody is removed, and people
    /// are told.
    async fn without_ledger(&mut self, mut planning: Planning) -> Result<(), StepError> {
        if !self.run.content.warnings.contains(&Warning::LedgerUnreadable) {
            self.run.content.warnings.push(Warning::LedgerUnreadable);
        }
        // Without the ledger and still no plan: then it is the one from before the run that cannot be read.
        if planning.without_ledger
            && let Some(earlier) = &mut planning.earlier
        {
            earlier.baseline = None;
        }
        self.run.content.phase = Phase::Planning(Planning { without_ledger: true, ..planning });
        Ok(self.save().await?)
    }

    /// Brakes, or goes on to sending.
    async fn accept(
        &mut self,
        planning: Planning,
        configuration: &Configuration,
        pointer: Option<LedgerPointer>,
        basis: LedgerBasis,
        plan: PlanId,
        output: PlanOutput,
    ) -> Result<(), StepError> {
        let PlanOutput { summary, segment_rows } = output;
        let digest = digest(&planning.snapshots, &basis, configuration);
        let mut braked = None;
        if planning.earlier.is_none()
            && let Some(approved) = &self.run.content.request.approved
        {
            let key =
                crate::run::RunKey { export: self.run.content.key.export.clone(), run: approved.clone() };
            let braked = self.engine.load_run(&key).await?;
            // Another kind of run makes another plan of the same.
            let kind = self.run.content.request.kind;
            let braked = braked.map(|run| run.content).filter(|run| run.request.kind == kind);
            let approved = braked.and_then(|run| run.ended().and_then(|ended| ended.basis.clone()));
            if approved.as_deref() != Some(digest.as_str()) {
                return Ok(self.finish(End::ApprovalOutdated).await?);
            }
            // Exactly this may go.
        } else if self.run.content.request.approved.is_none()
            && let Some(brake) = self.brake(&summary, &segment_rows, pointer.as_ref(), &planning)
        {
            if planning.earlier.is_some() {
                return Ok(self.finish(End::Braked { brake }).await?);
            }
            braked = Some(End::Braked { brake });
        }
        if braked.is_none()
            && let Some(over) = self.over_the_ceiling(configuration, summary.additions).await?
        {
            if planning.earlier.is_some() {
                return Ok(self.finish(over).await?);
            }
            braked = Some(over);
        }
        // A plan that brakes leaves the ledger as it is: exactly this plan may be approved.
        let opted_out = if braked.is_some() { &[][..] } else { &summary.opted_out };
        if !opted_out.is_empty() {
            let bytes: Vec<u8> = opted_out.iter().flat_map(|hash| hash.0.to_be_bytes()).collect();
            let key = keys::planned_opt_outs(&self.run.content.key.run, &plan);
            self.engine.documents.store().put(&key, bytes.into(), Condition::None).await?;
        }
        let newly_opted_out = opted_out.len() as u64;
        let passed = passed(pointer.as_ref(), &planning);
        self.run.content.forecast = Some(self.forecast(summary.chunks.len()).await);
        let chunks = summary.chunks.iter().map(|chunk| Chunk {
            number: chunk.number,
            rows: chunk.rows,
            bytes: chunk.bytes,
            planned_rows: chunk.rows,
            additions: chunk.additions,
            revision: 0,
            failed_attempts: 0,
            possibly_repeated: false,
            checked_at: None,
            asked_for: BTreeMap::new(),
            state: ChunkState::Waiting,
        });
        let sending = Sending {
            plan,
            planned_at: self.now(),
            chunks: chunks.collect(),
            snapshots: planning.snapshots,
            segment_rows,
            basis,
            counts: summary.counts,
            additions: summary.additions,
            updates: summary.updates,
            held: summary.held,
            passed,
            newly_opted_out,
            list_missing: false,
            stopped_by: None,
            opt_outs_at: planning.opt_outs_at,
            last_sent_at: None,
            next_poll: None,
            identification: None,
            claims: Vec::new(),
            earlier: planning.earlier,
        };
        let Some(end) = braked else {
            self.run.content.phase = Phase::Sending(Box::new(sending));
            return Ok(self.save().await?);
        };
        // The plan is settled as one of which nothing was sent, so that people get its report.
        let finishing = Finishing {
            sending: Some(sending),
            snapshots: Vec::new(),
            basis: matches!(end, End::Braked { .. }).then_some(digest),
            planned: Counts::default(),
            imports: 0,
            counts: None,
            ledger: None,
            files: FeedbackFiles::default(),
            end,
        };
        Ok(self.finish_with(finishing).await?)
    }

    /// Whether the account would have more contacts than its connection allows. Whoever is new to the export may
    /// be a contact already: it is the most that can be added which is judged, for that is what it may cost.
    async fn over_the_ceiling(
        &mut self,
        configuration: &Configuration,
        additions: u64,
    ) -> Result<Option<End>, StepError> {
        let key = connection_key(&configuration.connection);
        let connection = self.engine.documents.load::<Connection>(&key).await?;
        let ceiling = connection.and_then(|connection| connection.content.contact_ceiling);
        let Some(ceiling) = ceiling.filter(|_| additions > 0) else { return Ok(None) };
        let counts = self.client().await?.contact_counts().await?;
        let contacts = counts.active().or(counts.total).unwrap_or(0);
        let over = contacts.saturating_add(additions) > ceiling;
        Ok(over.then_some(End::ContactCeiling { additions, contacts, ceiling }))
    }

    fn brake(
        &self,
        summary: &PlanSummary,
        segment_rows: &BTreeMap<SegmentName, u64>,
        pointer: Option<&LedgerPointer>,
        planning: &Planning,
    ) -> Option<Brake> {
        let before = |segment: &SegmentName| pointer?.segment_rows.get(segment).copied();
        let emptied = segment_rows.iter().filter(|(_, rows)| **rows == 0).find_map(|(segment, _)| {
            let before = before(segment).filter(|rows| *rows > 0)?;
            Some(Brake::SegmentEmptied { segment: segment.clone(), before })
        });
        // A later part is judged together with those before it.
        let passed = passed(pointer, planning);
        let (additions, held) = match &planning.earlier {
            Some(earlier) => (earlier.counts.added + summary.additions, earlier.held),
            None => (summary.additions, summary.held),
        };
        emptied.or_else(|| self.engine.settings.brake.additions(additions.saturating_sub(passed), held))
    }
}

/// Additions that need not pass the brake again: what an earlier run planned, and did not get to send, has passed it.
fn passed(pointer: Option<&LedgerPointer>, planning: &Planning) -> u64 {
    match &planning.earlier {
        Some(earlier) => earlier.passed,
        None => pointer.map_or(0, |pointer| pointer.unsent_additions),
    }
}

/// Why a plan could not be made: for a reason of ours, or for one of the input.
enum PlanError {
    Step(StepError),
    Failure(PlanFailure),
}

impl From<StepError> for PlanError {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl From<PlanFailure> for PlanError {
    fn from(failure: PlanFailure) -> Self {
        Self::Failure(failure)
    }
}

async fn open_ledger(store: &Arc<dyn ObjectStore>, object: &str) -> Result<ChannelReader, PlanError> {
    match store.head(object).await {
        Ok(info) => {
            let stream = open_resuming(Arc::clone(store), object.to_owned(), info.tag);
            Ok(channel_reader(stream, &Handle::current()))
        }
        Err(StoreError::NotFound { .. }) => {
            Err(PlanFailure::Ledger(LedgerError::Damaged("its object is missing")).into())
        }
        Err(error) => Err(StepError::from(error).into()),
    }
}

/// What a person approves: these snapshots, this ledger, this configuration.
fn digest(snapshots: &[PinnedSnapshot], basis: &LedgerBasis, configuration: &Configuration) -> String {
    let mut hasher = Sha256::new();
    for part in snapshots.iter().flat_map(|snapshot| &snapshot.parts) {
        hasher.update(part.key.as_bytes());
        hasher.update([0]);
        hasher.update(part.tag.as_str().as_bytes());
        hasher.update([0]);
    }
    hasher.update(basis.object.as_deref().unwrap_or_default().as_bytes());
    hasher.update([0]);
    // A configuration is made of texts, lists and maps with text keys: it always serialises.
    hasher.update(serde_json::to_vec(configuration).unwrap_or_default());
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
