//! *Approve and run*: a person looked at what the safety brake stopped.

use engine::{End, RunKey, Started};
use identity::Person;

use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::runs::start::Wish;

impl Configuration {
    /// Runs exactly the plan of a run that the safety brake stopped. Approving it again makes no further run.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NothingToDo` for a run that ended otherwise or has not ended, and what
    /// [`Configuration::run_export`] says of connections.
    pub async fn approve_run(&self, person: &Person, key: &RunKey) -> Result<Started, ConfigurationError> {
        let export = self.export_to_run(person, &key.export).await?.export.content;
        let run = self.load_run(key).await?;
        let braked = run.ended().is_some_and(|ended| matches!(ended.end, End::Braked { .. }));
        if !braked {
            let what = "the safety brake did not stop this run; there is nothing to approve";
            return Err(ConfigurationError::NothingToDo { what });
        }
        self.start_for(person, &export, run.request.kind, Wish::Approved(key.run.clone())).await
    }
}
