//! The JSON API, version 1.

mod me;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};

use crate::app::App;
use crate::web::Problem;

pub(crate) fn router() -> Router<App> {
    let version_1 = Router::new()
        .route("/me", get(me::show))
        .fallback(no_such_route)
        .method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/api/v1", version_1)
        .route("/api", any(no_such_route))
        .route("/api/{*rest}", any(no_such_route))
}

async fn no_such_route() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "There is nothing at this address; see /api/v1/openapi.json.",
    )
}

async fn wrong_method() -> Problem {
    let detail = "This address does not take this method; see /api/v1/openapi.json.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
