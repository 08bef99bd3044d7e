//! One log record for each request, without anything that could name a person or a thing.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

/// Logs the pattern of the path, never the path itself: that may hold a segment's name, and its query a code.
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let pattern = request.extensions().get::<MatchedPath>().cloned();
    let started = app.now();
    let response = next.run(request).await;
    let path = pattern.as_ref().map_or("(none)", MatchedPath::as_str);
    let duration_ms = i64::try_from(app.now().duration_since(started).as_millis()).unwrap_or(i64::MAX);
    tracing::info!(%method, path, status = response.status().as_u16(), duration_ms, "request");
    response
}
