//! Starting runs: one active run per export, one that follows it, whoever asks and however often.

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use domain::identifier::ExportId;
use domain::{Classified, FailureClass};
use snapshots::PinnedSnapshot;
use store::{Change, DocumentError, Updated};

use crate::account::{Never, document_error};
use crate::engine::{ActiveRun, Engine};
use crate::finishing::Ended;
use crate::history::RunSummary;
use crate::keys;
use crate::occupation::{Occupant, Occupation};
use crate::run::{Run, RunKey, StartRequest};

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
    /// The event was accepted before, and the run that served it has ended.
    Known(RunKey),
}

impl Started {
    /// The run to advance; to advance one that has ended does no harm.
    #[must_use]
    pub const fn active(&self) -> &RunKey {
        match self {
            Self::Created(key) | Self::Joined(key) | Self::Follows { active: key } | Self::Known(key) => key,
        }
    }
}

/// What came of a request that may come more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The run to look at.
    pub started: Started,
    /// A run was made, joined or queued for it. `false` for a request that was accepted before, and for a snapshot that
    /// the latest run has used: nothing has happened then.
    pub accepted: bool,
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
    /// The name of the request stands for another request.
    #[error("this name was given to another request before; use another one")]
    NameUsed,
}

impl Classified for StartError {
    fn class(&self) -> FailureClass {
        match self {
            Self::State(error) => error.class(),
            Self::NoIdentifier => FailureClass::NeedsPerson,
            Self::NameUsed => FailureClass::Permanent,
        }
    }
}

/// By what a request to start is known, should it come again.
#[derive(Debug, Clone, Copy)]
enum Known<'a> {
    /// By nothing.
    No,
    /// An event.
    Event(&'a str),
    /// The event that this snapshot is complete.
    Snapshot(&'a str, &'a PinnedSnapshot),
    /// A request, by the name that it was given.
    Request(&'a str),
}

impl<'a> Known<'a> {
    const fn event(self) -> Option<&'a str> {
        match self {
            Self::Event(event) | Self::Snapshot(event, _) => Some(event),
            Self::No | Self::Request(_) => None,
        }
    }
}

