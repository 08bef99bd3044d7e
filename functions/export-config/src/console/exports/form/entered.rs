//! What stands in the form of an export, as text: from the browser, from a draft, and to a draft.

use configuration::{AttributeDraft, ExportDraft, ListChoice, MappingProposal};
use domain::identifier::ConnectionId;
use domain::mapping::Source;
use schedule::ExportForm;

use super::schedule_fields::{schedule_entries, schedule_sent};
use crate::console::exports::VERSION;
use crate::web::FormFields;

/// Before the name of a column, in the value of a selection that also offers other sources.
pub(super) const COLUMN: &str = "column:";
/// The other source: the same text for everybody.
pub(super) const CONSTANT: &str = "constant";

/// The hidden field with the name of the request.
pub(super) const REQUEST: &str = "request";

/// How a person names the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ListEntered {
    /// `pick`, `id` or `new`; empty while nothing is chosen.
    pub(super) way: String,
    pub(super) picked: String,
    pub(super) id: String,
    pub(super) name: String,
}

/// A row of *Data matching*.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AttributeEntered {
    pub(super) field: String,
    /// `column:NAME`, or `constant`.
    pub(super) source: String,
    pub(super) constant: String,
}

/// All fields of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entered {
    /// The version of the export that is edited; empty for a new one.
    pub(super) version: String,
    /// Names the request of a new export, so that the same form sent twice makes one.
    pub(super) request: String,
    pub(super) name: String,
    pub(super) connection: String,
    /// The connection whose lists the form showed.
    pub(super) shown_connection: String,
    pub(super) list: ListEntered,
    pub(super) segments: Vec<String>,
    pub(super) email_column: String,
    pub(super) identity_column: String,
    pub(super) attributes: Vec<AttributeEntered>,
    pub(super) new_field: String,
    pub(super) schedule: ExportForm,
}

impl Entered {
    /// The form of a draft, which was saved at `version`.
    pub(super) fn of(draft: &ExportDraft, version: &str) -> Self {
        let connection = draft.connection.as_ref().map_or_else(String::new, ToString::to_string);
        let list = match &draft.list {
            ListChoice::Id(id) if id.is_empty() => ListEntered::default(),
            ListChoice::Id(id) => {
                ListEntered { way: "id".to_owned(), id: id.clone(), picked: id.clone(), ..Default::default() }
            }
            ListChoice::New(name) => {
                ListEntered { way: "new".to_owned(), name: name.clone(), ..Default::default() }
            }
        };
        let attributes = draft.attributes.iter().map(|attribute| {
            let (source, constant) = match &attribute.source {
                Source::Column(name) => (format!("{COLUMN}{name}"), String::new()),
                Source::Constant(text) => (CONSTANT.to_owned(), text.clone()),
            };
            AttributeEntered { field: attribute.field.clone(), source, constant }
        });
        Self {
            version: version.to_owned(),
            request: String::new(),
            name: draft.name.clone(),
            shown_connection: connection.clone(),
            connection,
            list,
            segments: draft.segments.clone(),
            email_column: draft.email_column.clone(),
            identity_column: draft.identity_column.clone().unwrap_or_default(),
            attributes: attributes.collect(),
            new_field: String::new(),
            schedule: draft.schedule.clone(),
        }
    }

    /// What the browser sent.
    pub(super) fn sent(fields: &FormFields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        let attribute = |place: usize| {
            let of = |part: &str| fields.all(&attribute_name(place, part)).next().map(str::to_owned);
            Some(AttributeEntered {
                field: of("field")?,
                source: of("column").unwrap_or_default(),
                constant: of("constant").unwrap_or_default(),
            })
        };
        Self {
            version: text(VERSION),
            request: text(REQUEST),
            name: text("name"),
            connection: text("connection"),
            shown_connection: text("shown_connection"),
            list: ListEntered {
                way: text("list"),
                picked: text("list_picked"),
                id: text("list_id"),
                name: text("list_name"),
            },
            segments: fields.all("segments").map(str::to_owned).collect(),
            email_column: text("email_column"),
            identity_column: text("identity_column"),
            attributes: (0..).map_while(attribute).collect(),
            new_field: text("new_field"),
            schedule: schedule_sent(fields),
        }
    }

    /// Another connection has other lists: the chosen one belongs to the account of the former.
    pub(super) fn connection_changed(&self) -> bool {
        self.connection != self.shown_connection
    }

    /// Moves a chosen segment one place, if it is chosen and has a neighbour there.
    pub(super) fn move_segment(&mut self, name: &str, up: bool) {
        let Some(place) = self.segments.iter().position(|segment| segment == name) else { return };
        let other = if up { place.checked_sub(1) } else { Some(place + 1) };
        if let Some(other) = other.filter(|other| *other < self.segments.len()) {
            self.segments.swap(place, other);
        }
    }

