//! Several exports at once.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::super::answer::Items;
use super::super::connections::NamedExport;
use super::super::extract::Input;
use super::super::runs::{AllStarted, IdempotencyHeader, idempotency_key};
use super::body::{Chosen, Schedules};
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// Change the schedules of some exports
///
/// All of them or, when you may not edit one, none. Nothing runs.
#[utoipa::path(
    post, path = "/exports/schedules", tag = "exports", request_body = Schedules,
    responses((status = OK, body = Items<NamedExport>, description = "The exports.")),
    extensions(("x-problems" = json!(["forbidden", "not_found", "stale"]))),
)]
pub(super) async fn set_schedules(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(body): Input<Schedules>,
) -> Result<Json<Items<NamedExport>>, Problem> {
    let wanted = body.wanted()?;
    Ok(Items::all(app.configuration().set_schedules(&person, &body.seen(), &wanted).await?))
}

/// Run all
///
/// Starts every export that you may edit and whose schedule is not switched off. Should you get no answer, repeat it with
/// the same key: each export runs once, and what was not started is started then.
#[utoipa::path(
    post, path = "/exports/run-all", tag = "exports", params(IdempotencyHeader),
    responses((status = ACCEPTED, body = AllStarted, description = "What runs, and what could not be started.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn run_all_exports(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<AllStarted>), Problem> {
    let key = idempotency_key(&headers);
    Ok((StatusCode::ACCEPTED, Json(app.configuration().run_all(&person, key).await?.into())))
}

/// Detach exports from their connections
///
/// They keep everything else, their runs are stopped, and they do not run until each is given a connection again.
#[utoipa::path(
    post, path = "/exports/detach", tag = "exports", request_body = Chosen,
    responses((status = OK, body = Items<NamedExport>, description = "The exports.")),
    extensions(("x-problems" = json!(["forbidden", "not_found", "stale"]))),
)]
pub(super) async fn detach_exports(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(body): Input<Chosen>,
) -> Result<Json<Items<NamedExport>>, Problem> {
    Ok(Items::all(app.configuration().detach_exports(&person, &body.seen()).await?))
}
