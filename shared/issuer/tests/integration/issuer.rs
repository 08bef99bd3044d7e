//! Promises: the issuer serves its own client on its own address only, by the rules of OAuth 2 and OpenID Connect, and
//! makes every kind of wrong token that a test may need.

use std::sync::Arc;

use domain::ManualRandom;
use identity::{IdentityError, Prompt, Role};
use issuer::{Issuer, IssuerError, IssuerSettings, SigningKey, TokenOptions};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::Value;
use url::Url;

use crate::support::{Browser, CLIENT, CONSOLE, Scene, with_parameter};

#[rstest]
#[case("client_id", Some("another"))]
#[case("client_id", None)]
#[case("redirect_uri", Some("http://127.0.0.1:9/sign-in/callback/"))]
#[case("redirect_uri", Some("http://127.0.0.1:9/sign-in/callback?x=y"))]
#[case("redirect_uri", Some("http://localhost:9/sign-in/callback"))]
#[case("redirect_uri", Some("https://example.net/"))]
#[case("redirect_uri", None)]
#[tokio::test]
async fn an_unknown_client_or_address_is_never_sent_anywhere(
    #[case] name: &str,
    #[case] value: Option<&str>,
) {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let (status, _) = browser.get(&with_parameter(&location, name, value)).await.page();
    assert_eq!(status, 400);
}

#[rstest]
#[case("response_type", Some("token"), "unsupported_response_type")]
#[case("scope", Some("email profile"), "invalid_scope")]
#[case("code_challenge", None, "invalid_request")]
#[case("code_challenge", Some("short"), "invalid_request")]
#[case("code_challenge_method", Some("plain"), "invalid_request")]
#[case("code_challenge_method", None, "invalid_request")]
#[case("prompt", Some("consent"), "invalid_request")]
#[case("max_age", Some("soon"), "invalid_request")]
#[case("prompt", Some("none"), "login_required")]
#[tokio::test]
async fn other_faults_are_told_to_the_client(
    #[case] name: &str,
    #[case] value: Option<&str>,
    #[case] expected: &str,
) {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.get(&with_parameter(&location, name, value)).await.sent_to();
    assert!(returned.as_str().starts_with("http://127.0.0.1:9/sign-in/callback?"), "{returned}");
    let value = |name: &str| {
        returned.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
    };
    assert_eq!(value("error").as_deref(), Some(expected));
    assert_eq!(
        value("state"),
        location.query_pairs().find(|(name, _)| name == "state").map(|pair| pair.1.into())
    );
    assert_eq!(value("iss"), Some(scene.address.clone()));
}

#[tokio::test]
async fn max_age_shows_the_page_once_the_sign_in_is_older() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    scene.sign_in_as(&mut browser, "viewer", Prompt::Ordinary).await;
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let location = with_parameter(&location, "max_age", Some("60"));
    scene.advance(60);
    browser.get(&location).await.sent_to();
    scene.advance(1);
    assert_eq!(browser.get(&location).await.page().0, 200);
}

#[rstest]
#[case("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
#[case("redirect_uri", "http://127.0.0.1:9/")]
#[tokio::test]
async fn a_code_is_used_up_by_a_wrong_exchange(#[case] name: &str, #[case] wrong: &str) {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.choose(&location, "viewer").await;
    let code = returned.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let redirect_uri = scene.sign_in.redirect_uri();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &code),
        ("redirect_uri", &redirect_uri),
    ];
    form.retain(|(given, _)| *given != name);
    form.push((name, wrong));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(format!("{}/token", scene.address)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_grant");
    assert!(scene.complete(&mut browser, &returned).await.is_err());
}

#[tokio::test]
async fn requests_under_another_name_and_forms_of_other_sites_are_turned_away() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("{}/keys", scene.address)).header("host", "rebound.example.net");
    assert_eq!(request.send().await.unwrap().status(), 421);
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let fields: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let form = Url::parse(&format!("{}/sign-in", scene.address)).unwrap();
    let answer = browser.post(&form, &fields, "administrator", Some("https://example.net")).await;
    assert_eq!(answer.page().0, 400);
    let own = scene.address.clone();
    browser.post(&form, &fields, "administrator", Some(&own)).await.sent_to();
}

