//! The control routes: the same as [`Control`], from outside the process, in JSON.

use std::time::Duration;

use axum::extract::{Json, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, http::header};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Change, Control, ControlError, NewContact};
use crate::AccountOptions;
use crate::server::Core;

/// The answer of every control route.
type Answered = Result<Response, Failure>;

/// Why a control route failed.
enum Failure {
    Control(ControlError),
    Body(String),
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        Self::Control(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Control(error @ ControlError::Unknown(_)) => (StatusCode::NOT_FOUND, error.to_string()),
            Self::Control(error @ ControlError::Storage(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
            Self::Control(error) => (StatusCode::CONFLICT, error.to_string()),
            Self::Body(text) => (StatusCode::BAD_REQUEST, text),
        };
        (status, Json(json!({ "error": text }))).into_response()
    }
}

pub(crate) fn routes() -> Router<Core> {
    Router::new()
        .route("/control", get(situation))
        .route("/control/clock", get(clock).post(move_clock))
        .route("/control/switches", get(switches).patch(change_switches))
        .route("/control/faults", get(faults).patch(change_faults))
        .route("/control/limits", get(limits).patch(change_limits))
        .route("/control/account", get(account).put(set_account))
        .route("/control/application", post(change_application))
        .route("/control/statistics", get(statistics).delete(reset_statistics))
        .route("/control/lists", get(lists).post(create_list))
        .route("/control/members", get(members))
        .route("/control/contacts", post(add_contacts))
        .route("/control/contacts/change", post(change_contact))
        .route("/control/imported", get(imported))
        .route("/control/refused", get(refused))
        .route("/control/activities", get(activities))
        .route("/control/tokens", post(issue_tokens))
        .route("/control/tokens/expire", post(expire_tokens))
        .route("/control/disconnect", post(disconnect))
}

fn control(core: Core) -> Control {
    Control::new(core)
}

fn answer(value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

fn done() -> Answered {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Changes only the members that are given.
fn patched<T: Serialize + DeserializeOwned>(present: &T, changes: Value) -> Result<T, Failure> {
    let unreadable = |error: serde_json::Error| Failure::Body(error.to_string());
    let mut merged = serde_json::to_value(present).map_err(unreadable)?;
    match (merged.as_object_mut(), changes) {
        (Some(merged), Value::Object(changes)) => merged.extend(changes),
        _ => return Err(Failure::Body("a JSON object is needed".to_owned())),
    }
    serde_json::from_value(merged).map_err(unreadable)
}

async fn situation(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).situation().await?))
}

async fn clock(State(core): State<Core>) -> Answered {
    Ok(answer(&json!({ "now": control(core).now().await })))
}

/// `{"set": "2026-11-22T00:00:00Z"}` or `{"advance_seconds": 60}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    set: Option<Timestamp>,
    advance_seconds: Option<f64>,
}

async fn move_clock(State(core): State<Core>, Json(input): Json<MoveClock>) -> Answered {
    let control = control(core);
    match (input.set, input.advance_seconds.map(Duration::try_from_secs_f64)) {
        (Some(moment), None) => control.set_clock(moment).await?,
        (None, Some(Ok(duration))) => control.advance(duration).await?,
        _ => return Err(Failure::Body("one of set and advance_seconds is needed".to_owned())),
    }
    Ok(answer(&json!({ "now": control.now().await })))
}

async fn switches(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).switches().await))
}

async fn change_switches(State(core): State<Core>, Json(changes): Json<Value>) -> Answered {
    let control = control(core);
    let changed = patched(&control.switches().await, changes)?;
    let shown = answer(&changed);
    control.change_switches(|switches| *switches = changed).await;
    Ok(shown)
}

async fn faults(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).faults().await))
}

async fn change_faults(State(core): State<Core>, Json(changes): Json<Value>) -> Answered {
    let control = control(core);
    let changed = patched(&control.faults().await, changes)?;
    let shown = answer(&changed);
    control.change_faults(|faults| *faults = changed).await;
    Ok(shown)
}

async fn limits(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).limits().await))
}

async fn change_limits(State(core): State<Core>, Json(changes): Json<Value>) -> Answered {
    let control = control(core);
    let changed = patched(&control.limits().await, changes)?;
    let shown = answer(&changed);
    control.change_limits(|limits| *limits = changed).await;
    Ok(shown)
}

async fn account(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).account().await))
}

async fn set_account(State(core): State<Core>, Json(account): Json<AccountOptions>) -> Answered {
    control(core).set_account(account).await;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeApplication {
    redirect_uri: Option<String>,
    auto_approve: Option<bool>,
}

async fn change_application(State(core): State<Core>, Json(input): Json<ChangeApplication>) -> Answered {
    let control = control(core);
    if let Some(redirect_uri) = input.redirect_uri {
        control.register_redirect_uri(redirect_uri).await;
    }
    if let Some(auto_approve) = input.auto_approve {
        control.set_auto_approve(auto_approve).await;
    }
    done()
}

async fn statistics(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).statistics().await))
}

async fn reset_statistics(State(core): State<Core>) -> Answered {
    control(core).reset_statistics().await?;
    done()
}

async fn lists(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).lists().await?))
}

#[derive(Deserialize)]
struct CreateList {
    name: String,
}

async fn create_list(State(core): State<Core>, Json(input): Json<CreateList>) -> Answered {
    let list_id = control(core).create_list(input.name).await?;
    Ok((StatusCode::CREATED, answer(&json!({ "list_id": list_id }))).into_response())
}

#[derive(Deserialize)]
struct MembersQuery {
    list_id: String,
    after: Option<i64>,
    limit: Option<u32>,
}

async fn members(State(core): State<Core>, Query(query): Query<MembersQuery>) -> Answered {
    let limit = query.limit.unwrap_or(1_000).clamp(1, 10_000);
    Ok(answer(&control(core).members(query.list_id, query.after, limit).await?))
}

async fn add_contacts(State(core): State<Core>, Json(contacts): Json<Vec<NewContact>>) -> Answered {
    control(core).add_contacts(contacts).await?;
    done()
}

#[derive(Deserialize)]
struct ChangeContact {
    email: String,
    change: Change,
}

async fn change_contact(State(core): State<Core>, Json(input): Json<ChangeContact>) -> Answered {
    control(core).change_contact(input.email, input.change).await?;
    done()
}

#[derive(Deserialize)]
struct ImportedQuery {
    email: Option<String>,
}

/// With an address its counts, without one how many addresses were imported how often.
async fn imported(State(core): State<Core>, Query(query): Query<ImportedQuery>) -> Answered {
    let control = control(core);
    Ok(match query.email {
        Some(email) => answer(&control.import_counts(email).await?),
        None => answer(&control.import_histogram().await?),
    })
}

async fn refused(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).refused_rows().await?))
}

async fn activities(State(core): State<Core>) -> Answered {
    Ok(answer(&control(core).activities(500).await?))
}

#[derive(Deserialize)]
struct IssueTokens {
    scope: String,
}

async fn issue_tokens(State(core): State<Core>, Json(input): Json<IssueTokens>) -> Answered {
    let tokens = control(core).issue_tokens(input.scope).await?;
    Ok(answer(&json!({ "access_token": tokens.access_token, "refresh_token": tokens.refresh_token })))
}

async fn expire_tokens(State(core): State<Core>) -> Answered {
    control(core).expire_access_tokens().await?;
    done()
}

async fn disconnect(State(core): State<Core>) -> Answered {
    control(core).disconnect().await?;
    done()
}
