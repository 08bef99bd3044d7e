//! The page that shows what the simulator holds.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::html::{escape, page, table};
use crate::control::{Control, Situation};
use crate::server::Core;

const REFRESH_SECONDS: u32 = 5;

/// `GET /`.
pub(crate) async fn home(State(core): State<Core>) -> Response {
    match Control::new(core).situation().await {
        Ok(situation) => Html(write(&situation)).into_response(),
        Err(error) => {
            let text = format!("<p>{}</p>", escape(error));
            (axum::http::StatusCode::INTERNAL_SERVER_ERROR, Html(page("Simulator", None, &text)))
                .into_response()
        }
    }
}

fn write(situation: &Situation) -> String {
    let account = &situation.account;
    let statistics = &situation.statistics;
    let body = format!(
        "<p><strong>{}</strong>, {}, account <code>{}</code>. It is {} here{}.</p>\
         <p>{} requests count toward today's {}; {} in all, {} of them refused with 429.</p>\
         <h2>Lists</h2>{}<h2>Contacts</h2>{}<h2>Activities</h2>{}<h2>Requests</h2>{}\
         <h2>Switches</h2>{}<h2>Faults</h2>{}\
         <p class=\"note\">Everything here can be read and changed in JSON below <code>/control</code>.</p>",
        escape(&account.organization_name),
        escape(&account.contact_email),
        escape(&account.encoded_account_id),
        escape(&situation.now),
        if situation.settable_clock { ", where the clock only moves when it is told to" } else { "" },
        statistics.today,
        situation.limits.requests_per_day,
        statistics.total,
        statistics.refused(),
        lists(situation),
        contacts(situation),
        activities(situation),
        settings(statistics),
        settings(&situation.switches),
        settings(&situation.faults),
    );
    page("Simulated Constant Contact", Some(REFRESH_SECONDS), &body)
}

fn lists(situation: &Situation) -> String {
    let rows: Vec<Vec<String>> = situation
        .lists
        .iter()
        .map(|list| {
            let state = if list.deleted { "deleted" } else { "active" };
            vec![list.name.clone(), list.members.to_string(), state.to_owned(), list.list_id.clone()]
        })
        .collect();
    table(&["Name", "Members", "State", "Id"], &rows)
}

fn contacts(situation: &Situation) -> String {
    let rows: Vec<Vec<String>> =
        situation.contacts.iter().map(|(state, count)| vec![state.clone(), count.to_string()]).collect();
    table(&["State", "Contacts"], &rows)
}

fn activities(situation: &Situation) -> String {
    let rows: Vec<Vec<String>> = situation
        .activities
        .iter()
        .map(|activity| {
            vec![
                activity.created_at.clone(),
                activity.kind.clone(),
                format!("{} {} %", activity.state, activity.percent_done),
                activity.items_total_count.to_string(),
                activity.person_count.to_string(),
                activity.error_count.to_string(),
                activity.correctable_count.to_string(),
                activity.cannot_add_to_list_count.to_string(),
            ]
        })
        .collect();
    table(&["Created", "Kind", "State", "Items", "People", "Errors", "Correctable", "Cannot be added"], &rows)
}

/// Any flat settings, name by name.
fn settings(settings: &impl Serialize) -> String {
    let rows: Vec<Vec<String>> = match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members
            .into_iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::String(text) => text,
                    Value::Null => "-".to_owned(),
                    other => other.to_string(),
                };
                vec![name.replace('_', " "), value]
            })
            .collect(),
        _ => Vec::new(),
    };
    table(&["Name", "Value"], &rows)
}
