//! The segments, for everybody.

use axum::extract::State;
use configuration::SegmentItem;
use console::{
    Column, EmptyState, Icon, Row, Section, Table, Tone, badge, number, page_header, relative_moment, table,
};
use jiff::Timestamp;
use maud::html;

use super::segment_path;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, Page};

const TITLE: &str = "Segments";

/// `GET /segments`.
pub(super) async fn show(State(app): State<App>, person: ConsolePerson) -> Result<Page, ConsoleError> {
    let segments = app.configuration().segments(&person).await?;
    let rows: Vec<_> = segments.iter().map(|segment| row(segment, app.now())).collect();
    let about = html! { "The groups of people that can be exported, each by its newest complete snapshot." };
    let content = html! {
        (page_header(TITLE, Some(&about), None))
        (table(&Table {
            caption: TITLE,
            columns: &[
                Column::new("Segment"), Column::number("Members"), Column::new("Snapshot"), Column::new("Good to know"),
            ],
            rows: &rows,
            select: None,
            wide: false,
            empty: EmptyState {
                title: "No segments yet",
                explanation: "A segment appears here once its first snapshot is uploaded to the bucket with the segments.",
                next_step: html! {},
            },
        }))
    };
    Ok(Page::new(TITLE, content).section(Section::Segments))
}

fn row(segment: &SegmentItem, now: Timestamp) -> Row<'_> {
    Row::new(vec![
        html! { a href=(segment_path(segment.name.as_str(), "")) { (segment.name.as_str()) } },
        html! { @if let Some(members) = segment.members { (number(members)) } @else { "Not known" } },
        html! { @if let Some(snapshot) = &segment.snapshot { (relative_moment(snapshot.last_modified, now)) } @else { "None" } },
        html! {
            @if let Some(note) = &segment.note {
                div { @if segment.too_large { (badge(Tone::Warning, Icon::Alert, "Too large")) " " } (note) }
            }
        },
    ])
}
