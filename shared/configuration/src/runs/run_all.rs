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

impl LeftOut {
    fn new(export: ExportName, error: &ConfigurationError) -> Self {
        Self { export, code: error.code(), message: sentence(&error.to_string()) }
    }
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
        for (id, export) in self.exports_one_by_one().await? {
            let export = match export {
                Ok(export) => export,
                // Nobody can tell whose it is.
                Err(error) if access::may_manage_connections(person) => {
                    let name = id.to_string();
                    result.left_out.push(LeftOut::new(ExportName { id, name }, &error));
                    continue;
                }
                Err(_) => continue,
            };
            if export.content.removed_at.is_some() || !export.content.schedule.is_active() {
                continue;
            }
            let name = ExportName::of(&export.content);
            let found = match self.with_connection(export).await {
                Ok(found) => found,
                Err(error) if access::may_manage_connections(person) => {
                    result.left_out.push(LeftOut::new(name, &error));
                    continue;
                }
                Err(_) => continue,
            };
            if found.require_editor(person).is_err() {
                continue;
            }
            match self.run_export(person, &name.id, RunKind::Changes, None).await {
                Ok(started) => result.started.push(StartedExport { export: name, started }),
                // What keeps one from running keeps no other.
                Err(error) => result.left_out.push(LeftOut::new(name, &error)),
            }
        }
        Ok(result)
    }
}
