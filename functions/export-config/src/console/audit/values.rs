//! What an entry of the audit log keeps of a thing, in the words of that thing's own page.

use catalog::ConnectionAccess;
use configuration::{AuditEntry, SubjectKind};
use console::number;
use domain::identifier::ConnectionId;
use domain::mapping::{Mapping, Source};
use engine::Trigger;
use maud::{Markup, html};
use planner::RunKind;
use schedule::{ExportSchedule, RefreshSchedule};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::console::connections::access_label;
use crate::console::exports::contact_field_label;
use crate::console::runs::{kind, trigger};

/// The run of an entry, which is linked beside its subject.
pub(super) const RUN: &str = "run";
/// `false` for a run that was taken back while it waited for another: it has no page.
pub(super) const BEGUN: &str = "begun";

/// What is kept under which name, in the order of the pages. What a later version keeps besides comes after it.
const LABELS: [(&str, &str); 21] = [
    ("name", "Display name"),
    ("display_name", "Display name"),
    ("connection", "Connection"),
    ("list_name", "List"),
    ("list", "Constant Contact List ID"),
    ("segments", "Segments"),
    ("mapping", "Data matching"),
    ("schedule", "Schedule"),
    ("upload_trigger", "When new data arrives"),
    ("paused", "Paused"),
    ("access", "Who can use it"),
    ("contact_ceiling", "Most contacts in the account"),
    ("organization_name", "Organization"),
    ("account", "Account id"),
    ("export_user", "Export user"),
    ("consent_text_version", "Version of the data-privacy text"),
    ("client_id", "Client id"),
    ("trigger", "Started by"),
    ("kind", "What was sent"),
    ("approved", "Approved plan of the run"),
    ("event", "Reference"),
];

/// What `entry` keeps, before or after it, by its label.
pub(super) fn values<'a>(entry: &AuditEntry, value: Option<&'a Value>) -> Vec<(&'a str, Markup)> {
    let values = match value {
        Some(Value::Object(values)) => values,
        Some(value) => return vec![("Value", plain(value))],
        None => return Vec::new(),
    };
    let told = |key: &str| ![RUN, BEGUN].contains(&key);
    // A run that approves nothing says nothing of it.
    let shown = |key: &str, value: &Value| told(key) && !(key == "approved" && value.is_null());
    let known = LABELS.iter().filter_map(|(key, label)| Some((*key, *label, values.get(*key)?)));
    let unknown = values.iter().filter(|(key, _)| LABELS.iter().all(|(known, _)| known != key));
    let unknown = unknown.map(|(key, value)| (key.as_str(), key.as_str(), value));
    known
        .chain(unknown)
        .filter(|(key, _, value)| shown(key, value))
        .map(|(key, label, value)| (label, in_words(entry.subject.kind, key, value)))
        .collect()
}

