//! All of one export: its configuration, how it stands, and who else writes to its list.

use catalog::Actor;
use domain::identifier::{ExportId, ListId};
use futures_util::future;
use identity::Person;
use serde::Serialize;

use super::draft::ExportDraft;
use super::facts::ExportFacts;
use super::standing::ExportListItem;
use crate::configuration::Configuration;
use crate::documents::AllExports;
use crate::error::{ConfigurationError, ExportName};
use crate::runs::{Approval, RunItem};
use crate::versioned::Versioned;

/// All of an export. Everybody sees it; it holds no rows of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportDetails {
    /// How it stands.
    pub standing: ExportListItem,
    /// Its configuration, as the form to edit or to look at holds it.
    pub draft: ExportDraft,
    /// The name of its list when it was last seen.
    pub list_name: String,
    /// Other exports that write to the same list, by name; as far as they can be read.
    pub same_list: Vec<ExportName>,
    /// Constant Contact no longer accepts its connection: no run can be started until an administrator has authorised it
    /// again.
    pub needs_reauthentication: bool,
    /// A run follows the one that is under way.
    pub run_follows: bool,
    /// The latest run that ended.
    pub latest: Option<RunItem>,
    /// Who created it.
    pub created_by: Option<Actor>,
}

impl Configuration {
    /// One export, for everybody. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn export(
        &self,
        person: &Person,
        id: &ExportId,
    ) -> Result<Versioned<ExportDetails>, ConfigurationError> {
        let (facts, refresh, exports) =
            future::try_join3(self.export_facts(id), self.refresh_settings(), self.other_exports(id)).await?;
        let (age, now) = (self.parts.settings.snapshot_age, self.parts.clock.now());
        let standing = ExportListItem::of(person, &facts, &refresh, age, now);
        let ExportFacts { export, occupation, connection, .. } = facts;
        let (tag, export) = (export.tag, export.content);
        let mut draft = ExportDraft::of(&export);
        // Who may not know the connection learns nothing by this way either.
        draft.connection = standing.connection.id().cloned();
        let needs_reauthentication = connection.as_ref().is_some_and(|known| known.needs_reauthentication);
        let connection = connection.map(|known| known.connection);
        let latest = occupation.latest.as_ref();
        let value = ExportDetails {
            draft,
            same_list: writing_to(&exports, &export.list),
            needs_reauthentication,
            run_follows: occupation.follow_up.is_some() || occupation.approved_follow_up.is_some(),
            latest: latest.map(|latest| {
                // A run that was made for it and has ended would be the latest one itself.
                let approval = Approval::of(&latest.run, &occupation, &[]);
                RunItem::of(person, connection.as_ref(), latest, approval)
            }),
            list_name: export.list_name,
            created_by: export.created_by,
            standing,
        };
        Ok(Versioned { tag, value })
    }

    /// All exports that were not removed, but this one.
    pub(super) async fn other_exports(&self, but: &ExportId) -> Result<AllExports, ConfigurationError> {
        let mut exports = self.all_exports().await?;
        exports.readable.retain(|export| export.content.id != *but);
        exports.unreadable.retain(|export| export.id != *but);
        Ok(exports)
    }
}

/// The exports that write to a list, by name. One that was detached writes to none.
pub(super) fn writing_to(exports: &AllExports, list: &ListId) -> Vec<ExportName> {
    let exports = exports.readable.iter().map(|export| &export.content);
    let writing = exports.filter(|export| export.list == *list && export.connection.is_some());
    let mut names: Vec<ExportName> = writing.map(ExportName::of).collect();
    names.sort_by_key(|export| export.name.to_lowercase());
    names
}
