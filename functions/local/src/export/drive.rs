//! Drives a run to its end: the loop that in AWS is a state machine of Step Functions.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use domain::{Classified, Clock, FailureClass};
use engine::{Advance, AdvanceError, Caller, Engine, ParkReason, Run, RunKey};
use jiff::{SignedDuration, Timestamp};

use super::progress::Progress;
use crate::connect::{ConnectError, Link};
use crate::disk;
use crate::screen::Screen;

/// An advance is asked for no more than this at once, so that Ctrl-C is heard between two steps.
const SLICE: SignedDuration = SignedDuration::from_secs(10);

/// So many failures of the state store in a row are too many.
const MOST_FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// So many authorizations without any progress between them are too many.
const MOST_AUTHORIZATIONS: u32 = 3;

/// How driving ended.
#[derive(Debug)]
pub(super) enum Driven {
    /// The run has ended.
    Ended(Box<Run>),
    /// The person stopped it; it goes on at the next start.
    Stopped(Box<Run>),
}

/// Why driving ended without an end of the run. The run goes on at the next start.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// State or files cannot be used.
    #[error(
        "the export was interrupted: what it has to write cannot be written; put that right and start again, it goes on where it was"
    )]
    Advance(#[from] AdvanceError),
    /// A person is needed.
    #[error("the export waits for you: {0}. Then start again, it goes on where it was")]
    Parked(String),
    /// The connection does not last.
    #[error(
        "Constant Contact keeps refusing the connection although it was authorised again; see log.txt in the data folder"
    )]
    Refused,
    /// Authorising again failed.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The service fails because its own state, on the same disk, cannot be written.
    #[error("the disk is full")]
    DiskFull,
    /// The run is gone.
    #[error("the run has vanished from the data folder; start again")]
    Vanished,
}

/// What driving needs.
pub(super) struct Driver<'a> {
    /// Does the work.
    pub engine: &'a Engine,
    /// For a run that needs the connection authorised again.
    pub link: &'a Link,
    /// The data directory: a full disk is met there.
    pub data: &'a Path,
    /// Shows how it goes.
    pub progress: &'a Progress,
    /// For questions.
    pub screen: &'a Screen,
    /// Time.
    pub clock: &'a dyn Clock,
}

impl Driver<'_> {
    /// Drives `key`, and the run that follows it if there is one, to the end.
    ///
    /// # Errors
    /// [`DriveError`].
    pub(super) async fn drive(&self, mut key: RunKey) -> Result<Driven, DriveError> {
        let mut failures = 0;
        let mut authorizations = 0;
        loop {
            let (advanced, stopped) = self.advance(&key).await;
            match advanced {
                Ok(Advance::Done { next: Some(next), .. }) if !stopped => key = next,
                Ok(Advance::Done { .. }) => return Ok(Driven::Ended(self.run(&key).await?)),
                _ if stopped => return Ok(Driven::Stopped(self.run(&key).await?)),
                Ok(Advance::Wait { until }) => {
                    (failures, authorizations) = (0, 0);
                    // Trying again does not help the simulator to write its state.
                    if self.progress.is_retrying() && disk::is_full(self.data) {
                        return Err(DriveError::DiskFull);
                    }
                    if self.wait(until).await {
                        return Ok(Driven::Stopped(self.run(&key).await?));
                    }
                }
                Ok(Advance::Parked { reason: ParkReason::NeedsReauthentication }) => {
                    authorizations += 1;
                    if authorizations > MOST_AUTHORIZATIONS {
                        return Err(DriveError::Refused);
                    }
                    self.progress.note("The connection must be authorised again; then the export goes on.");
                    self.link.authorize(self.screen).await?;
                }
                Ok(Advance::Parked { reason: reason @ ParkReason::NeedsPerson { .. } }) => {
                    let problem = reason.to_string();
                    return Err(DriveError::Parked(problem.trim_end_matches('.').to_owned()));
                }
                Err(error) => {
                    failures += 1;
                    if failures > MOST_FAILURES || error.class() != FailureClass::Retry {
                        return Err(error.into());
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// One advance, and whether the person wants to stop. A second Ctrl-C ends it at once, as a crash would.
    async fn advance(&self, key: &RunKey) -> (Result<Advance, AdvanceError>, bool) {
        let now = self.clock.now();
        let deadline = now.checked_add(SLICE).unwrap_or(now);
        let mut advancing = pin!(self.engine.advance(key, deadline, Caller::SoleOwner));
        tokio::select! {
            advanced = &mut advancing => return (advanced, false),
            _ = tokio::signal::ctrl_c() => {}
        }
        self.progress.note("Stopping after this step; Ctrl-C again stops at once.");
        let advanced = tokio::select! {
            advanced = &mut advancing => advanced,
            _ = tokio::signal::ctrl_c() => Ok(Advance::Wait { until: now }),
        };
        (advanced, true)
    }

    /// Waits, and answers whether the person wants to stop.
    async fn wait(&self, until: Timestamp) -> bool {
        tokio::select! {
            () = self.clock.sleep_until(until) => false,
            _ = tokio::signal::ctrl_c() => true,
        }
    }

    async fn run(&self, key: &RunKey) -> Result<Box<Run>, DriveError> {
        let run = self.engine.run(key).await.map_err(AdvanceError::from)?;
        run.map(Box::new).ok_or(DriveError::Vanished)
    }
}
