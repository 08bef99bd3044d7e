//! Nobody's data in any line, at the most talkative level, whatever people send.

use function_stage::{Function, HttpRequest, PUBLIC_ADDRESS, Visitor, WebStage, talkative};
use identity::Role;
use issuer::TokenOptions;
use rstest::rstest;
use serde_json::json;

use super::{BINARY, TIME};

const ADDRESS: &str = "somebody.private@example.org";
const SECRET: &str = "a client secret of nobody else";

#[rstest]
#[case::of_an_ordinary_day("INFO")]
#[case::for_finding_faults("DEBUG")]
#[case::at_all("TRACE")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_holds_anything_of_anybody(#[case] level: &str) {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &talkative(level)).await;
    let mut secrets = signs_in(&function).await;
    let session = web.session(Role::Administrator, &TokenOptions::default()).await;
    looks_around(&mut Visitor::signed_in(&function, &session), &session.csrf).await;
    let over =
        TokenOptions { issued_at: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..TokenOptions::default() };
    let over = web.session(Role::Administrator, &over).await;
    asks_the_api(&function, &session.token).await;
    asks_the_api(&function, &over.token).await;
    // Constant Contact does not answer, or not as it should.
    web.stage.control.disconnect().await.unwrap();
    web.stage.control.change_faults(|faults| faults.error_next = 2).await;
    looks_around(&mut Visitor::signed_in(&function, &session), &session.csrf).await;

    secrets.retain(|secret| secret.len() >= 8);
    let private = over
        .private(session.private(web.private()))
        .secrets("a cookie, code or state", secrets)
        .secret("a client secret that was entered", SECRET)
        .personal("an address that was entered", ADDRESS);
    let log = function.end().await;
    log.check(&private);
    // The same check finds what is there.
    assert!(!log.problems(&private.clone().personal("a path", "/segments/{name}")).is_empty());
    let requests = log.records().iter().filter(|record| record["message"] == "request").count();
    assert!(requests > 20, "{requests}");
}

/// Signs in through the issuer; answers every cookie, code and state on the way.
async fn signs_in(function: &Function) -> Vec<String> {
    let mut visitor = Visitor::new(function);
    let answer = visitor.send(HttpRequest::get(&format!("/exports?search={ADDRESS}"))).await;
    let back = visitor.through_the_issuer(answer.header("location"), "administrator").await;
    visitor.send(HttpRequest::get(&back)).await;
    // Once more, and as somebody else's: both are refused.
    visitor.send(HttpRequest::get(&back)).await;
    Visitor::new(function).send(HttpRequest::get(&back)).await;
    visitor.secrets
}

/// Pages and forms, right and wrong, with an address and a secret wherever people can enter one.
async fn looks_around(visitor: &mut Visitor<'_>, csrf: &str) {
    let query = format!("search={ADDRESS}&name={}", ADDRESS.replace('@', "%40"));
    for path in [
        "/",
        "/exports",
        "/exports/export-1",
        "/exports/new",
        "/exports/export-1/run",
        "/segments",
        "/segments/people",
        "/connections",
        "/connections/connection-1",
        "/connections/connection-1/calls",
        "/audit",
        "/schedule",
        "/set-up",
        "/nothing",
    ] {
        visitor.send(HttpRequest::get(&format!("{path}?{query}"))).await;
    }
    visitor.send(HttpRequest::get(&format!("/segments/{ADDRESS}"))).await;
    let fields = [
        ("csrf", csrf),
        ("client_id", ADDRESS),
        ("client_secret", SECRET),
        ("display_name", ADDRESS),
        ("agreed", "yes"),
        ("name", ADDRESS),
    ];
    for path in
        ["/connections", "/connections/connection-1/test", "/exports", "/exports/export-1/runs", "/set-up"]
    {
        visitor.send(HttpRequest::post(path).form(&fields).header("origin", PUBLIC_ADDRESS)).await;
        visitor
            .send(HttpRequest::post(path).form(&fields).header("origin", "https://elsewhere.example.net"))
            .await;
    }
}

async fn asks_the_api(function: &Function, token: &str) {
    for request in [
        HttpRequest::get(&format!("/api/v1/exports?search={ADDRESS}")),
        HttpRequest::get("/api/v1/connections/connection-1/lists"),
        HttpRequest::get(&format!("/api/v1/segments/{ADDRESS}")),
        HttpRequest::post("/api/v1/exports").json(&json!({ "name": ADDRESS, "unknown": SECRET })),
        HttpRequest::new("PUT", "/api/v1/application")
            .json(&json!({ "client_id": ADDRESS, "client_secret": SECRET })),
    ] {
        let request = request.bearer(token).authorized(&json!({ "email": ADDRESS, "sub": "1" }));
        function.invoke(request.event(), TIME).await;
    }
}
