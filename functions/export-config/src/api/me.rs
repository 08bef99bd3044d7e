//! `/me`: as whom the caller is known.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::words::Role;
use crate::app::App;
use crate::web::ApiPerson;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_me))
}

/// Who is asking.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The identity provider's lasting id of this person.
    subject: String,
    /// The name that others see.
    display_name: String,
    role: Role,
}

/// Who you are
///
/// As whom the token makes you known.
#[utoipa::path(get, path = "/me", tag = "me", responses((status = OK, body = Me, description = "You.")))]
async fn show_me(ApiPerson(person): ApiPerson) -> Json<Me> {
    Json(Me {
        subject: person.subject,
        display_name: person.display_name.expose().clone(),
        role: person.role.into(),
    })
}
