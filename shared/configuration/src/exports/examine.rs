//! A draft examined as a whole: all that is wrong with it at once, and what a person should know before Save.

use catalog::{Connection, Export, connection_key};
use domain::identifier::{ConnectionId, ExportId, ListId, SegmentName};
use domain::mapping::Mapping;
use futures_util::future;
use identity::Person;
use schedule::ExportSchedule;
use serde::Serialize;

use super::check::{Checked, WantedList, check, listed};
use super::columns::Findings;
use super::destination::AccountFindings;
use super::details::writing_to;
use super::draft::ExportDraft;
use crate::access;
use crate::configuration::Configuration;
use crate::connections::ListItem;
use crate::error::{ConfigurationError, ExportName};
use crate::problems::{FieldProblem, Problems};

/// Something to know before Save that keeps nobody from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The field that it is about.
    pub field: String,
    /// A stable word for programs, such as `list_shared`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// The list of a draft, to be confirmed by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListSummary {
    /// Its id; `None` for one that Save creates.
    pub id: Option<ListId>,
    /// Its name.
    pub name: String,
    /// How many members it has now.
    pub members: Option<u64>,
    /// The connection whose account it is in.
    pub connection: String,
    /// Other exports that write to it, by name.
    pub other_exports: Vec<ExportName>,
}

/// What came of examining a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftReview {
    /// Everything that has to be put right before it can be saved.
    pub problems: Vec<FieldProblem>,
    /// What is worth knowing.
    pub hints: Vec<Hint>,
    /// The list, if there is one.
    pub list: Option<ListSummary>,
    /// Members of the segments together; `None` while one of them is not counted. People in several count several
    /// times.
    pub members: Option<u64>,
}

/// A draft that can be saved.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) name: String,
    pub(super) connection: ConnectionId,
    pub(super) list: WantedList,
    pub(super) list_name: String,
    pub(super) segments: Vec<SegmentName>,
    pub(super) mapping: Mapping,
    pub(super) schedule: ExportSchedule,
    pub(super) hints: Vec<Hint>,
}

/// A draft and everything that was found out about it.
pub(super) struct Examined {
    checked: Checked,
    connection: Option<Connection>,
    pub(super) review: DraftReview,
    /// The account could not be asked.
    failure: Option<ConfigurationError>,
}

impl Configuration {
    /// Examines a draft as Save does, and saves nothing: for the confirmation, and for pages that show problems early.
    /// `existing` is the export that is being edited.
    ///
    /// # Errors
    /// [`ConfigurationError`]; what is wrong with the draft is in the answer.
    pub async fn review_export(
        &self,
        person: &Person,
        existing: Option<&ExportId>,
        draft: &ExportDraft,
    ) -> Result<DraftReview, ConfigurationError> {
        let existing = match existing {
            Some(id) => Some(self.export_to_edit(person, id).await?.export.content),
            None => None,
        };
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let examined = self.examine(person, existing.as_ref(), draft).await?;
        match examined.failure {
            Some(failure) if examined.review.problems.is_empty() => Err(failure),
            _ => Ok(examined.review),
        }
    }

    /// Finds out everything about a draft, as far as it can be found out side by side.
    pub(super) async fn examine(
        &self,
        person: &Person,
        existing: Option<&Export>,
        draft: &ExportDraft,
    ) -> Result<Examined, ConfigurationError> {
        let mut problems = Problems::default();
        let connection = self.chosen_connection(person, draft, &mut problems).await?;
        let checked = check(draft, &mut problems);
        let changes = existing.is_some_and(|existing| existing.connection != draft.connection);
        let account = async {
            match &connection {
                Some(connection) => self.check_account(person, connection, draft, &checked, changes).await,
                None => Ok(AccountFindings::default()),
            }
        };
        let segments = self.check_segments(&checked.segments, draft);
        let (segments, account, exports) = future::join3(segments, account, self.exports_but(existing)).await;
        let (Findings { problems: of_segments, mut hints, members }, exports) = (segments?, exports?);
        let (account, failure) = match account {
            Ok(account) => (account, None),
            Err(error) => (AccountFindings::default(), Some(error)),
        };
        let mut problems = listed(problems);
        problems.extend(account.problems);
        problems.extend(of_segments);
        let list = connection.as_ref().and_then(|connection| {
            summary(connection, checked.list.as_ref(), account.list.as_ref(), &exports)
        });
        hints.extend(list_hints(existing, list.as_ref()));
        let review = DraftReview { problems, hints, list, members };
        Ok(Examined { checked, connection, review, failure })
    }

