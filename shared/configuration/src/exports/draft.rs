//! An export as a form holds it: anything a person may have typed, to be checked as a whole.

use catalog::Export;
use domain::identifier::{ConnectionId, ListId};
use domain::mapping::Source;
use schedule::{ExportForm, ExportSchedule};
use serde::{Deserialize, Serialize};

/// The list of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListChoice {
    /// A list of the account: its id, or the address of its page at Constant Contact. Empty: none is chosen yet.
    Id(String),
    /// A list of this name, to be created on Save, when everything else is in order.
    New(String),
}

impl Default for ListChoice {
    fn default() -> Self {
        Self::Id(String::new())
    }
}

/// One attribute of the form, besides the address. In JSON `{"field": "first_name", "column": "FirstName"}`, or
/// `"constant"` in place of `"column"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDraft {
    /// The field's name, such as `first_name` or `cf:hobby`.
    pub field: String,
    /// Where its value comes from.
    #[serde(flatten)]
    pub source: Source,
}

/// What the form of an export holds: all of it, not only what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportDraft {
    /// What people will call it.
    pub name: String,
    /// *Connection for export*; `None` while none is chosen.
    pub connection: Option<ConnectionId>,
    /// *Constant Contact List ID*.
    pub list: ListChoice,
    /// The segments, in the order that decides between rows of one person.
    pub segments: Vec<String>,
    /// *Email*: the column with the address.
    pub email_column: String,
    /// The column with the identity, where it is not `CustomerId`.
    pub identity_column: Option<String>,
    /// The attributes besides the address.
    pub attributes: Vec<AttributeDraft>,
    /// When it runs by itself.
    pub schedule: ExportForm,
}

impl Default for ExportDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            connection: None,
            list: ListChoice::default(),
            segments: Vec::new(),
            email_column: String::new(),
            identity_column: None,
            attributes: Vec::new(),
            schedule: ExportSchedule::default().into(),
        }
    }
}

impl ExportDraft {
    /// The draft that an export was saved from, for the form *Edit export*.
    #[must_use]
    pub fn of(export: &Export) -> Self {
        let attributes = export.mapping.attributes().iter().map(|attribute| AttributeDraft {
            field: attribute.field.to_string(),
            source: attribute.source.clone(),
        });
        Self {
            name: export.name.clone(),
            connection: export.connection.clone(),
            list: ListChoice::Id(export.list.to_string()),
            segments: export.segments.iter().map(ToString::to_string).collect(),
            email_column: export.mapping.email_column().to_owned(),
            identity_column: export.mapping.identity_column().map(str::to_owned),
            attributes: attributes.collect(),
            schedule: export.schedule.clone().into(),
        }
    }

    /// Chooses a connection. Another one than before clears the list: it belongs to the account of the former.
    pub fn choose_connection(&mut self, connection: Option<ConnectionId>) {
        if self.connection != connection {
            self.connection = connection;
            self.list = ListChoice::default();
        }
    }

    /// Chooses a list of the account.
    pub fn choose_list(&mut self, list: &ListId) {
        self.list = ListChoice::Id(list.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_connection_clears_the_list() {
        let id = |text: &str| ConnectionId::new(text).unwrap();
        let list = ListChoice::Id("list-1".to_owned());
        let mut draft = ExportDraft { connection: Some(id("c-1")), list: list.clone(), ..Default::default() };
        draft.choose_connection(Some(id("c-1")));
        assert_eq!(draft.list, list, "the same connection keeps it");
        draft.choose_connection(Some(id("c-2")));
        assert_eq!((draft.connection, draft.list), (Some(id("c-2")), ListChoice::default()));
    }

    #[test]
    fn a_form_says_what_it_has_and_leaves_the_rest_open() {
        let text = r#"{"name": "News", "list": {"new": "Newsletter"},
            "attributes": [{"field": "first_name", "column": "FirstName"}, {"field": "cf:origin", "constant": "web"}]}"#;
        let draft: ExportDraft = serde_json::from_str(text).unwrap();
        assert_eq!(draft.list, ListChoice::New("Newsletter".to_owned()));
        assert_eq!(draft.attributes[0].source, Source::Column("FirstName".to_owned()));
        assert_eq!(draft.attributes[1].source, Source::Constant("web".to_owned()));
        assert_eq!((draft.schedule.kind.as_str(), draft.connection), ("with_system_refresh", None));
    }
}
