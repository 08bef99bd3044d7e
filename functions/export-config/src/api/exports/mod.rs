//! `/exports`: which segments go to which list.

mod body;
mod bulk;
mod one;
mod overview;
mod review;
mod view;

use domain::identifier::ExportId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::view::{Note, UnreadableExport};
use crate::app::App;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::list_exports, overview::create_export))
        .routes(routes!(bulk::set_schedules))
        .routes(routes!(bulk::run_all_exports))
        .routes(routes!(bulk::detach_exports))
        .routes(routes!(review::review_new_export))
        .routes(routes!(one::show_export, one::replace_export, one::remove_export))
        .routes(routes!(one::add_segment_to_export))
        .routes(routes!(review::duplicate_export))
        .routes(routes!(review::review_export))
}

/// An export in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ExportPath {
    /// The export's id.
    #[param(value_type = String)]
    pub(super) id: ExportId,
}