    /// The draft to be checked.
    pub(super) fn draft(&self) -> ExportDraft {
        let list = match self.list.way.as_str() {
            "new" => ListChoice::New(self.list.name.clone()),
            "id" => ListChoice::Id(self.list.id.clone()),
            _ => ListChoice::Id(self.list.picked.clone()),
        };
        let attributes = self.attributes.iter().map(|attribute| AttributeDraft {
            field: attribute.field.clone(),
            source: match attribute.source.strip_prefix(COLUMN) {
                Some(column) => Source::Column(column.to_owned()),
                None if attribute.source == CONSTANT => Source::Constant(attribute.constant.clone()),
                None => Source::Column(String::new()),
            },
        });
        ExportDraft {
            name: self.name.clone(),
            connection: ConnectionId::new(self.connection.trim()).ok(),
            list,
            segments: self.segments.clone(),
            email_column: self.email_column.clone(),
            identity_column: Some(self.identity_column.clone()).filter(|column| !column.is_empty()),
            attributes: attributes.collect(),
            schedule: self.schedule.clone(),
        }
    }

    /// Fills in *Data matching* where nobody has filled in anything.
    pub(super) fn propose(&mut self, proposal: MappingProposal) {
        if !self.email_column.is_empty() || !self.attributes.is_empty() {
            return;
        }
        let MappingProposal { email_column, identity_column, attributes } = proposal;
        self.email_column = email_column.unwrap_or_default();
        self.identity_column = identity_column.unwrap_or_default();
        self.attributes = attributes
            .into_iter()
            .map(|attribute| AttributeEntered {
                field: attribute.field.to_owned(),
                source: format!("{COLUMN}{}", attribute.column),
                constant: String::new(),
            })
            .collect();
    }

    /// Everything as the browser would send it, for the page with the question in between.
    pub(super) fn entries(&self) -> Vec<(String, String)> {
        let mut entries: Vec<(String, String)> = [
            (VERSION, &self.version),
            (REQUEST, &self.request),
            ("name", &self.name),
            ("connection", &self.connection),
            ("shown_connection", &self.shown_connection),
            ("list", &self.list.way),
            ("list_picked", &self.list.picked),
            ("list_id", &self.list.id),
            ("list_name", &self.list.name),
            ("email_column", &self.email_column),
            ("identity_column", &self.identity_column),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
        entries.extend(self.segments.iter().map(|segment| ("segments".to_owned(), segment.clone())));
        for (place, attribute) in self.attributes.iter().enumerate() {
            entries.push((attribute_name(place, "field"), attribute.field.clone()));
            entries.push((attribute_name(place, "column"), attribute.source.clone()));
            entries.push((attribute_name(place, "constant"), attribute.constant.clone()));
        }
        entries.extend(schedule_entries(&self.schedule));
        entries
    }
}

/// The name of a field of a row of *Data matching*, the same as in the `configuration` library.
pub(super) fn attribute_name(place: usize, part: &str) -> String {
    format!("attributes[{place}].{part}")
}

#[cfg(test)]
mod tests {
    use url::form_urlencoded::Serializer;

    use super::*;

    fn draft() -> ExportDraft {
        let text = r#"{"name": "News <1>", "connection": "c-1", "list": {"id": "l-1"}, "segments": ["b", "a"],
            "email_column": "EMail", "identity_column": "Id", "attributes": [
                {"field": "first_name", "column": "constant"}, {"field": "cf:origin", "constant": "web"}],
            "schedule": {"kind": "own", "repeat": "weekly", "weekdays": ["monday"], "time_zone": "Europe/Berlin",
                "start": "2026-03-01T06:30"}}"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_draft_survives_the_form() {
        let entered = Entered::of(&draft(), "\"7\"");
        assert_eq!(entered.draft(), draft());
        let mut body = Serializer::new(String::new());
        body.extend_pairs(entered.entries());
        assert_eq!(Entered::sent(&FormFields::parse(body.finish().as_bytes())), entered);
    }

    #[test]
    fn segments_move_within_their_order() {
        let segments = ["a", "b", "c"].map(str::to_owned).to_vec();
        let moved = |name: &str, up: bool| {
            let mut entered = Entered { segments: segments.clone(), ..Entered::default() };
            entered.move_segment(name, up);
            entered.segments.concat()
        };
        assert_eq!((moved("b", true), moved("b", false)), ("bac".to_owned(), "acb".to_owned()));
        assert_eq!((moved("a", true), moved("c", false)), ("abc".to_owned(), "abc".to_owned()));
        assert_eq!(moved("unticked", true), "abc");
    }

    #[test]
    fn what_a_person_chose_is_not_proposed_again() {
        let columns = ["Mail".to_owned(), "Vorname".to_owned()];
        let mut entered = Entered::default();
        entered.propose(configuration::propose_mapping(&columns));
        assert_eq!((entered.email_column.as_str(), entered.attributes.len()), ("Mail", 1));
        let mut entered = Entered { email_column: "Other".to_owned(), ..Entered::default() };
        entered.propose(configuration::propose_mapping(&columns));
        assert_eq!((entered.email_column.as_str(), entered.attributes.len()), ("Other", 0));
    }

    #[test]
    fn an_attribute_without_a_source_is_kept_for_the_check() {
        let entered = Entered::sent(&FormFields::parse(b"attributes%5B0%5D.field=city"));
        assert_eq!(entered.draft().attributes.first().unwrap().source, Source::Column(String::new()));
    }
}
