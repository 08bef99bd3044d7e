//! Who may use the API, and how it says no.

use export_config::router;
use identity::Role;
use issuer::TokenOptions;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::Value;

use crate::support::World;

async fn problem(request: reqwest::RequestBuilder) -> (u16, Value, reqwest::header::HeaderMap) {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    assert_eq!(headers["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
    (status, problem, headers)
}

#[tokio::test]
async fn each_role_is_known_by_its_token() {
    let world = World::start(router).await;
    for (role, word) in
        [(Role::Administrator, "administrator"), (Role::Contributor, "contributor"), (Role::Viewer, "viewer")]
    {
        let answer = world.api(role, Method::GET, "/me").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let me: Value = answer.json().await.unwrap();
        assert_eq!(me["role"], word);
    }
}

#[tokio::test]
async fn a_token_that_is_missing_or_wrong_is_challenged() {
    let world = World::start(router).await;
    let (status, problem_document, headers) = problem(world.request(Method::GET, "/me")).await;
    assert_eq!((status, &problem_document["code"]), (401, &"unauthenticated".into()));
    assert_eq!(headers["www-authenticate"], "Bearer");
    let expired =
        TokenOptions { issued_at: Some("2026-11-22T01:00:00Z".parse().unwrap()), ..TokenOptions::default() };
    let foreign = TokenOptions { audience: Some("another".to_owned()), ..TokenOptions::default() };
    for options in [expired, foreign] {
        let token = world.token_with(Role::Administrator, &options);
        let (status, _, headers) = problem(world.request(Method::GET, "/me").bearer_auth(token)).await;
        assert_eq!(status, 401);
        assert_eq!(headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    }
}

#[tokio::test]
async fn a_person_without_a_role_is_refused_and_not_asked_again() {
    let world = World::start(router).await;
    let token =
        world.token_with(Role::Viewer, &TokenOptions { groups: Some(Vec::new()), ..TokenOptions::default() });
    let (status, problem, headers) = problem(world.request(Method::GET, "/me").bearer_auth(token)).await;
    assert_eq!((status, &problem["code"]), (403, &"no_role".into()));
    assert!(headers["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
}

#[tokio::test]
async fn a_session_of_the_console_opens_nothing_of_the_api() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    browser.open("/connections").await;
    let (status, ..) = problem(browser.request(Method::GET, "/api/v1/me")).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn the_clock_ends_a_token() {
    let world = World::start(router).await;
    let token = world.token(Role::Viewer);
    world.time_passes(SignedDuration::from_hours(2));
    let (status, ..) = problem(world.request(Method::GET, "/me").bearer_auth(token)).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn addresses_and_methods_that_are_not_there_are_problems_too() {
    let world = World::start(router).await;
    let (status, document, _) = problem(world.api(Role::Viewer, Method::GET, "/nothing")).await;
    assert_eq!((status, &document["code"]), (404, &"not_found".into()));
    let (status, document, headers) = problem(world.api(Role::Viewer, Method::DELETE, "/me")).await;
    assert_eq!((status, &document["code"]), (405, &"method_not_allowed".into()));
    assert_eq!(headers["allow"], "GET,HEAD");
    let browser = world.stranger();
    for path in ["/api", "/api/v2/me", "/api/"] {
        let (status, ..) = problem(browser.request(Method::GET, path)).await;
        assert_eq!(status, 404, "{path}");
    }
}
