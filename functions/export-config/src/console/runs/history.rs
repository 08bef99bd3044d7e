//! The runs of an export, as a chart and as a list.

use configuration::{RunItem, RunList};
use console::{
    Bar, Chart, Column, EmptyState, Row, Table, card, chart, duration, moment, number, run_badge, table,
};
use domain::identifier::ExportId;
use maud::{Markup, html};

use super::{run_state, trigger};

/// So many of the latest runs are drawn.
const BARS: usize = 30;

/// The history of an export.
pub(in crate::console) fn history(export: &ExportId, runs: &RunList) -> Markup {
    let mut bars: Vec<_> = runs
        .items
        .iter()
        .take(BARS)
        .map(|run| Bar {
            at: run.ended_at,
            added: run.counts.added,
            updated: run.counts.updated,
            rejected: run.counts.rejected,
        })
        .collect();
    bars.reverse();
    let rows_were_read = runs.items.iter().take(BARS).any(|run| run.counts.read > 0);
    let title = if bars.len() == 1 {
        "The latest run, in rows".to_owned()
    } else {
        format!("The latest {} runs, in rows", bars.len())
    };
    card(
        "History",
        &html! {
            // A run that read nothing has its place, so that the last bar is the latest run.
            @if rows_were_read { (chart(&Chart { id: "runs-chart", title: &title, bars: &bars })) }
            (list(export, runs))
        },
    )
}

fn list(export: &ExportId, runs: &RunList) -> Markup {
    let rows: Vec<_> = runs.items.iter().map(|run| row(export, run)).collect();
    table(&Table {
        caption: "Runs",
        columns: &[
            Column::new("Ended"),
            Column::new("Status"),
            Column::new("Started by"),
            Column::new("Duration"),
            Column::new("Data used"),
            Column::number("Read"),
            Column::number("Added"),
            Column::number("Updated"),
            Column::number("Rejected"),
        ],
        rows: &rows,
        select: None,
        wide: false,
        empty: EmptyState {
            title: "No runs yet",
            explanation: "Each run appears here with its counts, for at least the latest 100 runs.",
            next_step: html! {},
        },
    })
}

fn row(export: &ExportId, run: &RunItem) -> Row<'static> {
    let count = |count: u64| html! { (number(count)) };
    Row::new(vec![
        html! { a href={ "/exports/" (export) "/runs/" (run.run) } { (moment(run.ended_at)) } },
        run_badge(run_state(Some(run.status), false)),
        html! { span { (trigger(run.trigger)) ", " (run.requested_by) } },
        html! { @if let Some(took) = run.duration { (duration(took)) } },
        html! { div { @for used in &run.snapshots { div { (used.segment.as_str()) ", " (moment(used.last_modified)) } } } },
        count(run.counts.read),
        count(run.counts.added),
        count(run.counts.updated),
        count(run.counts.rejected),
    ])
}
