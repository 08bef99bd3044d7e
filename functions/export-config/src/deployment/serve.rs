//! The loop of a Lambda function behind an HTTP API.

use std::process::ExitCode;

use axum::Router;
use axum::http::StatusCode;
use domain::in_one_line;

use super::settings::Settings;
use super::wiring::{ConnectError, connect};
use crate::app::App;

/// What depends on the processor is little; the rest waits for the network.
const WORKERS: usize = 2;

/// Answers invocations with `router` for as long as Lambda keeps the process. With settings that cannot be used each
/// invocation is answered with 503 and the reason is in the log, where it can be seen, instead of ending the process.
#[must_use]
pub fn serve(router: fn(App) -> Router) -> ExitCode {
    telemetry::lambda::init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let served = runtime.map_err(lambda_http::Error::from).and_then(|runtime| {
        runtime.block_on(async { lambda_http::run(router_or_refusal(router).await).await })
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = &*error as &dyn std::error::Error, "the function cannot be served");
            ExitCode::FAILURE
        }
    }
}

async fn router_or_refusal(router: fn(App) -> Router) -> Router {
    match connected().await {
        Ok(app) => router(app),
        Err(error) => {
            tracing::error!(error = %in_one_line(&error), "the function's settings cannot be used");
            let text = "The settings of this function cannot be used; its log says why.";
            Router::new().fallback(move || async move { (StatusCode::SERVICE_UNAVAILABLE, text) })
        }
    }
}

async fn connected() -> Result<App, ConnectError> {
    connect(&Settings::read()?).await
}