impl Engine {
    /// Starts a run of an export, or joins it to one that is active. The same request twice makes one run, as long
    /// as that run has not chosen its snapshots.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_run(&self, export: &ExportId, request: StartRequest) -> Result<Started, StartError> {
        Ok(self.admit(export, request, Known::No).await?.started)
    }

    /// Like [`Engine::start_run`], for an event that its sender may deliver more than once: `event` is what the
    /// sender calls it, the same at each delivery. An event that was accepted lately makes no further run.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_run_for_event(
        &self,
        export: &ExportId,
        request: StartRequest,
        event: &str,
    ) -> Result<Admission, StartError> {
        self.admit(export, request, Known::Event(event)).await
    }

    /// Like [`Engine::start_run_for_event`], for the event that `snapshot` is complete. When the run that ended last has
    /// used just this snapshot and would do the same again, the announcement comes too late to be of any use, and makes
    /// no run.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_run_for_snapshot(
        &self,
        export: &ExportId,
        request: StartRequest,
        event: &str,
        snapshot: &PinnedSnapshot,
    ) -> Result<Admission, StartError> {
        self.admit(export, request, Known::Snapshot(event, snapshot)).await
    }

    /// Like [`Engine::start_run`], for a request that may come again and that whoever makes it has therefore given a
    /// `name`. For 24 hours, and among the 1,000 latest such requests for the export, it counts once under its name,
    /// whatever events come meanwhile.
    ///
    /// # Errors
    /// [`StartError`]; `NameUsed` when another kind of run was asked for under this name.
    pub async fn start_run_for_request(
        &self,
        export: &ExportId,
        request: StartRequest,
        name: &str,
    ) -> Result<Admission, StartError> {
        self.admit(export, request, Known::Request(name)).await
    }

    async fn admit(
        &self,
        export: &ExportId,
        request: StartRequest,
        known: Known<'_>,
    ) -> Result<Admission, StartError> {
        let run = self.new_run_id().ok_or(StartError::NoIdentifier)?;
        let occupant = Occupant::new(run, request, self.clock.now());
        let before = self.occupation(export).await?;
        let active = self.active_run_of(export, &before).await?;
        let closing = match &active {
            Some(run) => self.closing(run).await,
            None => None,
        };
        let ended = active.filter(|run| run.ended().is_some());
        let served = match known {
            Known::Snapshot(_, snapshot) => self.served_by(export, &before, ended.as_ref(), snapshot).await?,
            Known::No | Known::Event(_) | Known::Request(_) => None,
        };
        let ended = ended.map(|run| run.key.run);
        let served = known.event().zip(served);
        let updated: Updated<Occupation, Option<Admission>> = self
            .documents
            .update::<Occupation, Option<Admission>, Never, _>(&keys::occupation(export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                let served = served.as_ref().and_then(|(event, served)| {
                    occupation.admit_served(export, event, served, ended.as_ref())
                });
                let admission = served.or_else(|| match known {
                    Known::Request(name) => {
                        occupation.admit_request(export, &occupant, name, closing.as_ref())
                    }
                    _ => Some(occupation.admit(export, &occupant, known.event(), closing.as_ref())),
                });
                Ok(if current == Some(&occupation) {
                    Change::Keep(admission)
                } else {
                    Change::Write(occupation, admission)
                })
            })
            .await
            .map_err(document_error)?;
        if let Some(occupation) = &updated.document
            && let Some(active) = &occupation.content.active
        {
            self.ensure_run(export, active).await?;
        }
        updated.outcome.ok_or(StartError::NameUsed)
    }

    /// The document of the active run, if it is written.
    async fn active_run_of(
        &self,
        export: &ExportId,
        occupation: &Occupation,
    ) -> Result<Option<Run>, DocumentError> {
        let Some(active) = &occupation.active else { return Ok(None) };
        let key = RunKey { export: export.clone(), run: active.run.clone() };
        self.run(&key).await
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

    /// Says whether the run's snapshots are chosen: whoever comes after that needs another run.
    pub(crate) async fn mark_pinned(&self, key: &RunKey, pinned: bool) -> Result<(), DocumentError> {
        self.documents
            .update::<Occupation, (), Never, _>(&keys::occupation(&key.export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                let active = occupation.active.as_mut();
                match active.filter(|active| active.run == key.run && active.pinned != pinned) {
                    Some(active) => active.pinned = pinned,
                    None => return Ok(Change::Keep(())),
                }
                Ok(Change::Write(occupation, ()))
            })
            .await
            .map_err(document_error)?;
        Ok(())
    }

    /// Whether an administrator has paused whatever starts by itself.
    pub(crate) async fn everything_is_paused(&self) -> Result<bool, DocumentError> {
        let settings = self.documents.load::<RefreshSettings>(REFRESH_SETTINGS).await?;
        Ok(settings.is_some_and(|settings| settings.content.paused))
    }

    /// The run has ended: the export is free, or its next run begins. Answers that one. `unwanted` is a follow-up that
    /// must not begin, because there is nothing new for it or because everything is paused.
    pub(crate) async fn vacate(
        &self,
        run: &Run,
        ended: &Ended,
        unwanted: Option<&Occupant>,
    ) -> Result<Option<RunKey>, DocumentError> {
        let key = &run.key;
        let summary = RunSummary::new(run, ended);
        self.record(&key.export, &summary).await?;
        let updated: Updated<Occupation, ()> = self
            .documents
            .update::<Occupation, (), Never, _>(&keys::occupation(&key.export), |current| {
                let mut occupation = current.cloned().unwrap_or_default();
                occupation.vacate(summary.clone(), unwanted);
                Ok(if current == Some(&occupation) {
                    Change::Keep(())
                } else {
                    Change::Write(occupation, ())
                })
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
