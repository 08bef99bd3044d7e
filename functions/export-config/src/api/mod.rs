//! The JSON API, version 1. Its routes are registered together with their description, so that none can be without.

mod answer;
mod application;
mod audit;
mod connections;
mod description;
mod exports;
mod extract;
mod me;
mod problems;
mod refresh;
mod runs;
mod segments;
mod version;
mod words;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::web::Problem;

pub(crate) fn router() -> Router<App> {
    let (version_1, _) = routes().split_for_parts();
    let version_1 = version_1.fallback(no_such_route).method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/api/v1", version_1)
        .route("/api", any(no_such_route))
        .route("/api/", any(no_such_route))
        .route("/api/{*rest}", any(no_such_route))
}

fn routes() -> OpenApiRouter<App> {
    description::described()
        .merge(me::router())
        .merge(connections::router())
        .merge(exports::router())
        .merge(runs::router())
        .merge(segments::router())
        .merge(refresh::router())
        .merge(audit::router())
        .merge(application::router())
        .merge(description::router())
}

async fn no_such_route() -> Problem {
    no_such_thing()
}

/// The problem of an address that names nothing.
fn no_such_thing() -> Problem {
    let detail = "There is nothing at this address; see /api/v1/openapi.json.";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

async fn wrong_method() -> Problem {
    let detail = "This address does not take this method; see /api/v1/openapi.json.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
