//! Maintenance: whatever was left behind is taken up again.

use domain::identifier::ExportId;
use engine::{ParkReason, Run, RunKey};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// A run that is overdue by this long is worked on by nobody.
const OVERDUE: SignedDuration = SignedDuration::from_mins(2);

/// What a person has done elsewhere, such as giving a permission or installing a newer release, tells nobody here: a run
/// that may have waited for it looks so often.
const LOOKS_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// So many segments are counted by one call: the next one goes on.
const COUNTED_AT_ONCE: usize = 20;

/// What maintenance did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MaintenanceReport {
    /// Runs that nobody worked on and that were set going again.
    pub driven: usize,
    /// Segments whose members were counted.
    pub counted: usize,
    /// Removed exports whose data was deleted.
    pub forgotten: usize,
    /// Connections whose tokens were renewed lest they end.
    pub renewed: usize,
    /// What failed and is tried again by the next call; the log says why.
    pub failed: usize,
}

impl Configuration {
    /// Sets overdue runs going, counts segments that are not counted, deletes the data of exports that were removed 30
    /// days ago, and keeps tokens alive that are used seldom. Each part is done whatever comes of the others.
    pub async fn maintenance(&self, now: Timestamp) -> MaintenanceReport {
        let mut report = MaintenanceReport::default();
        let mut note = |part: &'static str, outcome: Result<(usize, usize), ConfigurationError>| match outcome
        {
            Ok((done, failed)) => {
                report.failed += failed;
                done
            }
            Err(error) => {
                tracing::error!(
                    part,
                    error = &error as &dyn std::error::Error,
                    "a part of maintenance failed"
                );
                report.failed += 1;
                0
            }
        };
        let driven = note("runs", self.drive_overdue(now).await);
        let renewed = note("tokens", self.keep_tokens_alive(now).await);
        let counted = note("segments", self.count_uncounted().await);
        let forgotten = note("removed exports", self.forget_removed(now).await);
        MaintenanceReport { driven, counted, forgotten, renewed, ..report }
    }

    /// Sets runs going that nobody works on: those whose time is over by two minutes, those that were announced and never
    /// written, those that waited for an authorization which has come, and each hour those for which somebody may have
    /// done something elsewhere.
    async fn drive_overdue(&self, now: Timestamp) -> Result<(usize, usize), ConfigurationError> {
        let engine = &self.parts.engine;
        let (mut driven, mut failed) = (0, 0);
        // One run that cannot be read, because a newer release wrote it, must not keep the others waiting.
        for (id, _) in self.exports_one_by_one().await? {
            let id = &id;
            if let Err(error) = self.repair_run(id).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(export = %id, error, "an export's active run could not be looked at");
                failed += 1;
            }
        }
        for key in engine.active_runs().await? {
            match self.needs_driving(&key, now).await {
                Ok(true) => {
                    self.drive(&key).await;
                    driven += 1;
                }
                Ok(false) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(export = %key.export, run = %key.run, error, "a run could not be looked at");
                    failed += 1;
                }
            }
        }
        Ok((driven, failed))
    }

    async fn needs_driving(&self, key: &RunKey, now: Timestamp) -> Result<bool, ConfigurationError> {
        match self.parts.engine.run(key).await? {
            Some(run) => {
                Ok(is_overdue(&run, now) || is_to_look_again(&run, now) || self.is_wake_up_lost(&run).await?)
            }
            None => Ok(false),
        }
    }

    /// Writes the document of a run that a crash prevented.
    async fn repair_run(&self, export: &ExportId) -> Result<(), ConfigurationError> {
        let Some(active) = self.parts.engine.occupation(export).await?.active else { return Ok(()) };
        let key = RunKey { export: export.clone(), run: active.run };
        if self.parts.engine.run(&key).await?.is_none() {
            self.parts.engine.repair(export).await?;
        }
        Ok(())
    }

    async fn count_uncounted(&self) -> Result<(usize, usize), ConfigurationError> {
        let (mut counted, mut failed) = (0, 0);
        for segment in self.uncounted_segments().await?.into_iter().take(COUNTED_AT_ONCE) {
            match self.count_segment(&segment).await {
                Ok(_) => counted += 1,
                Err(error) => {
                    tracing::warn!(%segment, error = &error as &dyn std::error::Error, "a segment could not be counted");
                    failed += 1;
                }
            }
        }
        Ok((counted, failed))
    }
}

/// Whether a run waits for what may have been done outside the product, and has not looked for a while.
fn is_to_look_again(run: &Run, now: Timestamp) -> bool {
    matches!(run.parked, Some(ParkReason::NeedsPerson { .. }))
        && run.ended().is_none()
        && run.parked_at.is_none_or(|at| now.duration_since(at) >= LOOKS_AGAIN)
}

/// Runs that wait for a person are left alone until the person has come; of those that have ended, the cleaning up is outstanding.
fn is_overdue(run: &Run, now: Timestamp) -> bool {
    let since = match run.ended() {
        Some(ended) => Some(ended.at),
        None if run.parked.is_some() && run.cancel.is_none() => None,
        None => run.due_at,
    };
    since.is_some_and(|since| now.duration_since(since) > OVERDUE)
}