/// What cannot be read as what its name promises is shown as it is stored.
fn in_words(subject: SubjectKind, key: &str, value: &Value) -> Markup {
    let words = match key {
        "mapping" => read(value).map(|found: Mapping| mapping(&found)),
        "schedule" if subject == SubjectKind::Refresh => {
            read(value).map(|found: RefreshSchedule| html! { (found.describe()) })
        }
        "schedule" => read(value).map(|found: ExportSchedule| html! { (found.describe()) }),
        "access" => read(value).map(|access: ConnectionAccess| html! { (access_label(access)) }),
        "kind" => read(value).map(|found: RunKind| html! { (kind(found)) }),
        "trigger" => read(value).map(|found: Trigger| html! { (trigger(found)) }),
        "segments" => read(value).map(|names: Vec<String>| html! { (names.join(", ")) }),
        "export_user" => value.get("name").and_then(Value::as_str).map(|name| html! { (name) }),
        "connection" if subject == SubjectKind::Export => {
            read(value).map(|id: ConnectionId| html! { a href={ "/connections/" (id) } { (id) } })
        }
        _ => None,
    };
    words.unwrap_or_else(|| plain(value))
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn mapping(mapping: &Mapping) -> Markup {
    let attributes = mapping.attributes().iter();
    html! {
        div { "Email: column " code { (mapping.email_column()) } }
        @for attribute in attributes {
            div {
                (contact_field_label(&attribute.field.to_string(), &[])) ": "
                @match &attribute.source {
                    Source::Column(name) => { "column " code { (name) } },
                    Source::Constant(text) => { "always " q { (text) } },
                }
            }
        }
        @if let Some(identity) = mapping.identity_column() { div { "Customer id (not sent): column " code { (identity) } } }
    }
}

fn plain(value: &Value) -> Markup {
    match value {
        Value::Null => html! { "None" },
        Value::Bool(true) => html! { "Yes" },
        Value::Bool(false) => html! { "No" },
        Value::String(text) => html! { (text) },
        Value::Number(amount) => {
            html! { @match amount.as_u64() { Some(amount) => (number(amount)), None => (amount) } }
        }
        Value::Array(_) | Value::Object(_) => html! { code { (value) } },
    }
}

#[cfg(test)]
mod tests {
    use catalog::Actor;
    use configuration::AuditSubject;
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn told(subject: SubjectKind, value: Value) -> Vec<(String, String)> {
        let entry = AuditEntry {
            at: Timestamp::UNIX_EPOCH,
            by: Actor { subject: "1".to_owned(), name: "Ann".to_owned() },
            role: None,
            action: "export.changed".to_owned(),
            subject: AuditSubject { kind: subject, id: "e-1".to_owned(), name: "News".to_owned() },
            before: None,
            after: Some(value),
        };
        let told = values(&entry, entry.after.as_ref()).into_iter();
        told.map(|(label, value)| (label.to_owned(), value.into_string())).collect()
    }

    fn pair(label: &str, value: &str) -> (String, String) {
        (label.to_owned(), value.to_owned())
    }

    #[test]
    fn what_is_known_has_the_words_of_its_page() {
        let mapping = json!({
            "email_column": "EMail",
            "attributes": [{ "field": "first_name", "source": { "column": "FirstName" } }],
        });
        let kept = json!({
            "schedule": { "kind": "with_system_refresh" },
            "mapping": mapping,
            "segments": ["customers", "visitors"],
            "connection": "constant-contact",
            "name": "News",
        });
        assert_eq!(
            told(SubjectKind::Export, kept),
            [
                pair("Display name", "News"),
                pair("Connection", "<a href=\"/connections/constant-contact\">constant-contact</a>"),
                pair("Segments", "customers, visitors"),
                pair(
                    "Data matching",
                    "<div>Email: column <code>EMail</code></div><div>First name: column <code>FirstName</code></div>"
                ),
                pair("Schedule", "With every system refresh"),
            ]
        );
        let kept = json!({ "kind": "full", "approved": null, "run": "r-1" });
        assert_eq!(told(SubjectKind::Export, kept), [pair("What was sent", "Everybody (full run)")]);
        let kept = json!({ "access": "contributors", "contact_ceiling": 25_000, "account": null });
        assert_eq!(
            told(SubjectKind::Connection, kept),
            [
                pair("Who can use it", "Administrators and contributors"),
                pair("Most contacts in the account", "25,000"),
                pair("Account id", "None"),
            ]
        );
    }

    #[test]
    fn what_a_later_version_keeps_is_shown_as_it_is() {
        let kept = json!({ "colour": ["red"], "schedule": { "kind": "when_it_rains" } });
        assert_eq!(
            told(SubjectKind::Export, kept),
            [
                pair("Schedule", "<code>{&quot;kind&quot;:&quot;when_it_rains&quot;}</code>"),
                pair("colour", "<code>[&quot;red&quot;]</code>"),
            ]
        );
    }
}
