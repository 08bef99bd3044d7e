//! Stylesheet, script and symbol, which change their names with their content.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use console::{ASSETS_CACHE_CONTROL, asset};

use crate::app::App;

pub(crate) fn router() -> Router<App> {
    Router::new().route("/assets/{name}", get(show))
}

async fn show(uri: Uri) -> Response {
    match asset(uri.path()) {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, ASSETS_CACHE_CONTROL)];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
