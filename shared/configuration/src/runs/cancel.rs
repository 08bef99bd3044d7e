//! Canceling a run.

use catalog::Export;
use engine::{Run, RunKey};
use identity::Person;
use serde_json::json;

use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::exports::event;

/// What became of a run that a person canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanceledRun {
    /// It is canceling, and its page says how far that is.
    Canceling,
    /// It was to follow another one and had not begun: nothing of it is left, not even a page.
    TakenBack,
}

impl Configuration {
    /// Cancels a run that is queued or under way. What Constant Contact has taken already is settled first; until then
    /// the run is canceling. Canceling it again changes nothing. Of a run that only follows another one
    /// ([`crate::QueuedRun`]) nothing is left.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NothingToDo` when it has ended.
    pub async fn cancel_run(&self, person: &Person, key: &RunKey) -> Result<CanceledRun, ConfigurationError> {
        let export = self.export_to_edit(person, &key.export).await?.export.content;
        if self.parts.engine.run(key).await?.is_none() {
            if self.cancel_queued(person, &export, key).await? {
                return Ok(CanceledRun::TakenBack);
            }
            // It may begin at this moment, and its document not be written yet.
            self.parts.engine.repair(&key.export).await?;
        }
        let run = self.load_run(key).await?;
        if run.ended().is_some() {
            return Err(ConfigurationError::NothingToDo {
                what: "this run has ended; there is nothing to cancel",
            });
        }
        if run.cancel.is_none() {
            let entry = event("run.canceled", &export).after(json!({ "run": key.run }));
            let by = actor(person).name;
            self.audited(person, entry, async { Ok(self.parts.engine.cancel(key, &by).await?) }).await?;
        }
        // A run that waits for a person is driven by nobody, and would not hear of it.
        self.drive(key).await;
        Ok(CanceledRun::Canceling)
    }

    /// `false` when no such run waits: it may have begun since.
    async fn cancel_queued(
        &self,
        person: &Person,
        export: &Export,
        key: &RunKey,
    ) -> Result<bool, ConfigurationError> {
        let entry = event("run.canceled", export).after(json!({ "run": key.run, "begun": false }));
        let canceled = self.audited(person, entry, async {
            if self.parts.engine.cancel_queued(key).await? {
                return Ok(());
            }
            Err(ConfigurationError::NotFound { what: "run" })
        });
        match canceled.await {
            Ok(()) => Ok(true),
            Err(ConfigurationError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Cancels whatever runs of an export that is being removed.
    pub(crate) async fn cancel_active_run(
        &self,
        person: &Person,
        export: &Export,
    ) -> Result<(), ConfigurationError> {
        self.parts.engine.cancel_all_queued(&export.id).await?;
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
