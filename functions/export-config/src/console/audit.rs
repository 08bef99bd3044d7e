//! *Admin > Audit log*: who did what, when, and what it was before and after.

mod values;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::get;
use configuration::{AuditEntry, SubjectKind};
use console::{
    Column, EmptyState, Level, Pager, Row, Section, Table, description_list, disclosure, moment, notice,
    number, page_header, pager, table,
};
use domain::identifier::{ExportId, RunId};
use engine::RunKey;
use maud::{Markup, html};
use serde_json::Value;

use self::values::values;
use super::runs::run_path;
use super::segments::segment_path;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, FormFields, Page};

const TITLE: &str = "Audit log";

pub(super) fn router() -> Router<App> {
    Router::new().route("/audit", get(show))
}

async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    let query = FormFields::parse(query.unwrap_or_default().as_bytes());
    let after = query.filled("after");
    let page = app.configuration().audit(&person, after).await?;
    let rows: Vec<_> = page.items.iter().map(row).collect();
    let about = html! { "Every change, every run that somebody started, and every download of people's rows; the newest first." };
    let shown = format!("{} entries", page.items.len());
    let next = page.next.map(|next| format!("/audit?after={next}"));
    let content = html! {
        (page_header(TITLE, Some(&about), None))
        @if page.unreadable > 0 {
            (notice(Level::Warning, "Some entries of this page cannot be read", &html! {
                p { (number(u64::try_from(page.unreadable).unwrap_or(u64::MAX))) ". Tell the operator: the log of the function "
                    "names them, and a backup has them." }
            }))
        }
        (table(&Table {
            caption: TITLE,
            columns: &[
                Column::new("When"), Column::new("Who"), Column::new("What"), Column::new("About"),
            ],
            rows: &rows,
            select: None,
            wide: false,
            empty: EmptyState {
                title: "No entries",
                explanation: "Whatever is changed from now on appears here.",
                next_step: html! {},
            },
        }))
        @if after.is_some() { p { a href="/audit" { "Back to the newest entries" } } }
        (pager(&Pager { about: "the audit log", shown: &shown, previous: None, next: next.as_deref() }))
    };
    Ok(Page::new(TITLE, content).section(Section::AuditLog))
}

fn row(entry: &AuditEntry) -> Row<'_> {
    Row::new(vec![
        moment(entry.at),
        html! { (entry.by.name) ", " (entry.role.map_or("by itself", |role| role.label())) },
        html! { (action(&entry.action)) },
        html! { div { (subject(entry)) (details(entry)) } },
    ])
}

/// `connection.created` reads *Connection created*. What a later version has called otherwise stays readable.
fn action(action: &str) -> String {
    let text = action.replace(['.', '_'], " ");
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn subject(entry: &AuditEntry) -> Markup {
    let subject = &entry.subject;
    let href = match subject.kind {
        SubjectKind::Export => Some(format!("/exports/{}", subject.id)),
        SubjectKind::Connection => Some(format!("/connections/{}", subject.id)),
        SubjectKind::Segment => Some(segment_path(&subject.id, "")),
        SubjectKind::Refresh => Some("/schedule".to_owned()),
        SubjectKind::Application => Some("/set-up".to_owned()),
        SubjectKind::Run | SubjectKind::List | SubjectKind::CustomField => None,
    };
    html! {
        @match href { Some(href) => a href=(href) { (subject.name) }, None => (subject.name) }
        @if let Some(run) = run(entry) { " · " a href=(run_path(&run)) { "The run" } }
    }
}

/// The run that an entry about an export is about, if it has a page.
fn run(entry: &AuditEntry) -> Option<RunKey> {
    let after = entry.after.as_ref().filter(|_| entry.subject.kind == SubjectKind::Export)?;
    let never_begun = after.get(values::BEGUN).and_then(Value::as_bool) == Some(false);
    let run = after.get(values::RUN).and_then(Value::as_str).filter(|_| !never_begun)?;
    Some(RunKey { export: ExportId::new(entry.subject.id.as_str()).ok()?, run: RunId::new(run).ok()? })
}

fn details(entry: &AuditEntry) -> Markup {
    let before = values(entry, entry.before.as_ref());
    let after = values(entry, entry.after.as_ref());
    html! {
        @match (before.is_empty(), after.is_empty()) {
            (true, true) => {},
            (false, false) => (disclosure("Before and after", &html! {
                p { strong { "Before" } } (description_list(&before))
                p { strong { "After" } } (description_list(&after))
            })),
            (_, true) => (disclosure("Details", &description_list(&before))),
            (true, _) => (disclosure("Details", &description_list(&after))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_as_words() {
        assert_eq!(action("export.schedule_changed"), "Export schedule changed");
        assert_eq!(action(""), "");
    }
}
