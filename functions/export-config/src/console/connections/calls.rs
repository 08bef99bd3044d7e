//! The latest requests of a connection, and what is left of today's.

use axum::extract::{Path, State};
use configuration::QuotaView;
use console::Icon;
use console::{
    Column, EmptyState, Row, Table, Tone, badge, card, description_list, moment, number, page_header, table,
};
use futures_util::future;
use maud::{Markup, html};

use super::{connection_id, page_of};
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, Page};

/// `GET /connections/{id}/calls`.
pub(super) async fn show(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
) -> Result<Page, ConsoleError> {
    let id = connection_id(&id)?;
    let configuration = app.configuration();
    let quota = async { Ok(configuration.quota(&person).await.ok()) };
    let (connection, calls, quota) =
        future::try_join3(configuration.connection(&person, &id), configuration.calls(&person, &id), quota)
            .await?;
    let rows: Vec<_> = calls
        .iter()
        .map(|call| {
            Row::new(vec![
                moment(call.sent_at),
                html! { span { (call.method) " " code { (call.path) } } },
                html! { (call.status.map_or_else(|| "none".to_owned(), |status| status.to_string())) },
                outcome(call.failure.and_then(|failure| serde_json::to_value(failure).ok())),
                html! { (number(call.duration_ms)) " ms" },
                html! { (call.attempt) },
            ])
        })
        .collect();
    let about = html! { "The last 100 requests to Constant Contact, the newest first. Bodies and addresses are not kept." };
    let content = html! {
        (page_header("Recent requests", Some(&about), None))
        @if let Some(quota) = quota { (today(&quota)) }
        (table(&Table {
            caption: "Recent requests",
            columns: &[
                Column::new("Sent"), Column::new("Request"), Column::number("Status"), Column::new("Outcome"),
                Column::number("Duration"), Column::number("Attempt"),
            ],
            rows: &rows,
            select: None,
            wide: false,
            empty: EmptyState {
                title: "No requests yet",
                explanation: "They appear here with the first run or the first test of the connection.",
                next_step: html! {},
            },
        }))
    };
    let name = connection.value.display_name;
    Ok(page_of("Recent requests", &id, &name, content))
}

/// The failure's own word, `quota_exceeded`, reads like one.
fn outcome(failure: Option<serde_json::Value>) -> Markup {
    match failure.as_ref().and_then(serde_json::Value::as_str) {
        None => badge(Tone::Success, Icon::Check, "Answered"),
        Some(word) => badge(Tone::Danger, Icon::Cross, &word.replace('_', " ")),
    }
}

fn today(quota: &QuotaView) -> Markup {
    card(
        "Requests of today",
        &html! {
            p { "All connections share the requests of one application. They count anew at 00:00 UTC." }
            (description_list(&[
                ("Used today", html! { (number(quota.used_today.into())) }),
                ("Left for people", html! { (number(quota.left_today.into())) }),
                ("Left for runs", html! { (number(quota.left_for_runs.into())) }),
                ("Taken again", html! {
                    @match quota.closed_until { None => "Now", Some(until) => (moment(until)) }
                }),
            ]))
        },
    )
}
