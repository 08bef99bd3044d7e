//! An export as a form holds it: what is sent to save one, and what is answered to edit or copy one.

use ::configuration::{
    AttributeDraft, BulkSchedule, ConfigurationError, ExportDraft, FieldProblem, ListChoice,
};
use domain::identifier::{ConnectionId, ExportId, SegmentName};
use domain::mapping::Source;
use schedule::{ExportForm, ExportSchedule};
use serde::{Deserialize, Serialize};
use store::Tag;
use utoipa::ToSchema;

/// All that people enter for an export. What is left out is empty.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Draft {
    name: String,
    /// The connection's id.
    #[schema(value_type = Option<String>)]
    connection: Option<ConnectionId>,
    list: List,
    /// Names of segments, in the order that decides between rows of one person.
    segments: Vec<String>,
    /// The column with the e-mail address.
    email_column: String,
    /// The column with the identity, where it is not `CustomerId`.
    identity_column: Option<String>,
    /// The fields besides the address.
    attributes: Vec<Attribute>,
    schedule: ScheduleForm,
}

/// The list that an export writes to: give one of `id` and `new`.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct List {
    /// The id of a list of the account, or the address of the list's page at Constant Contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The name of a list to be created when everything else is in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// A field and what fills it: give one of `column` and `constant`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Attribute {
    /// The field's name, such as `first_name` or `cf:hobby`.
    field: String,
    /// The column that it is filled from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    /// The same value for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constant: Option<String>,
}

/// When an export runs by itself.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ExportSchedule)]
pub(super) struct ScheduleForm {
    /// `with_system_refresh`, `off` or `own`.
    kind: String,
    /// `daily`, `weekly` or `monthly`; for `own`, and for `off` where a recurrence is to be kept.
    #[serde(skip_serializing_if = "String::is_empty")]
    repeat: String,
    /// For `weekly`: `monday`, `tuesday` and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weekdays: Vec<String>,
    /// For `monthly`: 1 to 31.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days: Vec<i64>,
    /// An IANA name, `Europe/Berlin`.
    #[serde(skip_serializing_if = "String::is_empty")]
    time_zone: String,
    /// The local date and time from which it counts, `2026-03-01T06:30`.
    #[serde(skip_serializing_if = "String::is_empty")]
    start: String,
}

/// Some exports.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    /// Which ones, in which versions.
    exports: Vec<ChosenExport>,
}

/// An export as you have seen it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenExport {
    /// Its id.
    #[schema(value_type = String)]
    id: ExportId,
    /// Its version: the `ETag` of the export, in its quotes, or `version` in a list of exports. When somebody else was
    /// faster, nothing is changed (`stale`).
    version: String,
}

impl Chosen {
    pub(super) fn seen(self) -> Vec<(ExportId, Tag)> {
        seen(self.exports)
    }
}

fn seen(exports: Vec<ChosenExport>) -> Vec<(ExportId, Tag)> {
    exports.into_iter().map(|export| (export.id, Tag::new(export.version))).collect()
}

/// What becomes of the schedules of some exports: give one of `switch` and `own`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedules {
    /// Which ones, in which versions.
    exports: Vec<ChosenExport>,
    /// Each keeps its schedule, switched on or off.
    switch: Option<bool>,
    /// All get this one.
    own: Option<ScheduleForm>,
}

/// A segment by its name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentToAdd {
    #[schema(value_type = String)]
    pub(super) segment: SegmentName,
}

impl Default for Draft {
    fn default() -> Self {
        ExportDraft::default().into()
    }
}

impl Default for ScheduleForm {
    fn default() -> Self {
        ExportForm::from(ExportSchedule::default()).into()
    }
}

impl From<ExportDraft> for Draft {
    fn from(draft: ExportDraft) -> Self {
        Self {
            name: draft.name,
            connection: draft.connection,
            list: draft.list.into(),
            segments: draft.segments,
            email_column: draft.email_column,
            identity_column: draft.identity_column,
            attributes: draft.attributes.into_iter().map(Into::into).collect(),
            schedule: draft.schedule.into(),
        }
    }
}

