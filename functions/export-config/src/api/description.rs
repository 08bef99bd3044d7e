//! The API's description in the OpenAPI format, from the routes and types themselves.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problems::{ProblemDocument, document_problems};
use crate::app::App;

/// Made once, when somebody asks for it: it takes longer than any other answer.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| format!("{:#}", document()));

/// What the document says besides routes and types.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Segment Export",
        version = "1",
        description = "Exports segments of customer profiles into Constant Contact lists.\n\n\
            - Send an identity token of your identity provider as `Authorization: Bearer`. Which of the three roles you \
            have, your groups there decide.\n\
            - What can be changed has an `ETag`; a change names it in `If-Match`.\n\
            - Bodies are JSON and read strictly: unknown fields are refused.\n\
            - Lists are `{items, next}`; give `next` as `after` to read on, until it is `null`.\n\
            - Whatever is not done is answered with a problem document (RFC 9457), whose `code` never changes its \
            meaning. More codes may come.\n\
            - Nothing may be kept by caches.",
    ),
    servers((url = "/api/v1")),
    security(("bearer" = [])),
    modifiers(&Bearer),
    components(schemas(ProblemDocument)),
    tags(
        (name = "me", description = "Who you are."),
        (name = "connections", description = "Connections to Constant Contact accounts."),
        (name = "exports", description = "Which segments go to which list."),
        (name = "runs", description = "What exports have done and are doing."),
        (name = "segments", description = "What can be exported."),
        (name = "operation", description = "Schedule, pause, audit log, set-up, and this description."),
    ),
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".to_owned());
        scheme.description =
            Some("An identity token (OpenID Connect) of the configured identity provider.".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// A router whose routes are described.
pub(super) fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
}

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(describe_api))
}

/// All routes, as they are served.
fn document() -> Value {
    let document = super::routes().into_openapi();
    // It consists of maps with texts as keys, which always have a JSON form.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document_problems(&mut document);
    document
}

/// This description
///
/// Public: it holds nothing of anybody.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation", security(()),
    responses((status = OK, body = Object, description = "An OpenAPI document.")),
)]
async fn describe_api() -> Response {
    let mut response = DOCUMENT.as_str().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
