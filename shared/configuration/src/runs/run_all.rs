//! *Run all*: everything that has an active schedule, at once.

use catalog::Export;
use domain::identifier::ExportId;
use engine::Started;
use futures_util::{StreamExt, stream};
use identity::Person;
use planner::RunKind;
use serde::Serialize;
use store::Versioned;

use super::start::Wish;
use crate::access;
use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};
use crate::exports::sentence;
use crate::request_key::RequestKey;

/// So many exports are started side by side: a hundred of them within the time that API Gateway waits.
const AT_ONCE: usize = 16;

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
    /// Starts every export that the person may edit and whose schedule is not switched off, several at once. With the
    /// same `idempotency_key` of the same person each runs once, however often the request comes within 24 hours: whoever
    /// got no answer asks again, and what was not started before is started then.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Forbidden` for who may edit no export at all, `Invalid` for `idempotency_key`.
    pub async fn run_all(
        &self,
        person: &Person,
        idempotency_key: Option<&str>,
    ) -> Result<RunAll, ConfigurationError> {
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let key = idempotency_key.map(|key| RequestKey::new(person, key)).transpose()?;
        let exports = self.exports_one_by_one().await?;
        let outcomes: Vec<_> = stream::iter(exports)
            .map(|(id, export)| self.run_one_of_all(person, id, export, key))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let mut result = RunAll::default();
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                Ok(started) => result.started.push(started),
                // What keeps one from running keeps no other.
                Err(left_out) => result.left_out.push(left_out),
            }
        }
        Ok(result)
    }

    /// `None` for an export that is not meant.
    async fn run_one_of_all(
        &self,
        person: &Person,
        id: ExportId,
        export: Result<Versioned<Export>, ConfigurationError>,
        key: Option<RequestKey<'_>>,
    ) -> Option<Result<StartedExport, LeftOut>> {
        // Whose it is, nobody can tell.
        let unknown = |name: ExportName, error: &ConfigurationError| {
            access::may_manage_connections(person).then(|| Err(LeftOut::new(name, error)))
        };
        let export = match export {
            Ok(export) => export,
            Err(error) => return unknown(ExportName { name: id.to_string(), id }, &error),
        };
        if export.content.removed_at.is_some() || !export.content.schedule.is_active() {
            return None;
        }
        let name = ExportName::of(&export.content);
        let found = match self.with_connection(export).await {
            Ok(found) => found,
            Err(error) => return unknown(name, &error),
        };
        found.require_editor(person).ok()?;
        let start = async {
            self.require_running(&found).await?;
            let wish = Wish::Run(key.map(|key| key.name_within_all()));
            self.start_for(person, &found.export.content, RunKind::Changes, wish).await
        };
        Some(match start.await {
            Ok(started) => Ok(StartedExport { export: name, started }),
            Err(error) => Err(LeftOut::new(name, &error)),
        })
    }
}