#[tokio::test]
async fn pages_load_nothing_and_are_not_kept() {
    let scene = Scene::new().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let location = scene.begin(&mut Browser::new(), Prompt::Ordinary, "/").await;
    let answer = http.get(location).send().await.unwrap();
    let headers = answer.headers().clone();
    assert_eq!(headers["cache-control"], "no-store");
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script") && !page.contains("http-equiv"), "{page}");
}

#[tokio::test]
async fn tokens_for_tests_depart_as_they_are_told() {
    let scene = Scene::new().await;
    let now = domain::Clock::now(&*scene.clock);
    let verified = async |options: TokenOptions| {
        scene.verifier.verify(&scene.issuer.token_for(Role::Contributor, &options).unwrap()).await
    };
    let usual = verified(TokenOptions::default()).await.unwrap();
    assert_eq!(usual.role, Role::Contributor);
    assert_eq!(usual.expires_at, now + SignedDuration::from_hours(1));
    assert_eq!(usual.authenticated_at, Some(now));

    let somebody = TokenOptions {
        subject: Some("person-7".to_owned()),
        display_name: Some("Ann Archer".to_owned()),
        email: Some("ann@example.org".to_owned()),
        authenticated_at: Some(now - SignedDuration::from_mins(10)),
        ..TokenOptions::default()
    };
    let somebody = verified(somebody).await.unwrap();
    assert_eq!(
        (somebody.subject.as_str(), somebody.display_name.expose().as_str()),
        ("person-7", "Ann Archer")
    );
    assert!(!somebody.signed_in_recently(now));

    let expired =
        TokenOptions { expires_at: Some(now - SignedDuration::from_mins(2)), ..TokenOptions::default() };
    assert!(matches!(verified(expired).await, Err(IdentityError::Expired)));
    let early =
        TokenOptions { issued_at: Some(now + SignedDuration::from_mins(2)), ..TokenOptions::default() };
    assert!(matches!(verified(early).await, Err(IdentityError::NotYetValid)));
    let foreign = TokenOptions { audience: Some("another".to_owned()), ..TokenOptions::default() };
    assert!(matches!(verified(foreign).await, Err(IdentityError::NotOurs { claim: "aud" })));
    let foreign = TokenOptions { issuer: Some("https://example.net".to_owned()), ..TokenOptions::default() };
    assert!(matches!(verified(foreign).await, Err(IdentityError::NotOurs { claim: "iss" })));
    let access = TokenOptions { token_use: Some("access".to_owned()), ..TokenOptions::default() };
    assert!(matches!(verified(access).await, Err(IdentityError::NotOurs { claim: "token_use" })));
    let nobody = TokenOptions { groups: Some(Vec::new()), ..TokenOptions::default() };
    assert!(matches!(verified(nobody).await, Err(IdentityError::NoRole { .. })));
}

#[tokio::test]
async fn tokens_outlive_a_restart_with_the_same_key_only() {
    let scene = Scene::new().await;
    let settings =
        || IssuerSettings::new(&scene.address, CLIENT, format!("{CONSOLE}/a"), format!("{CONSOLE}/"));
    let restarted =
        |key| Issuer::new(settings(), key, scene.clock.clone(), Arc::new(ManualRandom::new(5))).unwrap();
    let kept = SigningKey::generate().unwrap();
    let bytes = kept.pkcs8().clone();
    let token = restarted(kept).token_for(Role::Viewer, &TokenOptions::default()).unwrap();
    // The issuer that is served has another key.
    assert!(matches!(scene.verifier.verify(&token).await, Err(IdentityError::UnknownKey)));
    let again = restarted(SigningKey::from_pkcs8(bytes.expose()).unwrap());
    let header = |token: &str| token.split('.').next().unwrap().to_owned();
    let later = again.token_for(Role::Viewer, &TokenOptions::default()).unwrap();
    assert_eq!(header(&token), header(&later), "the same key under the same name");
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let scene = Scene::new().await;
    let settings = IssuerSettings::new("http://0.0.0.0:8081", CLIENT, CONSOLE, CONSOLE);
    let key = SigningKey::generate().unwrap();
    let refused = Issuer::new(settings, key, scene.clock.clone(), Arc::new(ManualRandom::new(5)));
    assert!(matches!(refused, Err(IssuerError::NotLoopback)));
}
