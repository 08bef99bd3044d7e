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
        match error {
            StartError::NameUsed => {
                let message =
                    "You have asked for another kind of run under this key before; use another key.";
                Self::invalid("idempotency_key", "used", message)
            }
            error => Self::Unavailable(Box::new(error)),
        }
    }
}

/// What a person asks for.
#[derive(Debug)]
pub(super) enum Wish {
    /// A run; with the name of the request, should it come more than once.
    Run(Option<String>),
    /// Exactly the plan of this run, which the safety brake stopped.
    Approved(RunId),
}

impl Configuration {
    /// Starts a run of an export whose connection works, whatever its schedule: of what is new and changed, of
    /// everything ([`RunKind::Full`]), or also of the rows that are parked (*Retry failed*, [`RunKind::RetryFailed`]).
    /// The same `idempotency_key` of the same person makes one run, however often it comes within 24 hours.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NoConnection`, `NotConnected` and `NeedsReauthentication` say what keeps it from
    /// running, `Invalid` for `idempotency_key`, also when another kind was asked for with it.
    pub async fn run_export(
        &self,
        person: &Person,
        id: &ExportId,
        kind: RunKind,
        idempotency_key: Option<&str>,
    ) -> Result<Started, ConfigurationError> {
        let export = self.export_to_run(person, id).await?.export.content;
        let key = idempotency_key.map(|key| RequestKey::new(person, key)).transpose()?;
        self.start_for(person, &export, kind, Wish::Run(key.map(|key| key.name()))).await
    }

    /// Starts a run of an export that the person may run, and sets it going.
    pub(super) async fn start_for(
        &self,
        person: &Person,
        export: &Export,
        kind: RunKind,
        wish: Wish,
    ) -> Result<Started, ConfigurationError> {
        let (name, approved) = match wish {
            Wish::Run(name) => (name, None),
            Wish::Approved(run) => (None, Some(run)),
        };
        let approval = approved.as_ref().map(|run| format!("approval/{run}"));
        let action = if approved.is_some() { "run.approved" } else { "run.started" };
        let entry = event(action, export).after(json!({ "kind": kind, "approved": approved }));
        let requested_by = actor(person).name;
        let wanted = StartRequest { trigger: Trigger::OnDemand, requested_by, kind, approved };
        let engine = &self.parts.engine;
        let start = async {
            match (&approval, &name) {
                (Some(approval), _) => engine.start_run_for_event(&export.id, wanted, approval).await,
                (None, Some(name)) => engine.start_run_for_request(&export.id, wanted, name).await,
                (None, None) => {
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
