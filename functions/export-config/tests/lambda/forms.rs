//! Forms, which API Gateway hands on as base64.

use function_stage::{HttpAnswer, HttpRequest, PUBLIC_ADDRESS, Session, Visitor, WebStage};
use identity::Role;

use super::BINARY;

const NAME: &str = "News & \"Größe\" +1";

fn form(session: &Session, origin: &str, name: &str) -> HttpRequest {
    let fields = [("csrf", session.csrf.as_str()), ("display_name", name), ("agreed", "yes")];
    HttpRequest::post("/connections").form(&fields).header("origin", origin)
}

async fn visitor_and_session<'a>(
    web: &WebStage,
    function: &'a function_stage::Function,
) -> (Visitor<'a>, Session) {
    let session = web.session(Role::Administrator, &Default::default()).await;
    (Visitor::signed_in(function, &session), session)
}

fn is_next(answer: &HttpAnswer, path: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.header("location").starts_with(path), "{}", answer.header("location"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_saved_and_what_was_done_is_said_once_on_the_next_page() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let (mut visitor, session) = visitor_and_session(&web, &function).await;
    for stage in ["$default", "prod"] {
        let answer = visitor.send(form(&session, PUBLIC_ADDRESS, NAME).stage(stage)).await;
        // Without the stage: the public address has none.
        is_next(&answer, "/connections/");
        assert!(
            matches!(answer.cookies.as_slice(), [notice] if notice.starts_with("__Host-segment-export-notice="))
        );
        let page = visitor.send(HttpRequest::get(answer.header("location")).stage(stage)).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("News &amp; &quot;Größe&quot; +1"), "{}", page.text());
        assert!(page.cookies[0].contains("Max-Age=0"), "{:?}", page.cookies);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_another_site_changes_nothing() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let (mut visitor, session) = visitor_and_session(&web, &function).await;
    let other = web.session(Role::Administrator, &Default::default()).await;
    for request in [
        form(&session, "https://elsewhere.example.net", NAME),
        form(&session, "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com", NAME),
        form(&other, PUBLIC_ADDRESS, NAME),
        HttpRequest::post("/connections").form(&[("display_name", NAME), ("agreed", "yes")]),
    ] {
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    let list = visitor.send(HttpRequest::get("/connections")).await;
    assert!(!list.text().contains("News &amp;"), "{}", list.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_beyond_measure_is_refused() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let (mut visitor, session) = visitor_and_session(&web, &function).await;
    let answer = visitor.send(form(&session, PUBLIC_ADDRESS, &"a".repeat(300_000))).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("larger than this product accepts"), "{}", answer.text());
}
