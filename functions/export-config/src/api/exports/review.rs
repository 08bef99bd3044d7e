//! Drafts: examined without saving them, and made from an export.

use axum::Json;
use axum::extract::State;

use super::super::extract::{Input, Named};
use super::ExportPath;
use super::body::Draft;
use super::view::Review;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

/// Examine a new export
///
/// As saving it does, without saving it. What is wrong with it is in the answer.
#[utoipa::path(
    post, path = "/exports/review", tag = "exports", request_body = Draft,
    responses((status = OK, body = Review, description = "What was found.")),
    extensions(("x-problems" = json!(["forbidden", "service"]))),
)]
pub(super) async fn review_new_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Input(draft): Input<Draft>,
) -> Result<Json<Review>, Problem> {
    let review = app.configuration().review_export(&person, None, &draft.try_into()?).await?;
    Ok(Json(review.into()))
}

/// Examine a change of an export
///
/// As saving it does, without saving it.
#[utoipa::path(
    post, path = "/exports/{id}/review", tag = "exports", params(ExportPath), request_body = Draft,
    responses((status = OK, body = Review, description = "What was found.")),
    extensions(("x-problems" = json!(["forbidden", "service"]))),
)]
pub(super) async fn review_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
    Input(draft): Input<Draft>,
) -> Result<Json<Review>, Problem> {
    let review = app.configuration().review_export(&person, Some(&path.id), &draft.try_into()?).await?;
    Ok(Json(review.into()))
}

/// The draft of a duplicate
///
/// Saves nothing: send the draft to `POST /exports`.
#[utoipa::path(
    post, path = "/exports/{id}/duplicate", tag = "exports", params(ExportPath),
    responses((status = OK, body = Draft, description = "A draft like this export.")),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
pub(super) async fn duplicate_export(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<ExportPath>,
) -> Result<Json<Draft>, Problem> {
    Ok(Json(app.configuration().duplicate_export(&person, &path.id).await?.into()))
}
