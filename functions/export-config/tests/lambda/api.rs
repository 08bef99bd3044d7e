//! The API behind the JWT authorizer, which is a first wall and not the last.

use function_stage::{HttpRequest, WebStage};
use identity::Role;
use issuer::TokenOptions;
use serde_json::{Value, json};

use super::{BINARY, answered};

/// What a JWT authorizer finds in a token of an administrator.
fn claims() -> Value {
    json!({
        "iss": "https://issuer.example.com",
        "sub": "sample-administrator",
        "aud": "segment-export",
        "token_use": "id",
        "exp": 1_795_338_000,
        "email_verified": true,
        "cognito:groups": ["administrators", "viewers"],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bearer_token_says_who_asks() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    for (role, word) in
        [(Role::Administrator, "administrator"), (Role::Contributor, "contributor"), (Role::Viewer, "viewer")]
    {
        let session = web.session(role, &TokenOptions::default()).await;
        for stage in ["$default", "prod"] {
            let request =
                HttpRequest::get("/api/v1/me").bearer(&session.token).authorized(&claims()).stage(stage);
            let answer = answered(&function, request).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.json()["role"], word);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_of_ones_own_nobody_is_let_in() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = web.session(Role::Administrator, &TokenOptions::default()).await;
    let over =
        TokenOptions { issued_at: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..TokenOptions::default() };
    let over = web.session(Role::Administrator, &over).await;
    let get = || HttpRequest::get("/api/v1/me");
    let cookies = session.cookies.iter().fold(get(), |request, cookie| request.cookie(cookie));
    for (case, request, challenge) in [
        ("nothing", get(), "Bearer"),
        ("what an authorizer says", get().authorized(&claims()), "Bearer"),
        ("the session of the console", cookies, "Bearer"),
        ("another scheme", get().header("authorization", "Basic c2VjcmV0OnNlY3JldA=="), "Bearer"),
        ("a token that is over", get().bearer(&over.token), "Bearer error=\"invalid_token\""),
        ("a forged token", get().bearer(&forged(&session.token)), "Bearer error=\"invalid_token\""),
    ] {
        let answer = answered(&function, request).await;
        assert_eq!(answer.status, 401, "{case}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{case}");
        assert_eq!(answer.json()["code"], "unauthenticated", "{case}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{case}");
    }
    // The other way round: a token opens no page.
    let page = answered(&function, HttpRequest::get("/exports").bearer(&session.token)).await;
    assert_eq!(page.status, 303);
}

/// The same token with another signature.
fn forged(token: &str) -> String {
    let (rest, signature) = token.rsplit_once('.').unwrap();
    format!("{rest}.{}", signature.chars().rev().collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_goes_in_and_out_and_a_run_is_started_in_step_functions() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let token = web.session(Role::Administrator, &TokenOptions::default()).await.token;
    let post = |path: &str, body: &Value| HttpRequest::post(path).json(body).bearer(&token);
    let wrong =
        answered(&function, post("/api/v1/exports/export-1/runs", &json!({ "kinds": "Größe" }))).await;
    assert_eq!(
        (wrong.status, &wrong.json()["errors"][0]["field"]),
        (422, &json!("kinds")),
        "{}",
        wrong.text()
    );
    let started =
        answered(&function, post("/api/v1/exports/export-1/runs", &json!({ "kind": "full" }))).await;
    assert_eq!(started.status, 202, "{}", started.text());
    let run = started.json()["run"].as_str().unwrap().to_owned();
    assert_eq!(started.header("location"), format!("/api/v1/exports/export-1/runs/{run}"));
    let executions = web.calls.executions();
    assert_eq!(executions.len(), 1);
    assert_eq!(executions[0].input, json!({ "export": "export-1", "run": run, "generation": 1 }));
    let shown = answered(&function, HttpRequest::get(started.header("location")).bearer(&token)).await;
    assert_eq!((shown.status, &shown.json()["progress"]["status"]), (200, &json!("queued")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_beyond_measure_is_refused_and_the_next_request_is_answered() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let token = web.session(Role::Administrator, &TokenOptions::default()).await.token;
    let body = json!({ "kind": "a".repeat(300_000) });
    let answer =
        answered(&function, HttpRequest::post("/api/v1/exports/export-1/runs").json(&body).bearer(&token))
            .await;
    assert_eq!((answer.status, answer.header("content-type")), (413, "application/problem+json"));
    assert_eq!(answered(&function, HttpRequest::get("/api/v1/me").bearer(&token)).await.status, 200);
    assert_eq!(function.starts(), 1);
}
