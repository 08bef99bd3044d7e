//! The way of a browser to the issuer and back.

use function_stage::{HttpRequest, PUBLIC_ADDRESS, Visitor, WebStage};
use identity::Role;
use issuer::TokenOptions;

use super::BINARY;

const SESSION: &str = "__Host-segment-export-session";
const FORM: &str = "__Host-segment-export-form";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_leads_to_the_issuer_and_back_to_itself_with_a_session() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let mut visitor = Visitor::new(&function);
    let asked = "/exports?search=caf%C3%A9%20%26+more&status=failure";
    let answer = visitor.send(HttpRequest::get(asked)).await;
    assert_eq!(answer.status, 303);
    assert!(
        matches!(visitor.cookie_names().as_slice(), [one] if one.starts_with("__Host-segment-export-sign-in-"))
    );
    let back = visitor.through_the_issuer(answer.header("location"), "administrator").await;
    let answer = visitor.send(HttpRequest::get(&back)).await;
    assert_eq!((answer.status, answer.header("location")), (303, asked));
    assert_eq!(answer.cookies.len(), 3, "session, forms, and the end of the sign-in: {:?}", answer.cookies);
    for cookie in &answer.cookies {
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    }
    assert_eq!(visitor.cookie_names(), [FORM, SESSION]);
    let page = visitor.send(HttpRequest::get(answer.header("location"))).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("Ada Amberg") && page.text().contains("value=\"café &amp; more\""),
        "{}",
        page.text()
    );
    // A code works once.
    let again = visitor.send(HttpRequest::get(&back)).await;
    assert_eq!(again.status, 400, "{}", again.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_a_stranger_has_made_up_is_no_failure_of_ours() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let mut visitor = Visitor::new(&function);
    let answer = visitor.send(HttpRequest::get("/sign-in")).await;
    let state = answer.header("location").split("state=").nth(1).unwrap().split('&').next().unwrap();
    let answer = visitor.send(HttpRequest::get(&format!("/signed-in?state={state}&code=bogus"))).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("does not accept the exchange"), "{}", answer.text());
    let log = function.end().await;
    assert_eq!(log.metrics(), Vec::<serde_json::Value>::new());
    let told = log.records().into_iter().filter(|record| record["level"] == "WARN").count();
    assert_eq!(told, 1, "the client may be registered wrongly, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_over_is_renewed_without_a_question() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let mut visitor = Visitor::new(&function);
    let answer = visitor.send(HttpRequest::get("/exports")).await;
    let back = visitor.through_the_issuer(answer.header("location"), "viewer").await;
    visitor.send(HttpRequest::get(&back)).await;
    visitor.forget();
    let over =
        TokenOptions { issued_at: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..TokenOptions::default() };
    let over = web.session(Role::Viewer, &over).await;
    let request =
        over.cookies.iter().fold(HttpRequest::get("/segments"), |request, cookie| request.cookie(cookie));
    let answer = visitor.send(request).await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").contains("prompt=none"), "{}", answer.header("location"));
    // The issuer still knows the browser: `nobody` could not sign in.
    let back = visitor.through_the_issuer(answer.header("location"), "nobody").await;
    assert!(back.contains("code="), "{back}");
    let answer = visitor.send(HttpRequest::get(&back)).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/segments"));
    let page = visitor.send(HttpRequest::get("/segments")).await;
    assert!(page.status == 200 && page.text().contains("Vera Vance"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_made_by_one_process_counts_for_the_next() {
    let web = WebStage::new().await;
    let session = web.session(Role::Contributor, &TokenOptions::default()).await;
    for _ in 0..2 {
        let function = web.function(BINARY, &[]).await;
        let page = Visitor::signed_in(&function, &session).send(HttpRequest::get("/exports")).await;
        assert!(page.status == 200 && page.text().contains("Colin Clark"), "{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_and_leads_to_the_issuer() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = web.session(Role::Viewer, &TokenOptions::default()).await;
    let mut visitor = Visitor::signed_in(&function, &session);
    let form = HttpRequest::post("/sign-out").form(&[("csrf", &session.csrf)]);
    let answer = visitor.send(form.header("origin", PUBLIC_ADDRESS)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("refresh").contains("post_logout_redirect_uri"), "{}", answer.header("refresh"));
    assert_eq!(visitor.cookie_names(), Vec::<&str>::new());
    assert_eq!(visitor.send(HttpRequest::get("/exports")).await.status, 303);
}
