//! `/segments`: the only tables that can be exported.

mod view;

use axum::Json;
use axum::extract::State;
use domain::identifier::SegmentName;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::view::{ExportsOfSegment, Segment, SegmentRow};
use super::answer::Items;
use super::extract::Named;
use crate::app::App;
use crate::web::{ApiPerson, Problem};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_segments))
        .routes(routes!(show_segment))
        .routes(routes!(list_exports_of_segment))
}

/// A segment in an address.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
struct SegmentPath {
    /// The segment's name.
    #[param(value_type = String)]
    name: SegmentName,
}

/// Segments
///
/// By name, with members and time of the newest snapshot.
#[utoipa::path(
    get, path = "/segments", tag = "segments",
    responses((status = OK, body = Items<SegmentRow>, description = "The segments.")),
)]
async fn list_segments(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
) -> Result<Json<Items<SegmentRow>>, Problem> {
    Ok(Items::all(app.configuration().segments(&person).await?))
}

/// One segment
///
/// With its columns and a mapping proposed from them; with sample rows for administrators, and for contributors once a
/// connection is shared with them.
#[utoipa::path(
    get, path = "/segments/{name}", tag = "segments", params(SegmentPath),
    responses((status = OK, body = Segment, description = "The segment.")),
)]
async fn show_segment(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<SegmentPath>,
) -> Result<Json<Segment>, Problem> {
    Ok(Json(app.configuration().segment(&person, &path.name).await?.into()))
}

/// Exports by whether they contain a segment
#[utoipa::path(
    get, path = "/segments/{name}/exports", tag = "segments", params(SegmentPath),
    responses((status = OK, body = ExportsOfSegment, description = "All exports, in two groups.")),
)]
async fn list_exports_of_segment(
    ApiPerson(person): ApiPerson,
    State(app): State<App>,
    Named(path): Named<SegmentPath>,
) -> Result<Json<ExportsOfSegment>, Problem> {
    Ok(Json(app.configuration().exports_by_segment(&person, &path.name).await?.into()))
}
