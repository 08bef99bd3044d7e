//! What the function says when it cannot serve, or is given something else than a request.

use function_stage::{Function, HttpRequest, Outcome, Private, WebStage};
use identity::Role;
use serde_json::json;

use super::{BINARY, TIME, answered};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_is_missing_is_503_to_everybody_and_named_in_the_log_once() {
    let web = WebStage::new().await;
    for missing in
        ["STATE_BUCKET", "STATE_MACHINE_ARN", "PUBLIC_ADDRESS", "IDENTITY_ISSUER", "IDENTITY_CLIENT_ID"]
    {
        let function = Function::start(BINARY, &web.settings_without(missing)).await;
        for path in ["/", "/api/v1/me", "/nothing"] {
            let answer = answered(&function, HttpRequest::get(path)).await;
            assert_eq!(answer.status, 503, "{missing} {path}");
            assert!(!answer.text().contains(missing), "strangers are not told which one");
        }
        let log = function.end().await;
        let told: Vec<_> = log.records().into_iter().filter(|record| record["level"] == "ERROR").collect();
        assert_eq!(told.len(), 1, "{told:?}");
        let error = told[0]["error"].as_str().unwrap();
        assert!(error.contains(&format!("the environment variable {missing} is not set")), "{error}");
        let counted = log.metrics();
        assert_eq!(counted.len(), 3, "each answer is a failure of ours");
        assert!(counted.iter().all(|metrics| metrics["OwnFailures"] == 1), "{counted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_an_error_that_repeats_nothing_of_it() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let token = web.session(Role::Administrator, &Default::default()).await.token;
    let mut broken = HttpRequest::get("/api/v1/me").bearer(&token).event();
    broken["requestContext"]["http"]["method"] = json!(null);
    for event in [broken, json!({ "headers": { "authorization": format!("Bearer {token}") } }), json!(token)]
    {
        let Outcome::Error(error) = function.invoke(event, TIME).await else { panic!("it is no request") };
        assert!(!error.to_string().contains(&token), "{error}");
    }
    let answer = answered(&function, HttpRequest::get("/api/v1/me").bearer(&token)).await;
    assert_eq!((answer.status, function.starts()), (200, 1));
    function.end().await.check(&Private::default().secret("a token", &token));
}
