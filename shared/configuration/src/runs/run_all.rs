//! *Run all*: everything that has an active schedule, at once.

use engine::Started;
use identity::Person;
use planner::RunKind;
use serde::Serialize;

use crate::access;
use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};
use crate::exports::sentence;

/// An export that runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedExport {
    /// Which one.
    pub export: ExportName,
    /// What came of the request.
    pub started: Started,
}

/// An export with an active schedule that could not be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Which one.
    pub export: ExportName,
    /// The code of [`ConfigurationError`].
    pub code: &'static str,
    /// Why, and what to do.
    pub message: String,
}

/// What came of *Run all*.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunAll {
    /// These run.
    pub started: Vec<StartedExport>,
    /// These have an active schedule and cannot run.
    pub left_out: Vec<LeftOut>,
}

impl Configuration {
    /// Starts every export that the person may edit and whose schedule is not switched off.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Forbidden` for who may edit no export at all.
    pub async fn run_all(&self, person: &Person) -> Result<RunAll, ConfigurationError> {
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let mut result = RunAll::default();
        for export in self.all_exports().await? {
            if !export.content.schedule.is_active() {
                continue;
            }
            let found = self.with_connection(export).await?;
            if found.require_editor(person).is_err() {
                continue;
            }
            let name = ExportName::of(&found.export.content);
            match self.run_export(person, &name.id, RunKind::Changes, None).await {
                Ok(started) => result.started.push(StartedExport { export: name, started }),
                Err(error @ ConfigurationError::Unavailable(_)) => return Err(error),
                Err(error) => result.left_out.push(LeftOut {
                    export: name,
                    code: error.code(),
                    message: sentence(&error.to_string()),
                }),
            }
        }
        Ok(result)
    }
}
