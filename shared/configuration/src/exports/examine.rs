//! A draft examined as a whole: all that is wrong with it at once, and what a person should know before Save.

use std::future::Future;

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
use crate::documents::AllExports;
use crate::error::{ConfigurationError, ExportName};
use crate::problems::{FieldProblem, Problems};
use crate::unreadable::UnreadableExport;

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
    /// Other exports that write to it, by name; as far as they can be read.
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

/// What the documents, the account and the segments said of a draft.
struct Gathered {
    connection: Result<Connection, FieldProblem>,
    existing: Option<Export>,
    account: Result<AccountFindings, ConfigurationError>,
    segments: Findings,
}

impl Configuration {
    /// Examines a draft as Save does, and saves nothing: for the confirmation, and for pages that show problems early.
    /// `existing` is the export that is being edited. The state is read two round trips deep, requests to Constant Contact
    /// aside.
    ///
    /// # Errors
    /// [`ConfigurationError`]; what is wrong with the draft is in the answer.
    pub async fn review_export(
        &self,
        person: &Person,
        existing: Option<&ExportId>,
        draft: &ExportDraft,
    ) -> Result<DraftReview, ConfigurationError> {
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let edited = async {
            match existing {
                Some(id) => Ok(Some(self.export_to_edit(person, id).await?.export.content)),
                None => Ok(None),
            }
        };
        self.examine(person, existing, edited, draft).await?.reviewed()
    }

    /// Examines an export as it is saved, before a run of it. As deep as [`Configuration::review_export`].
    ///
    /// # Errors
    /// As for [`Configuration::review_export`].
    pub async fn review_saved_export(
        &self,
        person: &Person,
        id: &ExportId,
    ) -> Result<DraftReview, ConfigurationError> {
        access::require(access::may_create_exports(person), access::needed_to_edit(person))?;
        let gathered = async {
            let export = self.load_export(id).await?;
            let draft = ExportDraft::of(&export.content);
            let mut problems = Problems::default();
            let checked = check(&draft, &mut problems);
            let edited = async {
                let found = self.with_connection(export).await?;
                found.require_editor(person)?;
                Ok(Some(found.export.content))
            };
            let gathered = self.gather(person, edited, &draft, &checked).await?;
            Ok::<_, ConfigurationError>((checked, problems, gathered))
        };
        let (gathered, exports) = future::join(gathered, self.exports_but(Some(id))).await;
        let (checked, problems, gathered) = gathered?;
        concluded(checked, problems, gathered, &exports?).reviewed()
    }

    /// Finds out everything about a draft, as far as it can be found out side by side. `edited` is the export with the id
    /// `existing`, once it is known that the person may edit it; before that the account is not asked.
    pub(super) async fn examine(
        &self,
        person: &Person,
        existing: Option<&ExportId>,
        edited: impl Future<Output = Result<Option<Export>, ConfigurationError>> + Send,
        draft: &ExportDraft,
    ) -> Result<Examined, ConfigurationError> {
        let mut problems = Problems::default();
        let checked = check(draft, &mut problems);
        let gathered = self.gather(person, edited, draft, &checked);
        let (gathered, exports) = future::join(gathered, self.exports_but(existing)).await;
        Ok(concluded(checked, problems, gathered?, &exports?))
    }

    async fn gather(
        &self,
        person: &Person,
        edited: impl Future<Output = Result<Option<Export>, ConfigurationError>> + Send,
        draft: &ExportDraft,
        checked: &Checked,
    ) -> Result<Gathered, ConfigurationError> {
        let account = async {
            let (connection, existing) =
                future::try_join(self.chosen_connection(person, draft), edited).await?;
            let changes = existing.as_ref().is_some_and(|existing| existing.connection != draft.connection);
            let account = match &connection {
                Ok(connection) => self.check_account(person, connection, draft, checked, changes).await,
                Err(_) => Ok(AccountFindings::default()),
            };
            Ok::<_, ConfigurationError>((connection, existing, account))
        };
        let (account, segments) = future::join(account, self.check_segments(&checked.segments, draft)).await;
        let ((connection, existing, account), segments) = (account?, segments?);
        Ok(Gathered { connection, existing, account, segments })
    }

    async fn exports_but(&self, existing: Option<&ExportId>) -> Result<AllExports, ConfigurationError> {
        match existing {
            Some(existing) => self.other_exports(existing).await,
            None => self.all_exports().await,
        }
    }

    /// The connection of a draft, or why it cannot be used.
    async fn chosen_connection(
        &self,
        person: &Person,
        draft: &ExportDraft,
    ) -> Result<Result<Connection, FieldProblem>, ConfigurationError> {
        let problem = |code, message: &str| {
            Ok(Err(FieldProblem { field: "connection".to_owned(), code, message: message.to_owned() }))
        };
        let Some(id) = &draft.connection else {
            return problem("required", "Choose a connection for export.");
        };
        let found = self.parts.documents.load::<Connection>(&connection_key(id)).await?;
        // Of one that the person may not use nothing is said, not even that it exists.
        let known = found.map(|found| found.content).filter(|found| access::may_use(person, found));
        let Some(connection) = known else {
            return problem("not_found", "There is no such connection (any more); choose another one.");
        };
        if connection.usable().is_none() {
            let message = "This connection is not connected; choose another one, or ask an administrator to complete it.";
            return problem("not_connected", message);
        }
        Ok(Ok(connection))
    }
}

/// Everything that is wrong, in the order of the form, and everything worth knowing.
fn concluded(checked: Checked, problems: Problems, gathered: Gathered, exports: &AllExports) -> Examined {
    let Gathered { connection, existing, account, segments } = gathered;
    let Findings { problems: of_segments, mut hints, members } = segments;
    let (connection, mut all) = match connection {
        Ok(connection) => (Some(connection), Vec::new()),
        Err(problem) => (None, vec![problem]),
    };
    let (account, failure) = match account {
        Ok(account) => (account, None),
        Err(error) => (AccountFindings::default(), Some(error)),
    };
    all.extend(listed(problems));
    all.extend(account.problems);
    all.extend(of_segments);
    let list = connection
        .as_ref()
        .and_then(|connection| summary(connection, checked.list.as_ref(), account.list.as_ref(), exports));
    hints.extend(list_hints(existing.as_ref(), list.as_ref(), &exports.unreadable));
    let review = DraftReview { problems: all, hints, list, members };
    Examined { checked, connection, review, failure }
}

impl Examined {
    /// What a person is told of it.
    fn reviewed(self) -> Result<DraftReview, ConfigurationError> {
        match self.failure {
            Some(failure) if self.review.problems.is_empty() => Err(failure),
            _ => Ok(self.review),
        }
    }

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
    exports: &AllExports,
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

fn list_hints(
    existing: Option<&Export>,
    list: Option<&ListSummary>,
    unreadable: &[UnreadableExport],
) -> Vec<Hint> {
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
    // Nobody can have put a list to use that is yet to be made.
    if list.id.is_some() && !unreadable.is_empty() {
        let names: Vec<&str> = unreadable.iter().map(UnreadableExport::label).collect();
        let message = format!(
            "Whether other exports write to this list, too, cannot be told of those that cannot be read: {}. The list of \
             exports says what to do.",
            names.join(", ")
        );
        hint("exports_unreadable", message);
    }
    hints
}
