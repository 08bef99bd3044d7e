//! The schedules of several exports at once.

use catalog::Export;
use domain::identifier::ExportId;
use identity::Person;
use schedule::{ExportForm, ExportSchedule};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tag, Versioned};

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
    /// Changes the schedules of several exports as they were at their versions; all or, when the person may not edit one
    /// of them, none. Nothing runs.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `exports` and the fields of `schedule`, `NotFound` and `Stale` when one of
    /// the exports does not exist or was changed, before any is changed. Should somebody change one at the very moment,
    /// or the state be out of reach, those before it are changed.
    pub async fn set_schedules(
        &self,
        person: &Person,
        exports: &[(ExportId, Tag)],
        wanted: &BulkSchedule,
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        let mut problems = Problems::default();
        if exports.is_empty() {
            problems.add("exports", "required", "Choose at least one export.");
        }
        problems.each_once(exports);
        let own = match wanted {
            BulkSchedule::Switch(_) => None,
            BulkSchedule::Own(form) => own_schedule(form, &mut problems),
        };
        problems.finish()?;
        let mut found = Vec::with_capacity(exports.len());
        for (id, tag) in exports {
            let export = self.export_to_edit(person, id).await?.export;
            found.push((export, tag));
        }
        if found.iter().any(|(export, tag)| export.tag != **tag) {
            return Err(ConfigurationError::Stale);
        }
        for (export, _) in &found {
            self.set_schedule(person, export, |schedule| match (wanted, &own) {
                (BulkSchedule::Switch(true), _) => schedule.switched_on(),
                (BulkSchedule::Switch(false), _) => schedule.switched_off(),
                (BulkSchedule::Own(_), own) => own.clone().unwrap_or(schedule),
            })
            .await?;
        }
        Ok(found.iter().map(|(export, _)| ExportName::of(&export.content)).collect())
    }

    /// Changes nothing but the schedule.
    async fn set_schedule(
        &self,
        person: &Person,
        export: &Versioned<Export>,
        change: impl Fn(ExportSchedule) -> ExportSchedule,
    ) -> Result<(), ConfigurationError> {
        let current = &export.content;
        let schedule = change(current.schedule.clone());
        if schedule == current.schedule {
            return Ok(());
        }
        let (before, after) = (json!({ "schedule": current.schedule }), json!({ "schedule": schedule }));
        let event = event("export.schedule_changed", current).before(before).after(after);
        let (updated_by, updated_at) = (Some(actor(person)), self.parts.clock.now());
        let next = Export { schedule, updated_by, updated_at, ..current.clone() };
        self.audited(person, event, self.replace_as_seen(export, &export.tag, next)).await?;
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
