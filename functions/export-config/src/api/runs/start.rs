//! Starting runs.

use ::configuration::{LeftOut, RunAll, StartedExport};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Started;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::answer::located;
use super::super::connections::NamedExport;
use super::super::exports::ExportPath;
use super::super::extract::{Named, OptionalInput};
use super::super::words::RunKind;
use super::RunPath;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// What to run.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunToStart {
    /// `changes` when left out.
    kind: Option<RunKind>,
}

/// What came of a request to run.
#[derive(Serialize, ToSchema)]
pub(super) struct StartedRun {
    /// The export's id.
    export: String,
    /// The id of the run to look at.
    run: String,
    outcome: StartOutcome,
}

/// What came of a request to run. `created`: a new run. `joined`: the run that was waiting already serves this request,
/// too. `follows`: another run follows this one. `known`: the same request came before, and this run served it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StartOutcome {
    Created,
    Joined,
    Follows,
    Known,
}

/// What came of *Run all*.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct AllStarted {
    started: Vec<OneStarted>,
    /// These have an active schedule and could not be started.
    left_out: Vec<NotStarted>,
}

/// An export that runs.
#[derive(Serialize, ToSchema)]
struct OneStarted {
    export: NamedExport,
    /// The id of the run to look at.
    run: String,
    outcome: StartOutcome,
}

/// An export that could not be started.
#[derive(Serialize, ToSchema)]
struct NotStarted {
    export: NamedExport,
    /// A code as problem documents have it.
    code: String,
    /// Why, and what to do.
    message: String,
}

impl From<&Started> for StartOutcome {
    fn from(started: &Started) -> Self {
        match started {
            Started::Created(_) => Self::Created,
            Started::Joined(_) => Self::Joined,
            Started::Follows { .. } => Self::Follows,
            Started::Known(_) => Self::Known,
        }
    }
}

impl From<RunAll> for AllStarted {
    fn from(all: RunAll) -> Self {
        Self {
            started: all.started.into_iter().map(Into::into).collect(),
            left_out: all.left_out.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<StartedExport> for OneStarted {
    fn from(one: StartedExport) -> Self {
        let run = one.started.active().run.to_string();
        Self { export: one.export.into(), run, outcome: (&one.started).into() }
    }
}

impl From<LeftOut> for NotStarted {
    fn from(left: LeftOut) -> Self {
        Self { export: left.export.into(), code: left.code.to_owned(), message: left.message }
    }
}

/// 202: the run is not over, and may not have begun.
fn accepted(started: &Started) -> Response {
    let key = started.active();
    let body =
        StartedRun { export: key.export.to_string(), run: key.run.to_string(), outcome: started.into() };
    let answer = (StatusCode::ACCEPTED, Json(body)).into_response();
    located(format!("/exports/{}/runs/{}", key.export, key.run), answer)
}

/// Header of a request that may come more than once.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read from the headers; this says so in the document")]
pub(in crate::api) struct IdempotencyHeader {
    /// Your name for this request, 1 to 200 visible ASCII characters: however often it comes from you under the same name,
    /// it counts once. It stands for its request for 24 hours at least (of runs of one export, for the 1,000 latest
    /// requests).
    #[param(rename = "Idempotency-Key", required = false, nullable = false, pattern = "^[!-~]{1,200}$")]
    idempotency_key: Option<String>,
}

/// The key of a request. One that is no text is none of the characters that a key may have, and is refused as such.
pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default())
}

/// Run an export
///
/// Whatever its schedule. The body may be left out. Under a key with which another kind of run was asked for it is refused
/// as `invalid` (`idempotency_key`, `used`).
#[utoipa::path(
    post, path = "/exports/{id}/runs", tag = "runs", params(ExportPath, IdempotencyHeader),
    request_body(content = Option<RunToStart>),
    responses((status = ACCEPTED, body = StartedRun, description = "The run to look at.",
        headers(("Location" = String, description = "Its address.")))),
    extensions(("x-problems" = json!(["forbidden", "no_connection", "not_connected", "needs_reauthentication"]))),
)]
pub(super) async fn start_run(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    headers: HeaderMap,
    OptionalInput(body): OptionalInput<RunToStart>,
) -> Result<Response, Problem> {
    let kind = body.kind.map(Into::into).unwrap_or_default();
    let key = idempotency_key(&headers);
    let started = app.configuration().run_export(&person, &path.id, kind, key).await?;
    Ok(accepted(&started))
}

/// Approve and run
///
/// Runs exactly the plan of a run that the safety brake stopped. Approving it again makes no further run.
#[utoipa::path(
    post, path = "/exports/{id}/runs/{run}/approve", tag = "runs", params(RunPath),
    responses((status = ACCEPTED, body = StartedRun, description = "The run to look at.",
        headers(("Location" = String, description = "Its address.")))),
    extensions(("x-problems" = json!([
        "forbidden", "nothing_to_do", "no_connection", "not_connected", "needs_reauthentication"
    ]))),
)]
pub(super) async fn approve_run(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<RunPath>,
) -> Result<Response, Problem> {
    Ok(accepted(&app.configuration().approve_run(&person, &path.into()).await?))
}
