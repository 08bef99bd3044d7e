//! Counts the answers that are failures of ours: to Lambda, and to its own metrics, each answer is a success.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use domain::{Clock, SystemClock};
use telemetry::{Metrics, Unit};

/// `router`, with a line of metrics for each failure of ours among its answers.
pub(crate) fn counted(router: Router) -> Router {
    router.layer(from_fn(count))
}

async fn count(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if is_ours(response.status()) {
        let metrics = Metrics::of("console").with("OwnFailures", Unit::Count, 1);
        if let Err(error) = metrics.write(SystemClock.now()) {
            tracing::warn!(%error, "a failure could not be counted");
        }
    }
    response
}

/// 502 is somebody else's failure: Constant Contact or the identity provider did not answer as they should.
fn is_ours(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::BAD_GATEWAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_did_not_answer_and_what_people_did_wrong_is_no_failure_of_ours() {
        for (status, ours) in [
            (200, false),
            (303, false),
            (400, false),
            (404, false),
            (429, false),
            (500, true),
            (502, false),
            (503, true),
        ] {
            assert_eq!(is_ours(StatusCode::from_u16(status).unwrap()), ours, "{status}");
        }
    }
}
