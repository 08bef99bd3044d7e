//! `/schedule` and `/pause`: when everything is refreshed by itself.

use ::configuration::{RefreshChange, RefreshView};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use schedule::RefreshForm;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::versioned;
use super::extract::Input;
use super::version::IfMatchHeader;
use crate::app::App;
use crate::web::{ApiPerson, IfMatch, Problem};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_schedule, replace_schedule))
        .routes(routes!(set_pause))
        .routes(routes!(show_quota))
}

/// How everything is refreshed.
#[derive(Serialize, ToSchema)]
struct Refresh {
    schedule: SystemSchedule,
    /// The schedule in words.
    schedule_text: String,
    /// A new snapshot starts the exports on system refresh that contain its segment.
    upload_trigger: bool,
    /// Nothing starts by itself.
    paused: bool,
    /// When the schedule starts everything next.
    next_due: Option<Timestamp>,
    updated_by: Option<String>,
    updated_at: Option<Timestamp>,
    you_may_change: bool,
}

/// When everything is refreshed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SystemSchedule {
    /// `off`, `daily` or `weekly`.
    kind: String,
    /// For `weekly`: `monday`, `tuesday` and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weekdays: Vec<String>,
    /// One to four different times of day, `06:30`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    times: Vec<String>,
    /// An IANA name, `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    time_zone: String,
}

/// What can be changed of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    schedule: SystemSchedule,
    upload_trigger: bool,
}

/// Whether everything is paused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Pause {
    paused: bool,
}

/// How this day's requests to Constant Contact stand; all connections share them.
#[derive(Serialize, ToSchema)]
struct Quota {
    /// Since 00:00 UTC.
    used_today: u32,
    /// What is left for people.
    left_today: u32,
    /// What is left for runs.
    left_for_runs: u32,
    /// Until when Constant Contact takes no requests at all.
    closed_until: Option<Timestamp>,
}

impl From<RefreshView> for Refresh {
    fn from(view: RefreshView) -> Self {
        Self {
            schedule: view.schedule.into(),
            schedule_text: view.schedule_text,
            upload_trigger: view.upload_trigger,
            paused: view.paused,
            next_due: view.next_due,
            updated_by: view.updated_by,
            updated_at: view.updated_at,
            you_may_change: view.you_may_change,
        }
    }
}

impl From<RefreshForm> for SystemSchedule {
    fn from(form: RefreshForm) -> Self {
        let RefreshForm { kind, weekdays, times, time_zone } = form;
        Self { kind, weekdays, times, time_zone }
    }
}

impl From<SystemSchedule> for RefreshForm {
    fn from(schedule: SystemSchedule) -> Self {
        let SystemSchedule { kind, weekdays, times, time_zone } = schedule;
        Self { kind, weekdays, times, time_zone }
    }
}

/// System refresh
///
/// Everybody sees it.
#[utoipa::path(
    get, path = "/schedule", tag = "operation",
    responses((status = OK, body = Refresh, description = "How everything is refreshed.",
        headers(("ETag" = String, description = "Its version.")))),
)]
async fn show_schedule(ApiPerson(person): ApiPerson, State(app): State<App>) -> Result<Response, Problem> {
    Ok(versioned::<_, Refresh>(app.configuration().refresh(&person).await?))
}

/// Change the system refresh
///
/// Nothing is started by it.
#[utoipa::path(
    put, path = "/schedule", tag = "operation", params(IfMatchHeader), request_body = RefreshBody,
    responses((status = OK, body = Refresh, description = "How everything is refreshed now.",
        headers(("ETag" = String, description = "Its new version.")))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
async fn replace_schedule(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    version: IfMatch,
    Input(body): Input<RefreshBody>,
) -> Result<Response, Problem> {
    let tag = version.required()?;
    let change = RefreshChange { schedule: body.schedule.into(), upload_trigger: body.upload_trigger };
    Ok(versioned::<_, Refresh>(app.configuration().update_refresh(&person, &tag, &change).await?))
}

/// Pause everything
///
/// While it lasts nothing starts by itself; runs that are under way go on. Needs no version: a brake works whatever
/// somebody else has just changed.
#[utoipa::path(
    put, path = "/pause", tag = "operation", request_body = Pause,
    responses((status = OK, body = Refresh, description = "How everything is refreshed now.",
        headers(("ETag" = String, description = "The new version of `/schedule`.")))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
async fn set_pause(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(body): Input<Pause>,
) -> Result<Response, Problem> {
    Ok(versioned::<_, Refresh>(app.configuration().pause_everything(&person, body.paused).await?))
}

/// Requests of this day
#[utoipa::path(
    get, path = "/quota", tag = "operation",
    responses((status = OK, body = Quota, description = "How they stand.")),
    extensions(("x-problems" = json!(["set_up_needed", "application_refused"]))),
)]
async fn show_quota(ApiPerson(person): ApiPerson, State(app): State<App>) -> Result<Json<Quota>, Problem> {
    let quota = app.configuration().quota(&person).await?;
    Ok(Json(Quota {
        used_today: quota.used_today,
        left_today: quota.left_today,
        left_for_runs: quota.left_for_runs,
        closed_until: quota.closed_until,
    }))
}
