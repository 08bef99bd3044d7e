//! A request to save an export that comes again: it finds what it made.

use std::time::Duration;

use catalog::{Export, export_key};
use domain::identifier::ExportId;
use identity::Person;

use super::check::{WantedList, check};
use super::create::SavedExport;
use super::draft::ExportDraft;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::problems::Problems;

/// How long the same request may take between making a list and saving its export.
const PAUSE: Duration = Duration::from_millis(300);
const LOOKS: u32 = 4;

impl Configuration {
    /// The export that a request has saved before, if it has.
    pub(super) async fn saved_before(
        &self,
        person: &Person,
        id: &ExportId,
        draft: &ExportDraft,
    ) -> Result<Option<SavedExport>, ConfigurationError> {
        let found = self.parts.documents.load::<Export>(&export_key(id)).await?;
        let Some(export) = found.map(|found| found.content) else { return Ok(None) };
        if export.removed_at.is_some() {
            let what = "what was saved with this before was removed since; begin anew";
            return Err(ConfigurationError::NothingToDo { what });
        }
        if !is_same(draft, &export) {
            let message = format!(
                "This has saved the export {:?} before, which differs from what you sent now. Edit that one, or save this \
                 as another one.",
                export.name
            );
            return Err(ConfigurationError::invalid("idempotency_key", "used", message));
        }
        Ok(Some(SavedExport { export: self.export(person, id).await?, hints: Vec::new() }))
    }

    /// The same for a request that may be about to save it at this moment.
    pub(super) async fn saved_meanwhile(
        &self,
        person: &Person,
        id: &ExportId,
        draft: &ExportDraft,
    ) -> Result<Option<SavedExport>, ConfigurationError> {
        let clock = &self.parts.clock;
        for look in 1..=LOOKS {
            let saved = self.saved_before(person, id, draft).await?;
            if saved.is_some() || look == LOOKS {
                return Ok(saved);
            }
            clock.sleep_until(clock.now().saturating_add(PAUSE).unwrap_or_else(|_| clock.now())).await;
        }
        Ok(None)
    }
}

/// Whether saving the draft would make what the export is.
fn is_same(draft: &ExportDraft, export: &Export) -> bool {
    let checked = check(draft, &mut Problems::default());
    let same_list = match &checked.list {
        Some(WantedList::Existing(id)) => *id == export.list,
        Some(WantedList::New(name)) => *name == export.list_name,
        None => false,
    };
    same_list
        && checked.name == export.name
        && draft.connection == export.connection
        && checked.segments.iter().map(|(_, name)| name).eq(&export.segments)
        && checked.mapping.as_ref() == Some(&export.mapping)
        && checked.schedule.as_ref() == Some(&export.schedule)
}