impl TryFrom<Draft> for ExportDraft {
    type Error = ConfigurationError;

    fn try_from(draft: Draft) -> Result<Self, ConfigurationError> {
        let twice = draft.attributes.iter().enumerate().filter(|(_, attribute)| {
            // Neither is an attribute that was not filled in, which is told with all other problems of the draft.
            attribute.column.is_some() && attribute.constant.is_some()
        });
        let mut problems: Vec<FieldProblem> = twice.map(|(place, _)| two_sources(place)).collect();
        if draft.list.id.is_some() && draft.list.new.is_some() {
            problems.push(two_lists());
        }
        if !problems.is_empty() {
            return Err(ConfigurationError::Invalid(problems));
        }
        Ok(Self {
            name: draft.name,
            connection: draft.connection,
            list: draft.list.into(),
            segments: draft.segments,
            email_column: draft.email_column,
            identity_column: draft.identity_column,
            attributes: draft.attributes.into_iter().map(Into::into).collect(),
            schedule: draft.schedule.into(),
        })
    }
}

fn two_sources(place: usize) -> FieldProblem {
    FieldProblem {
        field: format!("attributes[{place}]"),
        code: "invalid",
        message: "Give either a column or a constant value, not both.".to_owned(),
    }
}

fn two_lists() -> FieldProblem {
    FieldProblem {
        field: "list".to_owned(),
        code: "invalid",
        message: "Give either the id of a list or the name of a new one, not both.".to_owned(),
    }
}

impl From<ListChoice> for List {
    fn from(list: ListChoice) -> Self {
        match list {
            ListChoice::Id(text) => Self { id: Some(text), new: None },
            ListChoice::New(name) => Self { id: None, new: Some(name) },
        }
    }
}

impl From<List> for ListChoice {
    /// Neither is a list that was not chosen, which is told with all other problems of the draft.
    fn from(list: List) -> Self {
        list.new.map_or_else(|| Self::Id(list.id.unwrap_or_default()), Self::New)
    }
}

impl From<AttributeDraft> for Attribute {
    fn from(attribute: AttributeDraft) -> Self {
        let (column, constant) = match attribute.source {
            Source::Column(name) => (Some(name), None),
            Source::Constant(text) => (None, Some(text)),
        };
        Self { field: attribute.field, column, constant }
    }
}

impl From<Attribute> for AttributeDraft {
    fn from(attribute: Attribute) -> Self {
        let source = match (attribute.column, attribute.constant) {
            (None, Some(text)) => Source::Constant(text),
            (column, _) => Source::Column(column.unwrap_or_default()),
        };
        Self { field: attribute.field, source }
    }
}

impl From<ExportForm> for ScheduleForm {
    fn from(form: ExportForm) -> Self {
        let ExportForm { kind, repeat, weekdays, days, time_zone, start } = form;
        Self { kind, repeat, weekdays, days, time_zone, start }
    }
}

impl From<ScheduleForm> for ExportForm {
    fn from(form: ScheduleForm) -> Self {
        let ScheduleForm { kind, repeat, weekdays, days, time_zone, start } = form;
        Self { kind, repeat, weekdays, days, time_zone, start }
    }
}

impl Schedules {
    pub(super) fn seen(self) -> Vec<(ExportId, Tag)> {
        seen(self.exports)
    }

    /// What is to become of the schedules.
    pub(super) fn wanted(&self) -> Result<BulkSchedule, ConfigurationError> {
        match (self.switch, &self.own) {
            (Some(on), None) => Ok(BulkSchedule::Switch(on)),
            (None, Some(form)) => Ok(BulkSchedule::Own(form.clone().into())),
            (switch, _) => {
                let code = if switch.is_some() { "invalid" } else { "required" };
                let message = "Give one of switch and own.".to_owned();
                let problem = FieldProblem { field: "switch".to_owned(), code, message };
                Err(ConfigurationError::Invalid(vec![problem]))
            }
        }
    }
}
