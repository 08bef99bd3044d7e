//! *Run*: a person starts a run of one export.

use catalog::Export;
use domain::identifier::{ExportId, RunId};
use engine::{Admission, StartError, StartRequest, Started, Trigger};
use identity::Person;
use planner::RunKind;
use serde_json::json;

use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::exports::event;
use crate::request_key::RequestKey;

impl From<StartError> for ConfigurationError {
    fn from(error: StartError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl Configuration {
    /// Starts a run of an export whose connection works, whatever its schedule: of what is new and changed, of
    /// everything ([`RunKind::Full`]), or also of the rows that are parked (*Retry failed*, [`RunKind::RetryFailed`]).
    /// The same `idempotency_key` of the same person makes one run, however often it comes.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NoConnection`, `NotConnected` and `NeedsReauthentication` say what keeps it from
    /// running, `Invalid` for `idempotency_key`.
    pub async fn run_export(
        &self,
        person: &Person,
        id: &ExportId,
        kind: RunKind,
        idempotency_key: Option<&str>,
    ) -> Result<Started, ConfigurationError> {
        let export = self.export_to_run(person, id).await?.export.content;
        let key = idempotency_key.map(|key| RequestKey::new(person, key)).transpose()?;
        let event = key.map(|key| key.event());
        self.start_for(person, &export, kind, None, event.as_deref()).await
    }

    /// Starts a run of an export that the person may run, and sets it going. `event` names the request, if it may come
    /// more than once.
    pub(super) async fn start_for(
        &self,
        person: &Person,
        export: &Export,
        kind: RunKind,
        approved: Option<RunId>,
        request: Option<&str>,
    ) -> Result<Started, ConfigurationError> {
        let action = if approved.is_some() { "run.approved" } else { "run.started" };
        let entry = event(action, export).after(json!({ "kind": kind, "approved": approved }));
        let requested_by = actor(person).name;
        let wanted = StartRequest { trigger: Trigger::OnDemand, requested_by, kind, approved };
        let engine = &self.parts.engine;
        let start = async {
            match request {
                Some(request) => engine.start_run_for_event(&export.id, wanted, request).await,
                None => {
                    let started = engine.start_run(&export.id, wanted).await?;
                    Ok(Admission { started, accepted: true })
                }
            }
        };
        let started = self.audited_start(actor(person), Some(person.role), entry, start).await?;
        self.drive(started.active()).await;
        Ok(started)
    }
}
