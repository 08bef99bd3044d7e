//! Promises, kept by the real binary under Lambda's runtime interface, with API Gateway's events (payload format 2.0)
//! before it: an administrator's browser comes to Constant Contact and back, in every stage and whatever process
//! answers; an answer counts once; codes, states and tokens are in no log.

use configuration::CALLBACK_PATH;
use function_stage::{
    Function, HttpAnswer, HttpRequest, PUBLIC_ADDRESS, Private, Session, Visitor, WebStage, talkative,
};
use identity::Role;
use issuer::TokenOptions;
use oauth_callback::START_PATH;
use url::Url;

/// The function.
const BINARY: &str = env!("CARGO_BIN_EXE_oauth-callback");

async fn administrator(web: &WebStage) -> Session {
    web.session(Role::Administrator, &TokenOptions::default()).await
}

/// The form of a connection's page.
fn form(session: &Session) -> HttpRequest {
    let fields = [("csrf", session.csrf.as_str()), ("connection", "connection-1")];
    HttpRequest::post(START_PATH).form(&fields).header("origin", PUBLIC_ADDRESS)
}

/// The address of Constant Contact that the browser goes on to.
fn address(answer: &HttpAnswer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("refresh").strip_prefix("0; url=").unwrap()
}

fn is_refused(answer: &HttpAnswer, status: u16, told: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(told), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_comes_to_constant_contact_and_back_in_every_stage() {
    let web = WebStage::new().await;
    let session = administrator(&web).await;
    for stage in ["$default", "prod"] {
        let began = web.function(BINARY, &[]).await;
        let mut visitor = Visitor::signed_in(&began, &session);
        let answer = visitor.send(form(&session).stage(stage)).await;
        let query: Vec<(String, String)> =
            Url::parse(address(&answer)).unwrap().query_pairs().into_owned().collect();
        let value = |name: &str| &query.iter().find(|(known, _)| known == name).unwrap().1;
        assert_eq!(*value("redirect_uri"), format!("{PUBLIC_ADDRESS}{CALLBACK_PATH}"));
        assert_eq!(value("code_challenge_method"), "S256");
        let back = visitor.through_the_service(address(&answer)).await;
        assert!(back.starts_with(CALLBACK_PATH), "{back}");
        let mut secrets = visitor.secrets;
        // Another process answers when the browser comes back.
        let completes = web.function(BINARY, &[]).await;
        let mut visitor = Visitor::signed_in(&completes, &session);
        let answer = visitor.send(HttpRequest::get(&back).stage(stage)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/connections/connection-1"),
            "{}",
            answer.text()
        );
        assert!(
            matches!(answer.cookies.as_slice(), [notice] if notice.starts_with("__Host-segment-export-notice="))
        );
        is_refused(
            &visitor.send(HttpRequest::get(&back).stage(stage)).await,
            409,
            "This authorization is over",
        );
        // What the page says next is no secret.
        secrets.retain(|secret| secret.len() >= 20);
        let private = session.private(web.private()).secrets("a code or a state", secrets);
        began.end().await.check(&private);
        completes.end().await.check(&private);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_an_administrator_with_a_form_of_our_own_begins() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = administrator(&web).await;
    let contributor = web.session(Role::Contributor, &TokenOptions::default()).await;
    let foreign = form(&session).header("origin", "https://elsewhere.example.net");
    is_refused(&Visitor::signed_in(&function, &session).send(foreign).await, 403, "sent from another site");
    let mut other = Visitor::signed_in(&function, &contributor);
    is_refused(&other.send(form(&contributor)).await, 403, "This needs the Administrator role");
    is_refused(&other.send(form(&session)).await, 403, "shown before you signed in");
    is_refused(&Visitor::new(&function).send(form(&session)).await, 401, "Nothing was saved yet");
    is_refused(&Visitor::signed_in(&function, &session).send(HttpRequest::get(START_PATH)).await, 405, "");
    function.end().await.check(&contributor.private(session.private(web.private())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_session_goes_on_after_the_sign_in_and_one_of_nobody_is_refused() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = administrator(&web).await;
    let mut visitor = Visitor::signed_in(&function, &session);
    let answer = visitor.send(form(&session)).await;
    let back = visitor.through_the_service(address(&answer)).await;
    // The session was lost meanwhile: the same function signs in, and the answer of Constant Contact still counts.
    visitor.forget();
    let answer = visitor.send(HttpRequest::get(&back)).await;
    assert_eq!(answer.status, 303);
    let signed_in = visitor.through_the_issuer(answer.header("location"), "administrator").await;
    let answer = visitor.send(HttpRequest::get(&signed_in)).await;
    assert_eq!((answer.status, answer.header("location")), (303, back.as_str()));
    let answer = visitor.send(HttpRequest::get(&back)).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/connections/connection-1"),
        "{}",
        answer.text()
    );

    for query in
        ["", "?state=a&code=b", "?state=%C3%A9%20%26&error=access_denied&error_description=Call+555-0100"]
    {
        let answer = visitor.send(HttpRequest::get(&format!("{CALLBACK_PATH}{query}"))).await;
        is_refused(&answer, 409, "The connection was not authenticated");
        assert!(!answer.text().contains("555-0100"));
    }
    let mut secrets = visitor.secrets;
    secrets.retain(|secret| secret.len() >= 20);
    let private = session.private(web.private()).secrets("a code, state or cookie", secrets);
    function.end().await.check(&private.personal("what a stranger has written", "555-0100"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_at_all_holds_a_code_a_token_or_a_secret_when_constant_contact_refuses() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &talkative("TRACE")).await;
    let session = administrator(&web).await;
    let mut visitor = Visitor::signed_in(&function, &session);
    // A code that Constant Contact does not know, with a state that counts.
    let answer = visitor.send(form(&session)).await;
    let back = visitor.through_the_service(address(&answer)).await;
    let state = visitor.secrets.last().unwrap().clone();
    let code = "a-code-that-nobody-was-ever-given-0123456789";
    let answer = visitor.send(HttpRequest::get(&format!("{CALLBACK_PATH}?state={state}&code={code}"))).await;
    assert!(answer.status >= 400, "{}", answer.text());
    visitor.send(HttpRequest::get(&back)).await;
    let mut secrets = visitor.secrets;
    secrets.retain(|secret| secret.len() >= 20);
    let log = function.end().await;
    let private =
        session.private(web.private()).secrets("a code, state or cookie", secrets).secret("a code", code);
    log.check(&private);
    assert!(
        !log.problems(&private.personal("a path", CALLBACK_PATH)).is_empty(),
        "the same check finds what is there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_setting_that_is_missing_is_503_and_named_in_the_log() {
    let web = WebStage::new().await;
    let function = Function::start(BINARY, &web.settings_without("IDENTITY_ISSUER")).await;
    let answer = Visitor::new(&function).send(HttpRequest::get(CALLBACK_PATH)).await;
    assert_eq!(answer.status, 503);
    let log = function.end().await;
    assert!(log.lines().iter().any(|line| line.contains("IDENTITY_ISSUER is not set")), "{log:?}");
    assert!(
        log.problems(&Private::default()).iter().all(|problem| problem.starts_with("nothing was recorded"))
    );
}
