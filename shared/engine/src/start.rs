//! Starting runs: one active run per export, one that follows it, whoever asks and however often.

use domain::identifier::{ExportId, RunId};
use domain::{Classified, FailureClass};
use store::{Change, DocumentError, Updated};

use crate::account::{Never, document_error};
use crate::engine::{ActiveRun, Engine};
use crate::keys;
use crate::occupation::{Occupant, Occupation, RunSummary};
use crate::run::{Ended, Run, RunKey, StartRequest, Trigger};

/// What came of a request to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// A new run; advance it.
    Created(RunKey),
    /// A run is active whose snapshots are not chosen yet: it serves this request, too.
    Joined(RunKey),
    /// A run is active: another one follows it.
    Follows {
        /// The active run; advance it.
        active: RunKey,
    },
}

impl Started {
    /// The run to advance.
    #[must_use]
    pub const fn active(&self) -> &RunKey {
        match self {
            Self::Created(key) | Self::Joined(key) | Self::Follows { active: key } => key,
        }
    }
}

/// Why no run was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state could not be read or written.
    #[error("the run could not be started")]
    State(#[from] DocumentError),
    /// No id could be made.
    #[error("the run could not be named; check the system's clock")]
    NoIdentifier,
}

impl Classified for StartError {
    fn class(&self) -> FailureClass {
        match self {
            Self::State(error) => error.class(),
            Self::NoIdentifier => FailureClass::NeedsPerson,
        }
    }
}

impl Engine {
    /// Starts a run of an export, or joins it to one that is active. The same request twice makes one run.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_run(&self, export: &ExportId, request: StartRequest) -> Result<Started, StartError> {
        let run = self.new_run_id().ok_or(StartError::NoIdentifier)?;
        let occupant = Occupant { run, request, requested_at: self.clock.now(), pinned: false };
        let ended = self.ended_occupant(export).await?;
        let key = |run: &RunId| RunKey { export: export.clone(), run: run.clone() };
        let updated: Updated<Occupation, Started> = self
            .documents
            .update::<Occupation, Started, Never, _>(&keys::occupation(export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                let active = occupation.active.as_ref().filter(|active| Some(&active.run) != ended.as_ref());
                Ok(match active {
                    None => {
                        occupation.active = Some(occupant.clone());
                        Change::Write(occupation, Started::Created(key(&occupant.run)))
                    }
                    // Whoever approved a plan means that plan: it neither joins nor is joined.
                    Some(active)
                        if !active.pinned
                            && active.request.kind == occupant.request.kind
                            && active.request.approved == occupant.request.approved =>
                    {
                        Change::Keep(Started::Joined(key(&active.run)))
                    }
                    Some(active) => {
                        let active = key(&active.run);
                        match &mut occupation.follow_up {
                            Some(follow_up) => {
                                // A person's wish is not dropped for having been preceded by a schedule's.
                                if occupant.request.trigger == Trigger::OnDemand {
                                    follow_up.request = occupant.request.clone();
                                }
                            }
                            none => *none = Some(occupant.clone()),
                        }
                        Change::Write(occupation, Started::Follows { active })
                    }
                })
            })
            .await
            .map_err(document_error)?;
        if let Some(occupation) = &updated.document
            && let Some(active) = &occupation.content.active
        {
            self.ensure_run(export, active).await?;
        }
        Ok(updated.outcome)
    }

    /// The active run, if it has ended already and only its cleaning up is outstanding.
    async fn ended_occupant(&self, export: &ExportId) -> Result<Option<RunId>, DocumentError> {
        let Some(active) = self.occupation(export).await?.active else { return Ok(None) };
        let key = RunKey { export: export.clone(), run: active.run };
        let ended = self.load_run(&key).await?.is_some_and(|run| run.content.ended().is_some());
        Ok(ended.then_some(key.run))
    }

    /// Makes the documents of an active run, which a crash may have prevented.
    pub(crate) async fn ensure_run(
        &self,
        export: &ExportId,
        occupant: &Occupant,
    ) -> Result<(), DocumentError> {
        let key = RunKey { export: export.clone(), run: occupant.run.clone() };
        let index = self.documents.create(&keys::active_run(&key), ActiveRun { key: key.clone() }).await;
        let run = Run::new(key.clone(), occupant.request.clone(), occupant.requested_at);
        let created = self.documents.create(&keys::run(&key), run).await;
        for result in [index.map(|_| ()), created.map(|_| ())] {
            match result {
                Ok(()) | Err(DocumentError::AlreadyExists { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Repairs an export whose active run was announced but never written.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub async fn repair(&self, export: &ExportId) -> Result<(), DocumentError> {
        match self.occupation(export).await?.active {
            Some(active) => self.ensure_run(export, &active).await,
            None => Ok(()),
        }
    }

    /// From now on the run's snapshots are chosen: whoever comes now needs another run.
    pub(crate) async fn mark_pinned(&self, key: &RunKey) -> Result<(), DocumentError> {
        self.documents
            .update::<Occupation, (), Never, _>(&keys::occupation(&key.export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                match occupation.active.as_mut().filter(|active| active.run == key.run && !active.pinned) {
                    Some(active) => active.pinned = true,
                    None => return Ok(Change::Keep(())),
                }
                Ok(Change::Write(occupation, ()))
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }

    /// The run has ended: the export is free, or its next run begins. Answers that one. `drop_follow_up` says that
    /// there is nothing new for it.
    pub(crate) async fn vacate(
        &self,
        run: &Run,
        ended: &Ended,
        drop_follow_up: bool,
    ) -> Result<Option<RunKey>, DocumentError> {
        let key = &run.key;
        let summary = RunSummary {
            run: key.run.clone(),
            trigger: run.request.trigger,
            status: ended.end.status(),
            end: ended.end.clone(),
            ended_at: ended.at,
            counts: ended.counts.clone(),
        };
        let updated: Updated<Occupation, ()> = self
            .documents
            .update::<Occupation, (), Never, _>(&keys::occupation(&key.export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                if occupation.active.as_ref().is_none_or(|active| active.run != key.run) {
                    return Ok(Change::Keep(()));
                }
                let follow_up = occupation.follow_up.take();
                let kept = |next: &Occupant| !drop_follow_up || next.request.trigger == Trigger::OnDemand;
                occupation.active = follow_up.filter(kept);
                occupation.latest = Some(summary.clone());
                Ok(Change::Write(occupation, ()))
            })
            .await
            .map_err(document_error)?;
        let next = updated.document.and_then(|document| document.content.active);
        match next {
            Some(next) => {
                self.ensure_run(&key.export, &next).await?;
                Ok(Some(RunKey { export: key.export.clone(), run: next.run }))
            }
            None => Ok(None),
        }
    }
}
