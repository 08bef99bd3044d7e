//! Starting one export without a person, for the administrator who answers for its connection.

use catalog::Export;
use engine::{StartRequest, Started, Trigger};
use planner::RunKind;
use serde_json::json;
use store::Versioned;

use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};
use crate::exports::event;

/// An export that was started without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedByItself {
    /// Which one.
    pub export: ExportName,
    /// What came of it; [`Started::Known`] for an event that was seen to before.
    pub started: Started,
}

/// What the clock or an upload started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TriggerReport {
    /// These exports.
    pub started: Vec<StartedByItself>,
    /// These would have been started, but have no connection that can be used.
    pub left_out: Vec<ExportName>,
    /// For these it failed, for a reason that passes: the same call again tries it again.
    pub failed: Vec<ExportName>,
}

impl Configuration {
    /// Starts an export for an event that may come several times, and notes in `report` what came of it.
    pub(super) async fn start_by_itself(
        &self,
        export: Versioned<Export>,
        trigger: Trigger,
        name: &str,
        report: &mut TriggerReport,
    ) {
        let named = ExportName::of(&export.content);
        match self.try_start(export, trigger, name).await {
            Ok(Some(started)) => report.started.push(StartedByItself { export: named, started }),
            Ok(None) => report.left_out.push(named),
            Err(error) => {
                tracing::error!(
                    export = %named.id,
                    event = name,
                    error = &error as &dyn std::error::Error,
                    "an export could not be started; it is tried again"
                );
                report.failed.push(named);
            }
        }
    }

    /// `None` when there is no connection to run with.
    async fn try_start(
        &self,
        export: Versioned<Export>,
        trigger: Trigger,
        name: &str,
    ) -> Result<Option<Started>, ConfigurationError> {
        let found = self.with_connection(export).await?;
        let user = found.usable_connection().ok().and_then(|connection| connection.export_user.clone());
        let Some(user) = user else { return Ok(None) };
        let export = &found.export.content;
        let entry = event("run.started", export).after(json!({ "trigger": trigger, "event": name }));
        self.record(user.who.clone(), entry).await?;
        let requested_by = user.who.name;
        let request = StartRequest { trigger, requested_by, kind: RunKind::Changes, approved: None };
        let started = self.parts.engine.start_run_for_event(&export.id, request, name).await?;
        self.drive(started.active()).await;
        Ok(Some(started))
    }
}