    async fn exports_but(&self, existing: Option<&Export>) -> Result<Vec<Export>, ConfigurationError> {
        match existing {
            Some(existing) => self.other_exports(&existing.id).await,
            None => {
                let exports = self.all_exports().await?;
                Ok(exports.into_iter().map(|export| export.content).collect())
            }
        }
    }

    /// The connection of a draft, if it can be used.
    async fn chosen_connection(
        &self,
        person: &Person,
        draft: &ExportDraft,
        problems: &mut Problems,
    ) -> Result<Option<Connection>, ConfigurationError> {
        let Some(id) = &draft.connection else {
            problems.add("connection", "required", "Choose a connection for export.");
            return Ok(None);
        };
        let found = self.parts.documents.load::<Connection>(&connection_key(id)).await?;
        let Some(connection) = found.map(|found| found.content) else {
            problems.add("connection", "not_found", "This connection was removed; choose another one.");
            return Ok(None);
        };
        access::require(
            access::may_use(person, &connection),
            "a connection that is shared with contributors",
        )?;
        if connection.usable().is_none() {
            let message = "This connection is not connected; choose another one, or ask an administrator to complete it.";
            problems.add("connection", "not_connected", message);
            return Ok(None);
        }
        Ok(Some(connection))
    }
}

impl Examined {
    /// The draft, if nothing is wrong with it.
    pub(super) fn ready(self) -> Result<Ready, ConfigurationError> {
        let Self { checked, connection, review, failure } = self;
        if !review.problems.is_empty() {
            return Err(ConfigurationError::Invalid(review.problems));
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let list = review.list.map(|list| list.name);
        let parts = connection.zip(checked.list).zip(checked.mapping.zip(checked.schedule)).zip(list);
        // Whatever is missing was told as a problem.
        let Some((((connection, list), (mapping, schedule)), list_name)) = parts else {
            return Err(ConfigurationError::Invalid(Vec::new()));
        };
        Ok(Ready {
            name: checked.name,
            connection: connection.id,
            list,
            list_name,
            segments: checked.segments.into_iter().map(|(_, name)| name).collect(),
            mapping,
            schedule,
            hints: review.hints,
        })
    }
}

fn summary(
    connection: &Connection,
    wanted: Option<&WantedList>,
    found: Option<&ListItem>,
    exports: &[Export],
) -> Option<ListSummary> {
    let connection = connection.display_name.clone();
    match (wanted?, found) {
        (WantedList::Existing(_), Some(ListItem { id, name, members })) => Some(ListSummary {
            other_exports: writing_to(exports, id),
            id: Some(id.clone()),
            name: name.clone(),
            members: *members,
            connection,
        }),
        (WantedList::Existing(_), None) => None,
        (WantedList::New(name), _) => {
            let (id, members, other_exports) = (None, Some(0), Vec::new());
            Some(ListSummary { id, name: name.clone(), members, connection, other_exports })
        }
    }
}

fn list_hints(existing: Option<&Export>, list: Option<&ListSummary>) -> Vec<Hint> {
    let Some(list) = list else { return Vec::new() };
    let mut hints = Vec::new();
    let mut hint = |code, message| hints.push(Hint { field: "list".to_owned(), code, message });
    if let Some(existing) = existing.filter(|existing| Some(&existing.list) != list.id.as_ref()) {
        let message = format!(
            "People whom this export has put on the list {:?} stay there; take them off at Constant Contact if they \
             should not.",
            existing.list_name
        );
        hint("list_changed", message);
    }
    if !list.other_exports.is_empty() {
        let names: Vec<&str> = list.other_exports.iter().map(|export| export.name.as_str()).collect();
        let message =
            format!("Other exports write to this list, too: {}. Their runs take turns.", names.join(", "));
        hint("list_shared", message);
    }
    hints
}
