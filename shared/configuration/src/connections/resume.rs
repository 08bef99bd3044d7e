//! Runs that waited for a person go on once the person has come.

use std::collections::HashSet;

use domain::identifier::{ConnectionId, ExportId};
use engine::{Run, RunKey};

use crate::configuration::Configuration;
use crate::error::ConfigurationError;

impl Configuration {
    /// Runs of a connection that have not ended: those that have read their configuration say so themselves, of the
    /// others the export does.
    pub(super) async fn runs_using(&self, id: &ConnectionId) -> Result<Vec<Run>, ConfigurationError> {
        let keys = self.parts.engine.active_runs().await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let exports = self.exports_using(id).await?;
        let exports: HashSet<&ExportId> = exports.iter().map(|export| &export.content.id).collect();
        let mut runs = Vec::new();
        for key in keys {
            let Some(run) = self.parts.engine.run(&key).await? else { continue };
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
    /// set going stays parked and is named in the log.
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
                "the runs that waited for this authorization could not be found; run their exports again"
            ),
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
