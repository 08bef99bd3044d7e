//! A new export.

use catalog::{Export, export_key};
use domain::identifier::{ExportId, ListId};
use futures_util::future;
use identity::Person;
use serde::Serialize;
use store::DocumentError;

use super::check::WantedList;
use super::details::ExportDetails;
use super::draft::ExportDraft;
use super::examine::{Hint, Ready};
use super::names::{event, on_record};
use crate::access;
use crate::configuration::{Configuration, actor};
use crate::error::ConfigurationError;
use crate::problems::FieldProblem;
use crate::request_key::RequestKey;
use crate::versioned::Versioned;

/// An export after Save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedExport {
    /// The export.
    pub export: Versioned<ExportDetails>,
    /// What is worth knowing of it.
    pub hints: Vec<Hint>,
}

/// Answered as [`SavedExport`] is, with the tag in the header of an answer.
impl Serialize for SavedExport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            #[serde(flatten)]
            export: &'a ExportDetails,
            hints: &'a [Hint],
        }
        Shown { export: &self.export.value, hints: &self.hints }.serialize(serializer)
    }
}

impl Configuration {
    /// Saves a new export. It does not run; see [`Configuration::run_export`]. The same `idempotency_key` of the same
    /// person saves one export, however often it comes.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` names everything that is wrong with the draft at once. For `idempotency_key` its
    /// code is `used` when another draft was saved with it; `NothingToDo` when what was saved with it was removed since.
    pub async fn create_export(
        &self,
        person: &Person,
        draft: &ExportDraft,
        idempotency_key: Option<&str>,
    ) -> Result<SavedExport, ConfigurationError> {
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let Some(key) = idempotency_key else {
            let id = ExportId::new(self.parts.random.uuid().to_string())
                .map_err(|error| ConfigurationError::Unavailable(Box::new(error)))?;
            return self.create_export_as(person, &id, draft).await;
        };
        let id = RequestKey::new(person, key)?.export_id()?;
        if let Some(saved) = self.saved_before(person, &id, draft).await? {
            return Ok(saved);
        }
        match self.create_export_as(person, &id, draft).await {
            // The same request may be under way beside this one: then it was that one that made the list.
            Err(error) if is_taken(&error) => self.saved_meanwhile(person, &id, draft).await?.ok_or(error),
            outcome => outcome,
        }
    }

    async fn create_export_as(
        &self,
        person: &Person,
        id: &ExportId,
        draft: &ExportDraft,
    ) -> Result<SavedExport, ConfigurationError> {
        let ready = self.examine(person, None, future::ready(Ok(None)), draft).await?.ready()?;
        let list = self.settle_list(person, &ready).await?;
        let export = Export {
            id: id.clone(),
            name: ready.name,
            connection: Some(ready.connection),
            list,
            list_name: ready.list_name,
            segments: ready.segments,
            mapping: ready.mapping,
            schedule: ready.schedule,
            created_by: Some(actor(person)),
            updated_by: Some(actor(person)),
            updated_at: self.parts.clock.now(),
            removed_at: None,
        };
        let event = event("export.created", &export).after(on_record(&export));
        self.audited(person, event, async {
            match self.parts.documents.create(&export_key(id), export).await {
                Err(DocumentError::AlreadyExists { .. }) => Err(ConfigurationError::Stale),
                outcome => Ok(outcome.map(|_| ())?),
            }
        })
        .await?;
        Ok(SavedExport { export: self.export(person, id).await?, hints: ready.hints })
    }

    /// The id of the draft's list. One that is to be made is made now, that everything else is in order.
    pub(super) async fn settle_list(
        &self,
        person: &Person,
        ready: &Ready,
    ) -> Result<ListId, ConfigurationError> {
        match &ready.list {
            WantedList::Existing(id) => Ok(id.clone()),
            WantedList::New(name) => {
                let created = self.create_list(person, &ready.connection, name).await;
                let created = created.map_err(|error| match error {
                    // The form calls it the list.
                    ConfigurationError::Invalid(problems) => {
                        let renamed = problems.into_iter().map(|problem| {
                            let field = "list".to_owned();
                            FieldProblem { field, ..problem }
                        });
                        ConfigurationError::Invalid(renamed.collect())
                    }
                    other => other,
                });
                Ok(created?.id)
            }
        }
    }
}

/// Somebody else was faster with the export, or with its new list.
fn is_taken(error: &ConfigurationError) -> bool {
    match error {
        ConfigurationError::Stale => true,
        ConfigurationError::Invalid(problems) => {
            problems.iter().any(|problem| problem.field == "list" && problem.code == "taken")
        }
        _ => false,
    }
}
