//! Choosing the snapshots: the newest complete one of each segment, down to the version of each file.

use jiff::{SignedDuration, Timestamp};
use snapshots::PinnedSnapshot;

use crate::end::End;
use crate::error::StepError;
use crate::phase::{Phase, Planning};
use crate::run::Waiting;
use crate::session::Session;
use crate::warning::Warning;

/// How often a run looks whether an upload is complete.
const UPLOAD_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// What the segments hold now.
enum Choice {
    /// These snapshots, and what is worth knowing of them.
    Snapshots(Vec<PinnedSnapshot>, Vec<Warning>),
    /// A newer snapshot is being uploaded: look again then.
    Uploading(Timestamp),
    /// There is nothing to read.
    Impossible(End),
}

impl Session<'_> {
    pub(crate) async fn pin(&mut self) -> Result<(), StepError> {
        if let Some(approved) = self.run.content.request.approved.clone() {
            return self.pin_approved(&approved).await;
        }
        // While it waits for an upload, a trigger joins this run. From the mark on it needs another one, so that
        // what a trigger announced just before the mark must be looked for after it.
        let key = self.run.content.key.clone();
        let mut choice = self.choose().await?;
        if !matches!(choice, Choice::Uploading(_)) {
            self.engine.mark_pinned(&key, true).await?;
            choice = self.choose().await?;
        }
        match choice {
            Choice::Uploading(until) => {
                self.engine.mark_pinned(&key, false).await?;
                self.asked_to_wait = Some((until, Some(Waiting::Snapshot)));
                Ok(())
            }
            Choice::Impossible(end) => Ok(self.finish(end).await?),
            Choice::Snapshots(snapshots, warnings) => {
                let run = &mut self.run.content;
                // What was said of an earlier choice is outdated; what was said of the ledger is not.
                run.warnings.retain(|warning| *warning == Warning::LedgerUnreadable);
                run.warnings.extend(warnings);
                run.waiting_for_upload_since = None;
                self.begin_planning(snapshots).await
            }
        }
    }

    /// Looks for the newest complete snapshot of every segment. The patience for uploads begins when the first one
    /// is met, however long the run was queued before.
    async fn choose(&mut self) -> Result<Choice, StepError> {
        let now = self.now();
        let mut snapshots = Vec::new();
        let mut warnings = Vec::new();
        for segment in self.configuration()?.segments.clone() {
            let located = match self.engine.locate_and_remember(&segment, now).await.map_err(StepError::from)
            {
                Ok(located) => located,
                Err(StepError::Permanent(problem)) => {
                    return Ok(Choice::Impossible(End::BrokenFile { problem }));
                }
                Err(error) => return Err(error),
            };
            if let Some(uploading) = located.uploading {
                let since = *self.run.content.waiting_for_upload_since.get_or_insert(now);
                let wait_until = since.checked_add(self.engine.settings.dependency_patience).unwrap_or(now);
                if now < wait_until {
                    let soon = now.checked_add(UPLOAD_PAUSE).unwrap_or(now);
                    let until = uploading.quiet_at.map_or(soon, |at| at.min(soon)).min(wait_until);
                    return Ok(Choice::Uploading(until));
                }
                let (segment, snapshot) = (segment.clone(), uploading.snapshot);
                warnings.push(Warning::UploadUnfinished { segment, snapshot });
            }
            let Some(snapshot) = located.newest else {
                return Ok(Choice::Impossible(End::SegmentMissing { segment }));
            };
            if now.duration_since(snapshot.last_modified) > self.engine.settings.snapshot_age {
                let last_modified = snapshot.last_modified;
                warnings.push(Warning::SnapshotOld { segment, last_modified });
            }
            snapshots.push(snapshot);
        }
        Ok(Choice::Snapshots(snapshots, warnings))
    }

    /// An approved run reads exactly what the braked one read.
    async fn pin_approved(&mut self, approved: &domain::identifier::RunId) -> Result<(), StepError> {
        self.engine.mark_pinned(&self.run.content.key, true).await?;
        let key = crate::run::RunKey { export: self.run.content.key.export.clone(), run: approved.clone() };
        let braked = self.engine.load_run(&key).await?;
        let snapshots =
            braked.as_ref().and_then(|run| run.content.ended()).map(|ended| ended.snapshots.clone());
        match snapshots {
            Some(snapshots) if !snapshots.is_empty() => self.begin_planning(snapshots).await,
            _ => Ok(self.finish(End::ApprovalOutdated).await?),
        }
    }

    async fn begin_planning(&mut self, snapshots: Vec<PinnedSnapshot>) -> Result<(), StepError> {
        let now = self.now();
        let configuration = self.configuration()?.clone();
        let ledger = self.ledger_pointer(&configuration).await?.and_then(|pointer| pointer.object);
        let compared = &mut self.run.content.compared_ledgers;
        compared.extend(ledger.filter(|object| !compared.contains(object)));
        if let Phase::Looking(looking) = &self.run.content.phase {
            let planning = Planning {
                snapshots,
                opt_outs_at: looking.opt_outs_at.unwrap_or(now),
                without_ledger: false,
                earlier: looking.earlier.clone(),
            };
            self.run.content.phase = Phase::Planning(planning);
        }
        Ok(self.save().await?)
    }
}
