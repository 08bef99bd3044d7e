//! Canceling a run.

use catalog::Export;
use engine::{Run, RunKey};
use identity::Person;
use serde_json::json;

use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::exports::event;

impl Configuration {
    /// Cancels a run that is queued or under way. What Constant Contact has taken already is settled first; until then
    /// the run is canceling. Canceling it again changes nothing.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NothingToDo` when it has ended.
    pub async fn cancel_run(&self, person: &Person, key: &RunKey) -> Result<(), ConfigurationError> {
        let export = self.export_to_edit(person, &key.export).await?.export.content;
        let run = self.load_run(key).await?;
        if run.ended().is_some() {
            return Err(ConfigurationError::NothingToDo {
                what: "this run has ended; there is nothing to cancel",
            });
        }
        let entry = event("run.canceled", &export).after(json!({ "run": key.run }));
        let by = actor(person).name;
        self.audited(person, entry, async { Ok(self.parts.engine.cancel(key, &by).await?) }).await?;
        // A run that waits for a person is driven by nobody, and would not hear of it.
        self.drive(key).await;
        Ok(())
    }

    /// Cancels whatever runs of an export that is being removed.
    pub(crate) async fn cancel_active_run(
        &self,
        person: &Person,
        export: &Export,
    ) -> Result<(), ConfigurationError> {
        let Some(active) = self.parts.engine.occupation(&export.id).await?.active else { return Ok(()) };
        let key = RunKey { export: export.id.clone(), run: active.run };
        let run = self.parts.engine.run(&key).await?;
        if run.is_some_and(|run| run.cancel.is_some() || run.ended().is_some()) {
            return Ok(());
        }
        // On record by itself: the removal that it belongs to may yet be refused.
        self.record_for(person, event("run.canceled", export).after(json!({ "run": key.run }))).await?;
        self.parts.engine.cancel(&key, &actor(person).name).await?;
        self.drive(&key).await;
        Ok(())
    }

    /// A run, whoever asks.
    pub(super) async fn load_run(&self, key: &RunKey) -> Result<Run, ConfigurationError> {
        let found = self.parts.engine.run(key).await?;
        found.ok_or(ConfigurationError::NotFound { what: "run" })
    }
}
