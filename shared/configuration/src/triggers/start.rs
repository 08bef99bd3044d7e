//! Starting one export without a person, for the administrator who answers for its connection.

use catalog::Export;
use domain::identifier::ExportId;
use engine::{StartRequest, Started, Trigger};
use planner::RunKind;
use serde_json::json;
use snapshots::PinnedSnapshot;
use store::Versioned;

use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};
use crate::exports::event;

/// An export that was started without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedByItself {
    /// Which one.
    pub export: ExportName,
    /// What came of it; [`Started::Known`] for an event that was seen to before, and for an upload that the latest run has
    /// used already.
    pub started: Started,
}

/// What the clock or an upload started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TriggerReport {
    /// These exports.
    pub started: Vec<StartedByItself>,
    /// These would have been started, but have no connection that can be used.
    pub left_out: Vec<ExportName>,
    /// For these it failed, or it could not even be told whether they were due. The next tick tries it again; the others
    /// go on meanwhile.
    pub failed: Vec<ExportName>,
}

/// What an export is started by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) trigger: Trigger,
    /// The same at every delivery.
    pub(super) name: &'a str,
    /// The snapshot that the event is about.
    pub(super) snapshot: Option<&'a PinnedSnapshot>,
}

impl TriggerReport {
    /// Notes an export that cannot be read: its name is not known either.
    pub(super) fn unreadable(&mut self, id: ExportId, error: &ConfigurationError) {
        tracing::error!(
            export = %id,
            error = error as &dyn std::error::Error,
            "it could not be told whether an export is due; it is tried again"
        );
        let name = id.to_string();
        self.failed.push(ExportName { id, name });
    }
}

impl Configuration {
    /// Starts an export for an event that may come several times, and notes in `report` what came of it. Whether it was
    /// seen to: only then it need not be tried again.
    pub(super) async fn start_by_itself(
        &self,
        export: Versioned<Export>,
        event: Event<'_>,
        report: &mut TriggerReport,
    ) -> bool {
        let named = ExportName::of(&export.content);
        match self.try_start(export, event).await {
            Ok(Some(started)) => report.started.push(StartedByItself { export: named, started }),
            Ok(None) => report.left_out.push(named),
            Err(error) => {
                tracing::error!(
                    export = %named.id,
                    event = event.name,
                    error = &error as &dyn std::error::Error,
                    "an export could not be started; it is tried again"
                );
                report.failed.push(named);
                return false;
            }
        }
        true
    }

    /// `None` when there is no connection to run with.
    async fn try_start(
        &self,
        export: Versioned<Export>,
        Event { trigger, name, snapshot }: Event<'_>,
    ) -> Result<Option<Started>, ConfigurationError> {
        let found = self.with_connection(export).await?;
        let user = found.usable_connection().ok().and_then(|connection| connection.export_user.clone());
        let Some(user) = user else { return Ok(None) };
        let export = &found.export.content;
        let entry = event("run.started", export).after(json!({ "trigger": trigger, "event": name }));
        let requested_by = user.who.name.clone();
        let request = StartRequest { trigger, requested_by, kind: RunKind::Changes, approved: None };
        let engine = &self.parts.engine;
        let start = async {
            match snapshot {
                Some(snapshot) => engine.start_run_for_snapshot(&export.id, request, name, snapshot).await,
                None => engine.start_run_for_event(&export.id, request, name).await,
            }
        };
        let started = self.audited_start(user.who, None, entry, start).await?;
        self.drive(started.active()).await;
        Ok(Some(started))
    }
}
