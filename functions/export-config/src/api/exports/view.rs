//! Exports as the API shows them.

use ::configuration::{
    ConnectionUse, DraftReview, ExportDetails, ExportListItem, FieldProblem, Hint, ListSummary, SavedExport,
    StatusNote,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::connections::NamedExport;
use super::super::runs::EndedRun;
use super::super::words::{Permission, Status};
use super::body::Draft;

/// The connection of an export, as far as you may know of it.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
enum UsedConnection {
    /// The export was detached.
    NoConnection,
    /// It has one that is for administrators only.
    NotShared,
    /// It has this one.
    Named { id: String, display_name: String },
}

/// Why the status is what it is.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Note {
    /// For programs.
    code: String,
    /// What happened and what to do, for people.
    sentence: String,
}

/// An export in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportRow {
    id: String,
    /// The version of its configuration, for changing it: its `ETag`.
    version: String,
    name: String,
    /// The type of its connection.
    kind: String,
    connection: UsedConnection,
    /// The active run's status, else the latest one's; `null` before the first run.
    status: Option<Status>,
    note: Option<Note>,
    /// When the latest run ended.
    refreshed_at: Option<Timestamp>,
    /// When it runs by itself, in words.
    schedule: String,
    /// When a schedule starts it next.
    next_due: Option<Timestamp>,
    /// A new snapshot of one of its segments starts it.
    on_upload: bool,
    /// Why it will not run by itself; `null` when it does.
    will_not_run: Option<String>,
    your_permissions: Permission,
    updated_at: Timestamp,
    updated_by: Option<String>,
    /// The id of the run that is under way.
    active_run: Option<String>,
    /// That run is being canceled; what Constant Contact has taken already is settled first.
    canceling: bool,
    /// What is worth knowing although nothing has failed.
    warnings: Vec<String>,
}

/// All of an export.
#[derive(Serialize, ToSchema)]
pub(super) struct Export {
    /// How it stands.
    standing: ExportRow,
    /// What people entered for it. Its `connection` is `null` also where you may not know of it.
    draft: Draft,
    /// The name of its list when it was last seen.
    list_name: String,
    /// Other exports that write to the same list.
    same_list: Vec<NamedExport>,
    /// A run follows the one that is under way.
    run_follows: bool,
    /// The latest run that ended.
    latest: Option<EndedRun>,
    created_by: Option<String>,
}

/// An export that was saved.
#[derive(Serialize, ToSchema)]
pub(super) struct Saved {
    export: Export,
    /// What is worth knowing of it.
    hints: Vec<Remark>,
}

/// Something about a field.
#[derive(Serialize, ToSchema)]
struct Remark {
    field: String,
    /// For programs.
    code: String,
    /// For people.
    message: String,
}

/// What came of examining a draft.
#[derive(Serialize, ToSchema)]
pub(super) struct Review {
    /// What has to be put right before it can be saved.
    problems: Vec<Remark>,
    /// What is worth knowing.
    hints: Vec<Remark>,
    /// The list, to be confirmed by its name.
    list: Option<ReviewedList>,
    /// Members of the segments together; `null` while one is not counted. People in several count several times.
    members: Option<u64>,
}

/// The list of a draft.
#[derive(Serialize, ToSchema)]
struct ReviewedList {
    /// `null` for one that is to be created.
    id: Option<String>,
    name: String,
    members: Option<u64>,
    /// The connection's name.
    connection: String,
    /// Other exports that write to it.
    other_exports: Vec<NamedExport>,
}

/// An export of which something that is stored cannot be read.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct UnreadableExport {
    id: String,
    /// `null` when its own document cannot be read.
    name: Option<String>,
    /// What cannot be read and what to do, for people.
    message: String,
}

impl From<::configuration::UnreadableExport> for UnreadableExport {
    fn from(export: ::configuration::UnreadableExport) -> Self {
        Self { id: export.id.into(), name: export.name, message: export.message }
    }
}

impl From<ConnectionUse> for UsedConnection {
    fn from(connection: ConnectionUse) -> Self {
        match connection {
            ConnectionUse::NoConnection => Self::NoConnection,
            ConnectionUse::NotShared => Self::NotShared,
            ConnectionUse::Named { id, display_name } => Self::Named { id: id.into(), display_name },
        }
    }
}

impl From<StatusNote> for Note {
    fn from(note: StatusNote) -> Self {
        Self { code: note.code.to_owned(), sentence: note.sentence }
    }
}

impl From<ExportListItem> for ExportRow {
    fn from(item: ExportListItem) -> Self {
        Self {
            id: item.id.into(),
            version: item.tag.to_string(),
            name: item.name,
            kind: item.kind.to_owned(),
            connection: item.connection.into(),
            status: item.status.map(Into::into),
            note: item.note.map(Into::into),
            refreshed_at: item.refreshed_at,
            schedule: item.schedule,
            next_due: item.next_due,
            on_upload: item.on_upload,
            will_not_run: item.will_not_run,
            your_permissions: item.your_permissions.into(),
            updated_at: item.updated_at,
            updated_by: item.updated_by,
            active_run: item.active_run.map(|key| key.run.into()),
            canceling: item.canceling,
            warnings: item.warnings,
        }
    }
}

impl From<ExportDetails> for Export {
    fn from(details: ExportDetails) -> Self {
        Self {
            standing: details.standing.into(),
            draft: details.draft.into(),
            list_name: details.list_name,
            same_list: details.same_list.into_iter().map(Into::into).collect(),
            run_follows: details.run_follows,
            latest: details.latest.map(Into::into),
            created_by: details.created_by.map(|actor| actor.name),
        }
    }
}

impl From<SavedExport> for Saved {
    fn from(saved: SavedExport) -> Self {
        let hints = saved.hints.into_iter().map(Into::into).collect();
        Self { export: saved.export.value.into(), hints }
    }
}

impl From<Hint> for Remark {
    fn from(hint: Hint) -> Self {
        Self { field: hint.field, code: hint.code.to_owned(), message: hint.message }
    }
}

impl From<FieldProblem> for Remark {
    fn from(problem: FieldProblem) -> Self {
        Self { field: problem.field, code: problem.code.to_owned(), message: problem.message }
    }
}

impl From<DraftReview> for Review {
    fn from(review: DraftReview) -> Self {
        Self {
            problems: review.problems.into_iter().map(Into::into).collect(),
            hints: review.hints.into_iter().map(Into::into).collect(),
            list: review.list.map(Into::into),
            members: review.members,
        }
    }
}

impl From<ListSummary> for ReviewedList {
    fn from(list: ListSummary) -> Self {
        Self {
            id: list.id.map(Into::into),
            name: list.name,
            members: list.members,
            connection: list.connection,
            other_exports: list.other_exports.into_iter().map(Into::into).collect(),
        }
    }
}
