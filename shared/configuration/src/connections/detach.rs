//! Detaching exports from their connection: they keep everything else and do not run.

use catalog::{Export, export_key};
use domain::identifier::ExportId;
use identity::Person;
use serde_json::json;
use store::{Change, Versioned};

use crate::access;
use crate::audit::{AuditEvent, SubjectKind};
use crate::configuration::{Configuration, actor};
use crate::error::{ConfigurationError, ExportName};

impl Configuration {
    /// Detaches exports from their connections, one or several at once, and stops their runs. One that is detached
    /// already stays so.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `NotFound` when one of them does not exist, before any is detached.
    pub async fn detach_exports(
        &self,
        person: &Person,
        exports: &[ExportId],
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        access::administrator(person)?;
        let mut found = Vec::with_capacity(exports.len());
        for export in exports {
            found.push(self.load_export(export).await?);
        }
        self.detach_all(person, &found).await
    }

    /// Detaches these exports.
    pub(super) async fn detach_all(
        &self,
        person: &Person,
        exports: &[Versioned<Export>],
    ) -> Result<Vec<ExportName>, ConfigurationError> {
        for export in exports {
            self.detach(person, &export.content).await?;
            self.stop_run_of(person, &export.content.id).await?;
        }
        Ok(exports.iter().map(|export| ExportName::of(&export.content)).collect())
    }

    async fn detach(&self, person: &Person, export: &Export) -> Result<(), ConfigurationError> {
        let Some(connection) = &export.connection else { return Ok(()) };
        let event = AuditEvent::new("export.detached", SubjectKind::Export, &export.id, export.name.as_str())
            .before(json!({ "connection": connection }));
        let (by, at) = (actor(person), self.parts.clock.now());
        let key = export_key(&export.id);
        let detached = self.parts.documents.update::<Export, (), ConfigurationError, _>(&key, |current| {
            // Whatever else was changed meanwhile stays; another connection that was chosen meanwhile, too.
            let current = current.filter(|current| current.connection.as_ref() == Some(connection));
            Ok(current.map_or(Change::Keep(()), |current| {
                let (updated_by, updated_at) = (Some(by.clone()), at);
                Change::Write(Export { connection: None, updated_by, updated_at, ..current.clone() }, ())
            }))
        });
        self.audited(person, event, async { Ok(detached.await?) }).await?;
        Ok(())
    }
}
