//! One advance at work: the run under its lease, and how it is saved.

use std::sync::Arc;

use constant_contact::Client;
use domain::outcome::Counts;
use jiff::Timestamp;
use store::{DocumentError, Versioned};

use crate::calls::CallBuffer;
use crate::chunk::ChunkState;
use crate::connection_watch::WatchedTokens;
use crate::connector::RunGate;
use crate::end::{End, Status};
use crate::engine::Engine;
use crate::error::StepError;
use crate::finishing::{FeedbackFiles, Finishing};
use crate::phase::{Phase, Sending};
use crate::run::{Configuration, Run, Waiting};

/// A run whose lease this call holds.
pub(crate) struct Session<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) run: Versioned<Run>,
    pub(crate) deadline: Timestamp,
    pub(crate) slot_held: bool,
    /// Set by a step that succeeded in finding out that nothing can be done before that moment, and what is waited for,
    /// if that is more than the next call.
    pub(crate) asked_to_wait: Option<(Timestamp, Option<Waiting>)>,
    /// When the step that is being taken began.
    pub(crate) step_began: Timestamp,
    service: Option<(Client, Arc<RunGate>)>,
    calls: Arc<CallBuffer>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(engine: &'a Engine, run: Versioned<Run>, deadline: Timestamp) -> Self {
        let calls = Arc::default();
        let step_began = engine.clock.now();
        Self {
            engine,
            run,
            deadline,
            slot_held: false,
            asked_to_wait: None,
            step_began,
            service: None,
            calls,
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    /// The client of the run's connection, made when first needed.
    pub(crate) async fn client(&mut self) -> Result<Client, StepError> {
        if let Some((client, _)) = &self.service {
            return Ok(client.clone());
        }
        let connector = &self.engine.connector;
        let connection = self.configuration()?.connection.clone();
        let tokens = connector.tokens(&connection).await?;
        let tokens = Arc::new(WatchedTokens::new(tokens, self.engine.documents.clone(), connection));
        let (clock, random) = (Arc::clone(&self.engine.clock), Arc::clone(&self.engine.random));
        let gate = Arc::new(RunGate::new(connector.gate().await?, Arc::clone(&clock)));
        let client = Client::new(connector.settings(), tokens, Arc::<RunGate>::clone(&gate), clock, random)
            .map_err(|error| StepError::Connector(error.into()))?
            .with_observer(Arc::<CallBuffer>::clone(&self.calls));
        self.service = Some((client.clone(), gate));
        Ok(client)
    }

    /// Leaves the calls of this session for people to see.
    pub(crate) async fn record_calls(&self) {
        let calls = self.calls.take();
        if let Ok(configuration) = self.configuration() {
            self.engine.record_calls(&configuration.connection, &calls).await;
        }
    }

    /// The gate that the client's requests pass, once there is a client.
    pub(crate) fn gate(&self) -> Option<&RunGate> {
        self.service.as_ref().map(|(_, gate)| gate.as_ref())
    }

    /// The run's configuration, which every phase after the first has.
    pub(crate) fn configuration(&self) -> Result<&Configuration, StepError> {
        let missing =
            || StepError::Permanent("the run has lost its configuration; start another one".to_owned());
        self.run.content.configuration.as_ref().ok_or_else(missing)
    }

    /// What is being sent.
    pub(crate) fn sending(&self) -> Result<&Sending, StepError> {
        match &self.run.content.phase {
            Phase::Sending(sending) => Ok(sending),
            _ => Err(wrong_phase()),
        }
    }

    /// What is being sent, to change it; save afterwards.
    pub(crate) fn sending_mut(&mut self) -> Result<&mut Sending, StepError> {
        match &mut self.run.content.phase {
            Phase::Sending(sending) => Ok(sending),
            _ => Err(wrong_phase()),
        }
    }

    /// Saves the run. A cancellation that somebody wrote meanwhile is taken over; anything else that changed it
    /// means that the lease is lost.
    pub(crate) async fn save(&mut self) -> Result<(), DocumentError> {
        if let Some((_, gate)) = &self.service {
            for (kind, count) in gate.take() {
                *self.run.content.requests.entry(kind).or_default() += count;
            }
        }
        loop {
            match self.engine.documents.replace(&self.run, self.run.content.clone()).await {
                Ok(saved) => {
                    self.run = saved;
                    self.engine.observer.run_saved(&self.run.content);
                    return Ok(());
                }
                Err(DocumentError::Conflict { kind, key }) => {
                    let current = self.engine.load_run(&self.run.content.key).await?;
                    match current {
                        Some(current) if current.content.fence == self.run.content.fence => {
                            self.run.content.cancel = current.content.cancel;
                            self.run.tag = current.tag;
                        }
                        _ => return Err(DocumentError::Conflict { kind, key }),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Saves, unless somebody else works on the run by now, who then knows better.
    pub(crate) async fn save_or_leave(&mut self) -> Result<(), DocumentError> {
        match self.save().await {
            Err(DocumentError::Conflict { .. }) => Ok(()),
            result => result,
        }
    }

    /// Goes into the last phase.
    pub(crate) async fn finish(&mut self, end: End) -> Result<(), DocumentError> {
        let (sending, snapshots, earlier) =
            match std::mem::replace(&mut self.run.content.phase, Phase::Queued) {
                Phase::Sending(sending) => (Some(*sending), Vec::new(), None),
                Phase::Planning(planning) => (None, planning.snapshots, planning.earlier),
                Phase::Looking(looking) => (None, Vec::new(), looking.earlier),
                _ => (None, Vec::new(), None),
            };
        let mut finishing = Finishing {
            sending,
            snapshots,
            basis: None,
            planned: Counts::default(),
            imports: 0,
            counts: None,
            ledger: None,
            files: FeedbackFiles::default(),
            end,
        };
        if let Some(earlier) = earlier {
            // A part was sent: whatever stops the rest, the run has not sent nothing.
            if finishing.end.status() == Status::Skipped {
                let cause = Some(Box::new(finishing.end));
                finishing.end = End::RowsUnsent { rows: earlier.counts.unsent, cause };
            }
            finishing.planned = earlier.counts;
            finishing.imports = earlier.chunks;
            finishing.snapshots = earlier.snapshots;
            finishing.files = earlier.files;
        }
        self.finish_with(finishing).await
    }

    /// Goes into the last phase with what is known already.
    pub(crate) async fn finish_with(&mut self, finishing: Finishing) -> Result<(), DocumentError> {
        self.run.content.phase = Phase::Finishing(Box::new(finishing));
        self.run.content.waiting = None;
        self.save().await
    }

    /// What is being finished, to change it; save afterwards.
    pub(crate) fn finishing_mut(&mut self) -> Result<&mut Finishing, StepError> {
        match &mut self.run.content.phase {
            Phase::Finishing(finishing) => Ok(finishing),
            _ => Err(wrong_phase()),
        }
    }

    /// Gives the account's sending slot back, if this call holds it.
    pub(crate) async fn release_slot(&mut self) -> Result<(), DocumentError> {
        if !self.slot_held {
            return Ok(());
        }
        self.slot_held = false;
        let Some(configuration) = &self.run.content.configuration else { return Ok(()) };
        let claims = self.run.content.sending().map(|sending| sending.claims.clone()).unwrap_or_default();
        // An import of unknown fate keeps the slot: nobody else may send before it is cleared up.
        let unresolved =
            self.run.content.sending().is_some_and(|sending| {
                sending.count(|state| matches!(state, ChunkState::Intended { .. })) > 0
            });
        if unresolved {
            return Ok(());
        }
        let now = self.engine.clock.now();
        self.engine.release_slot(&self.run.content.key, &configuration.account, &claims, now).await
    }
}

fn wrong_phase() -> StepError {
    StepError::Permanent("the run is in another phase than the step is for; start another one".to_owned())
}
