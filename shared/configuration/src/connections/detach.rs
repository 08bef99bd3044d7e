//! Detaching exports from their connection: they keep everything else and do not run.

use catalog::Export;
use domain::identifier::ExportId;
use identity::Person;
use serde::Serialize;
use serde_json::json;
use store::{Change, Tag, Versioned};

use crate::access;
use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::{Configuration, actor};
use crate::error::{ConfigurationError, ExportName};
use crate::problems::Problems;
use crate::versioned::as_text;

/// An export in the version that a person has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenExport {
    /// Its id.
    pub id: ExportId,
    /// What people called it then.
    pub name: String,
    /// The version.
    #[serde(serialize_with = "as_text")]
    pub tag: Tag,
}

impl From<&Versioned<Export>> for SeenExport {
    fn from(export: &Versioned<Export>) -> Self {
        let Export { id, name, .. } = &export.content;
        Self { id: id.clone(), name: name.clone(), tag: export.tag.clone() }
    }
}

impl Configuration {
    /// Detaches exports from their connections, one or several at once, as they were at their versions, and stops their
    /// runs. One that is detached already stays so; its runs are stopped, too, should an earlier call not have come to
    /// that.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Invalid` for `exports`, `NotFound` and `Stale` when one of them does not exist or was changed, `Unavailable` when
    /// it cannot be told which run of one of them is to be stopped: all before any is detached. Should somebody change
    /// one at the very moment, those before it are detached.
    pub async fn detach_exports(
        &self,
        person: &Person,
        exports: &[(ExportId, Tag)],
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        access::administrator(person)?;
        let mut problems = Problems::default();
        problems.each_once(exports);
        problems.finish()?;
        let mut found = Vec::with_capacity(exports.len());
        for (id, tag) in exports {
            let export = self.load_export(id).await?;
            if export.tag != *tag {
                return Err(ConfigurationError::Stale);
            }
            self.require_stoppable(id).await?;
            found.push(export);
        }
        for export in &found {
            if export.content.connection.is_some() {
                let (event, next) = self.detached(person, &export.content);
                self.audited(person, event, self.replace_as_seen(export, &export.tag, next)).await?;
            }
            self.stop_run_of(person, &export.content.id).await?;
        }
        Ok(found.iter().map(|export| ExportName::of(&export.content)).collect())
    }

    /// Detaches these exports, whatever else was changed meanwhile: for a connection that is being removed.
    pub(super) async fn detach_all(
        &self,
        person: &Person,
        exports: &[Versioned<Export>],
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        for export in exports {
            self.detach(person, export).await?;
            self.stop_readable_run_of(person, &export.content.id).await?;
        }
        Ok(exports.iter().map(|export| ExportName::of(&export.content)).collect())
    }

    async fn detach(&self, person: &Person, export: &Versioned<Export>) -> Result<(), ConfigurationError> {
        let connection = &export.content.connection;
        let (event, _) = self.detached(person, &export.content);
        let detached =
            self.parts.documents.update::<Export, (), ConfigurationError, _>(&export.key, |current| {
                // Another connection that was chosen meanwhile stays.
                let current = current.filter(|current| current.connection == *connection);
                Ok(current
                    .map_or(Change::Keep(()), |current| Change::Write(self.detached(person, current).1, ())))
            });
        self.audited(person, event, async { Ok(detached.await?) }).await?;
        Ok(())
    }

    /// What goes on record, and the export without its connection.
    fn detached(&self, person: &Person, export: &Export) -> (AuditEvent, Export) {
        let event = AuditEvent::new("export.detached", SubjectKind::Export, &export.id, export.name.as_str())
            .before(json!({ "connection": export.connection }));
        let (updated_by, updated_at) = (Some(actor(person)), self.parts.clock.now());
        (event, Export { connection: None, updated_by, updated_at, ..export.clone() })
    }
}
