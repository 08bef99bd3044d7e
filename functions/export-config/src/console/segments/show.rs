//! One segment: its columns, a few rows for people who may see them, and the exports that contain it.

use axum::extract::{Path, State};
use configuration::access::{self, Permission};
use configuration::{ExportOfSegment, ExportsBySegment, SegmentDetails, SegmentSample};
use console::{
    Button, ButtonKind, Column, EmptyState, Field, Icon, Level, Row, Section, SelectOption, Table, button,
    card, csrf_field, description_list, hidden_field, link_button, moment, notice, number, page_header,
    select, table,
};
use futures_util::future;
use maud::{Markup, html};
use url::form_urlencoded::byte_serialize;

use super::{segment_name, segment_path};
use crate::app::App;
use crate::console::unreadable::unreadable;
use crate::web::{ConsoleError, ConsolePerson, Page};

/// `GET /segments/{name}`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path(name): Path<String>,
) -> Result<Page, ConsoleError> {
    let name = segment_name(&name)?;
    let configuration = app.configuration();
    let (segment, exports) = future::try_join(
        configuration.segment(&person, &name),
        configuration.exports_by_segment(&person, &name),
    )
    .await?;
    let query: String = byte_serialize(name.as_str().as_bytes()).collect();
    let start = link_button(
        &Button::new("New export with this segment").kind(ButtonKind::Primary).icon(Icon::Plus),
        &format!("/exports/new?segment={query}"),
    );
    let content = html! {
        (page_header(name.as_str(), None, access::may_create_exports(&person).then_some(&start)))
        (about(&segment))
        (card("Exports", &of_exports(&person, name.as_str(), &exports)))
        (card("Columns and sample", &sample(&segment)))
    };
    Ok(Page::new(name.as_str(), content).section(Section::Segments).below("Segments", "/segments"))
}

fn about(segment: &SegmentDetails) -> Markup {
    let item = &segment.item;
    html! {
        @if let Some(note) = &item.note {
            (notice(if item.too_large || item.snapshot.is_none() { Level::Warning } else { Level::Information }, note, &html! {}))
        }
        (card("Segment", &description_list(&[
            ("Members", html! { @if let Some(members) = item.members { (number(members)) } @else { "Not known" } }),
            ("Snapshot", html! {
                @match &item.snapshot {
                    Some(snapshot) => { code { (snapshot.name) } ", " (moment(snapshot.last_modified)) },
                    None => "None",
                }
            }),
        ])))
    }
}

/// Grouped by whether they contain it.
fn of_exports(person: &ConsolePerson, name: &str, exports: &ExportsBySegment) -> Markup {
    html! {
        h3 { "Exports that contain it" }
        @if exports.containing.is_empty() { p { "No export contains this segment." } }
        @else { (names(&exports.containing)) }
        h3 { "Exports that do not contain it" }
        @if exports.others.is_empty() { p { "There are no others." } }
        @else { (names(&exports.others)) }
        (unreadable(&exports.unreadable, "Exports of which it cannot be told"))
        (adding(person, name, &exports.others))
    }
}

fn names(exports: &[ExportOfSegment]) -> Markup {
    html! {
        div.prose { ul { @for export in exports { li { a href={ "/exports/" (export.export.id) } { (export.export.name) } } } } }
    }
}

/// The version of each export goes along, so that nobody's change is overwritten.
fn adding(person: &ConsolePerson, name: &str, others: &[ExportOfSegment]) -> Markup {
    let editable: Vec<_> =
        others.iter().filter(|export| export.your_permissions == Permission::Edit).collect();
    let options: Vec<_> = editable
        .iter()
        .map(|export| SelectOption::new(export.export.id.as_str(), export.export.name.as_str()))
        .collect();
    html! {
        @if !options.is_empty() {
            form method="post" action=(segment_path(name, "exports")) {
                (csrf_field(person.csrf()))
                @for export in &editable { (hidden_field(&format!("version-{}", export.export.id), export.tag.as_str())) }
                (select(&Field::new("export", "Add it to an export").hint("The export is not run by that.").required(), &options, ""))
                div.button-row { (button(&Button::new("Add to this export"))) }
            }
        }
    }
}

fn sample(segment: &SegmentDetails) -> Markup {
    let columns: Vec<_> = segment.columns.iter().map(|name| Column::new(name.as_str())).collect();
    if columns.is_empty() {
        return html! { p { "The columns are not known: there is no snapshot that can be read." } };
    }
    match &segment.sample {
        SegmentSample::NotAllowed => html! {
            div.prose { ul { @for column in &segment.columns { li { (column) } } } }
            p.hint { "Rows of people are shown to administrators, and to contributors with whom a connection is shared." }
        },
        SegmentSample::Rows(rows) => {
            let rows: Vec<_> = rows
                .expose()
                .iter()
                .map(|row| Row::new(row.iter().map(|value| html! { (value) }).collect()))
                .collect();
            html! {
                p.hint { "The first rows of the newest snapshot. They hold personal data." }
                (table(&Table {
                    caption: "Sample rows",
                    columns: &columns,
                    rows: &rows,
                    select: None,
                    wide: true,
                    empty: EmptyState { title: "No rows", explanation: "The newest snapshot holds no rows.", next_step: html! {} },
                }))
            }
        }
    }
}
