//! The schedules of several exports at once.

use catalog::{Export, export_key};
use domain::identifier::ExportId;
use identity::Person;
use schedule::{ExportForm, ExportSchedule};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Change;

use super::check::sentence;
use super::names::event;
use crate::configuration::{Configuration, actor};
use crate::error::{ConfigurationError, ExportName};
use crate::problems::Problems;

/// What becomes of the schedules of the chosen exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkSchedule {
    /// *Keep individual schedules*, switched on or off. One that is switched on again is what it was before.
    Switch(bool),
    /// *One new schedule for all*.
    Own(ExportForm),
}

impl Configuration {
    /// Changes the schedules of several exports; all or, when the person may not edit one of them, none. Nothing runs.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `exports` and the fields of `schedule`, `NotFound` when one of the exports
    /// does not exist. After `Unavailable`, some may have been changed; the same call again finishes it.
    pub async fn set_schedules(
        &self,
        person: &Person,
        exports: &[ExportId],
        wanted: &BulkSchedule,
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        let mut problems = Problems::default();
        if exports.is_empty() {
            problems.add("exports", "required", "Choose at least one export.");
        }
        let own = match wanted {
            BulkSchedule::Switch(_) => None,
            BulkSchedule::Own(form) => own_schedule(form, &mut problems),
        };
        problems.finish()?;
        let mut found: Vec<Export> = Vec::with_capacity(exports.len());
        for id in exports {
            found.push(self.export_to_edit(person, id).await?.export.content);
        }
        for export in &found {
            self.set_schedule(person, export, |schedule| match (wanted, &own) {
                (BulkSchedule::Switch(true), _) => schedule.switched_on(),
                (BulkSchedule::Switch(false), _) => schedule.switched_off(),
                (BulkSchedule::Own(_), own) => own.clone().unwrap_or(schedule),
            })
            .await?;
        }
        Ok(found.iter().map(ExportName::of).collect())
    }

    /// Changes nothing but the schedule, whatever else was changed meanwhile.
    async fn set_schedule(
        &self,
        person: &Person,
        export: &Export,
        change: impl Fn(ExportSchedule) -> ExportSchedule + Send + Sync,
    ) -> Result<(), ConfigurationError> {
        let next = change(export.schedule.clone());
        if next == export.schedule {
            return Ok(());
        }
        let (before, after) = (json!({ "schedule": export.schedule }), json!({ "schedule": next }));
        let event = event("export.schedule_changed", export).before(before).after(after);
        let (by, at) = (actor(person), self.parts.clock.now());
        let key = export_key(&export.id);
        let update = self.parts.documents.update::<Export, (), ConfigurationError, _>(&key, |current| {
            let current = current.filter(|current| current.removed_at.is_none());
            let current = current.ok_or(ConfigurationError::NotFound { what: "export" })?;
            // Whoever may change it with one connection may not with another.
            if current.connection != export.connection {
                return Err(ConfigurationError::Stale);
            }
            let schedule = change(current.schedule.clone());
            let (updated_by, updated_at) = (Some(by.clone()), at);
            Ok(Change::Write(Export { schedule, updated_by, updated_at, ..current.clone() }, ()))
        });
        self.audited(person, event, async { Ok(update.await?) }).await?;
        Ok(())
    }
}

fn own_schedule(form: &ExportForm, problems: &mut Problems) -> Option<ExportSchedule> {
    match ExportSchedule::try_from(form.clone()) {
        Ok(schedule) => Some(schedule),
        Err(invalid) => {
            for problem in invalid.problems() {
                let field = format!("schedule.{}", problem.field());
                problems.add(field, "invalid", sentence(&problem.to_string()));
            }
            None
        }
    }
}
