//! Stopping the runs that use a connection or belong to a detached export.

use std::collections::BTreeSet;

use domain::identifier::{ConnectionId, ExportId};
use engine::RunKey;
use identity::Person;
use store::DocumentError;

use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;

impl Configuration {
    /// Cancels every active and waiting run of a connection; answers how many. What follows a run of an export that
    /// uses another connection by now is for that one, and stays. What cannot be read is left out: that the connection
    /// is marked as being removed stops it as well.
    pub(super) async fn stop_runs_using(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<usize, ConfigurationError> {
        let runs = self.runs_using(id).await?;
        if runs.is_empty() {
            return Ok(0);
        }
        let mut stopped = runs.len();
        let exports: BTreeSet<&ExportId> = runs.iter().map(|run| &run.key.export).collect();
        let using = self.exports_known_to_use(id).await?.readable;
        for export in using.iter().map(|export| &export.content.id).filter(|id| exports.contains(id)) {
            stopped += unless_unreadable(export, self.parts.engine.cancel_all_queued(export).await)?;
        }
        for run in &runs {
            unless_unreadable(&run.key.export, self.stop_run(person, &run.key).await)?;
        }
        Ok(stopped)
    }

    /// The same for one export of a connection that is marked as being removed.
    pub(super) async fn stop_readable_run_of(
        &self,
        person: &Person,
        export: &ExportId,
    ) -> Result<(), ConfigurationError> {
        Ok(unless_unreadable(export, self.stop_run_of(person, export).await)?)
    }

    /// What a run is stopped by can be read: a run of a detached export that cannot be stopped would go on sending.
    pub(super) async fn require_stoppable(&self, export: &ExportId) -> Result<(), DocumentError> {
        let Some(active) = self.parts.engine.occupation(export).await?.active else { return Ok(()) };
        self.parts.engine.run(&RunKey { export: export.clone(), run: active.run }).await.map(|_| ())
    }

    /// Cancels the active run of an export, if there is one, and what was to follow it.
    pub(super) async fn stop_run_of(&self, person: &Person, export: &ExportId) -> Result<(), DocumentError> {
        self.parts.engine.cancel_all_queued(export).await?;
        let Some(active) = self.parts.engine.occupation(export).await?.active else { return Ok(()) };
        self.stop_run(person, &RunKey { export: export.clone(), run: active.run }).await
    }

    /// A parked run is driven by nobody, and would not hear of it.
    async fn stop_run(&self, person: &Person, key: &RunKey) -> Result<(), DocumentError> {
        self.parts.engine.cancel(key, &actor(person).name).await?;
        self.drive(key).await;
        Ok(())
    }
}

/// A removal does not wait for somebody to mend a document.
fn unless_unreadable<T: Default>(
    export: &ExportId,
    outcome: Result<T, DocumentError>,
) -> Result<T, DocumentError> {
    match outcome {
        Err(error) if error.is_unreadable() => {
            tracing::error!(
                export = %export,
                error = &error as &dyn std::error::Error,
                "a run could not be told that its connection is being removed; it finds out by itself"
            );
            Ok(T::default())
        }
        outcome => outcome,
    }
}
