//! Stopping the runs that use a connection or belong to a detached export.

use std::collections::BTreeSet;

use domain::identifier::{ConnectionId, ExportId};
use engine::RunKey;
use identity::Person;

use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;

impl Configuration {
    /// Cancels every active and waiting run of a connection; answers how many.
    pub(super) async fn stop_runs_using(
        &self,
        person: &Person,
        id: &ConnectionId,
    ) -> Result<usize, ConfigurationError> {
        let runs = self.runs_using(id).await?;
        let mut stopped = runs.len();
        let exports: BTreeSet<&ExportId> = runs.iter().map(|run| &run.key.export).collect();
        for export in exports {
            stopped += self.parts.engine.cancel_all_queued(export).await?;
        }
        for run in &runs {
            self.stop_run(person, &run.key).await?;
        }
        Ok(stopped)
    }

    /// Cancels the active run of an export, if there is one, and what was to follow it.
    pub(super) async fn stop_run_of(
        &self,
        person: &Person,
        export: &ExportId,
    ) -> Result<(), ConfigurationError> {
        self.parts.engine.cancel_all_queued(export).await?;
        let Some(active) = self.parts.engine.occupation(export).await?.active else { return Ok(()) };
        self.stop_run(person, &RunKey { export: export.clone(), run: active.run }).await
    }

    /// A parked run is driven by nobody, and would not hear of it.
    async fn stop_run(&self, person: &Person, key: &RunKey) -> Result<(), ConfigurationError> {
        self.parts.engine.cancel(key, &actor(person).name).await?;
        self.drive(key).await;
        Ok(())
    }
}
