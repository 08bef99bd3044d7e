//! Runs that waited for a person go on once the person has come.

use std::collections::HashSet;

use domain::identifier::{ConnectionId, ExportId};
use engine::{Run, RunKey};
use jiff::{SignedDuration, Timestamp};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// So far the clocks of two processes may be apart. To drive a run in vain is harmless: it parks again.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);

impl Configuration {
    /// Runs of a connection that have not ended: those that have read their configuration say so themselves, of the
    /// others the export does. Those that cannot be read are left out: they must not hold up the others.
    pub(super) async fn runs_using(&self, id: &ConnectionId) -> Result<Vec<Run>, ConfigurationError> {
        let keys = self.parts.engine.active_runs().await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // What an export that cannot be read is to do cannot be begun either.
        let exports = self.exports_known_to_use(id).await?.readable;
        let exports: HashSet<&ExportId> = exports.iter().map(|export| &export.content.id).collect();
        let mut runs = Vec::new();
        for key in keys {
            let run = match self.parts.engine.run(&key).await {
                Err(error) if error.is_unreadable() => {
                    tracing::error!(
                        export = %key.export,
                        run = %key.run,
                        error = &error as &dyn std::error::Error,
                        "it could not be told which connection a run uses"
                    );
                    continue;
                }
                outcome => outcome?,
            };
            let Some(run) = run else { continue };
            let uses = match &run.configuration {
                Some(configuration) => configuration.connection == *id,
                None => exports.contains(&key.export),
            };
            if uses && run.ended().is_none() {
                runs.push(run);
            }
        }
        Ok(runs)
    }

    /// Drives the parked runs of a connection. The authorization stands whatever comes of it: a run that could not be
    /// set going now is set going by maintenance.
    pub(super) async fn resume_runs(&self, id: &ConnectionId) {
        match self.runs_using(id).await {
            Ok(runs) => {
                for run in runs.into_iter().filter(|run| run.parked.is_some()) {
                    self.drive(&run.key).await;
                }
            }
            Err(error) => tracing::error!(
                connection = %id,
                error = &error as &dyn std::error::Error,
                "the runs that waited for this authorization could not be found; maintenance looks again"
            ),
        }
    }

    /// Whether a parked run has been waiting in vain: its connection was authorised since, and nobody has told it.
    pub(crate) async fn is_wake_up_lost(&self, run: &Run) -> Result<bool, ConfigurationError> {
        let connection = run.configuration.as_ref().map(|configuration| &configuration.connection);
        let (Some(_), Some(connection)) = (&run.parked, connection) else { return Ok(false) };
        let tokens = self.parts.grants.status(connection).await?;
        Ok(tokens.is_some_and(|tokens| {
            tokens.needs_reauthentication_since.is_none()
                && is_granted_since(tokens.granted_at, run.parked_at)
        }))
    }

    /// Drives every parked run, whatever it waits for: one whose wait is not over parks again.
    pub(crate) async fn resume_all_runs(&self) {
        let keys = match self.parts.engine.active_runs().await {
            Ok(keys) => keys,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    error,
                    "the runs that wait for a person could not be found; maintenance looks again"
                );
                return;
            }
        };
        for key in keys {
            match self.parts.engine.run(&key).await {
                Ok(Some(run)) if run.parked.is_some() => self.drive(&key).await,
                Ok(_) => {}
                // One run that cannot be read, because a newer release wrote it, must not keep the others waiting.
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(export = %key.export, run = %key.run, error, "a run could not be looked at");
                }
            }
        }
    }

    /// Sets a run going, or says in the log that it could not be.
    pub(crate) async fn drive(&self, key: &RunKey) {
        if let Err(error) = self.parts.driver.drive(key).await {
            tracing::error!(
                export = %key.export,
                run = %key.run,
                error = &error as &dyn std::error::Error,
                "a run could not be set going"
            );
        }
    }
}

/// Whether the authorization may have come after the run had asked for it.
fn is_granted_since(granted_at: Option<Timestamp>, parked_at: Option<Timestamp>) -> bool {
    match (granted_at, parked_at) {
        (Some(granted), Some(parked)) => granted.duration_since(parked) >= -CLOCKS_APART,
        (_, None) => true,
        (None, Some(_)) => false,
    }
}
