//! Functions that are given requests by API Gateway's HTTP API.

use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use configuration::Configuration;
use domain::{Clock, Random, in_one_line};
use identity::Verifier;
use lambda_http::Adapter;
use lambda_runtime::Runtime;
use lambda_runtime::tower::util::MapRequest;

use crate::address;
use crate::deployment::Deployment;
use crate::environment::Environment;
use crate::error::StartError;
use crate::own_failures;
use crate::serve::{answer, serve};
use crate::settings::{ActionSettings, CommonSettings, ConsoleSettings};

/// How many rows of a segment are shown as a sample.
const SAMPLE_ROWS: usize = 5;

/// What the API, the console and the authorization pages are made of.
#[derive(Debug)]
pub struct ConsoleParts {
    /// Every action of a person.
    pub configuration: Configuration,
    /// Says whom a token belongs to.
    pub verifier: Arc<Verifier>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Secrets of a session.
    pub random: Arc<dyn Random>,
}

/// Answers requests with the router that `router` makes, for as long as Lambda keeps the process, whatever the stage is
/// called. With settings that cannot be used each request is answered with 503 and the reason is in the log, where
/// it can be seen, instead of ending the process. Each answer that is a failure of ours is counted (`OwnFailures`).
#[must_use]
pub fn serve_console(router: impl FnOnce(ConsoleParts) -> Router) -> ExitCode {
    serve(async {
        let router = match connect(&Environment::of_process()) {
            Ok(parts) => router(parts),
            Err(error) => {
                tracing::error!(error = %in_one_line(&error), "the function's settings cannot be used");
                refusal()
            }
        };
        let router = Adapter::from(own_failures::counted(router));
        answer(Runtime::new(MapRequest::new(router, address::as_meant))).await
    })
}

fn connect(environment: &Environment) -> Result<ConsoleParts, StartError> {
    let common = CommonSettings::read(environment)?;
    let actions = ActionSettings::read(environment)?;
    let ConsoleSettings { issuer, privacy_notice } = ConsoleSettings::read(environment)?;
    let deployment = Deployment::connect(&common)?;
    let clock = deployment.clock();
    Ok(ConsoleParts {
        configuration: deployment.configuration(actions, privacy_notice, SAMPLE_ROWS),
        verifier: Arc::new(Verifier::new(issuer, Arc::clone(&clock))?),
        clock,
        random: deployment.random(),
    })
}

fn refusal() -> Router {
    let text = "The settings of this function cannot be used; its log says why.";
    Router::new().fallback(move || async move { (StatusCode::SERVICE_UNAVAILABLE, text) })
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use lambda_runtime::Service;

    use super::*;

    #[tokio::test]
    async fn without_settings_every_request_is_answered_and_none_says_which_setting() {
        let environment = Environment::of(|_| None);
        assert!(connect(&environment).unwrap_err().to_string().contains("STATE_BUCKET"));
        for (method, path) in [("GET", "/"), ("POST", "/api/v1/exports")] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = refusal().call(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let body = to_bytes(answer.into_body(), 1_000).await.unwrap();
            assert_eq!(body, "The settings of this function cannot be used; its log says why.");
        }
    }
}
