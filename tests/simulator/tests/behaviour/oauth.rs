//! Promises: only a checked request gets a code, a code works once and for five minutes, refresh tokens rotate or live
//! long, and tokens end when they should.

use serde_json::Value;
use simulator::{RefreshTokens, Simulator, Switches};
use std::collections::HashMap;

use super::common::{REDIRECT, SCOPE, Service, options};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DAY: u64 = 86_400;

/// Authorizes with these changes to a good request, and returns the status and the parameters sent back.
async fn authorize(service: &Service, changes: &[(&str, &str)]) -> (u16, HashMap<String, String>) {
    let mut query: HashMap<&str, &str> = HashMap::from([
        ("client_id", "simulated-client"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "s-1"),
    ]);
    query.extend(changes.iter().copied());
    let request = service.client.get(service.url("/oauth2/default/v1/authorize")).query(&query);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let back = location.map(|location| {
        assert!(location.starts_with(REDIRECT), "{location}");
        url::Url::parse(&location).unwrap().query_pairs().into_owned().collect()
    });
    (status, back.unwrap_or_default())
}

async fn code(service: &Service, changes: &[(&str, &str)]) -> String {
    let (status, back) = authorize(service, changes).await;
    assert_eq!(status, 302);
    assert_eq!(back["state"], "s-1");
    back["code"].clone()
}

async fn exchange(service: &Service, code: &str) -> (u16, Value) {
    service.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]).await
}

async fn refresh(service: &Service, token: &str) -> (u16, Value) {
    service.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn works(service: &Service, token: &Value) -> bool {
    let request =
        service.client.get(service.url("/v3/contacts?limit=1")).bearer_auth(token.as_str().unwrap());
    request.send().await.unwrap().status() == 200
}

#[tokio::test]
async fn a_code_becomes_tokens_of_the_documented_shape_once() {
    let service = Service::start().await;
    let code = code(&service, &[]).await;
    let (status, tokens) = exchange(&service, &code).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 86_400);
    assert_eq!(tokens["scope"], SCOPE);
    assert!((1_000..=1_200).contains(&tokens["access_token"].as_str().unwrap().len()));
    assert!(tokens["refresh_token"].as_str().unwrap().len() <= 50);
    assert!(works(&service, &tokens["access_token"]).await);
    let (status, error) = exchange(&service, &code).await;
    assert_eq!((status, error["error"].as_str()), (400, Some("invalid_grant")));
}

#[tokio::test]
async fn a_code_dies_after_five_minutes() {
    let service = Service::start().await;
    let (early, late) = (code(&service, &[]).await, code(&service, &[]).await);
    service.advance(299).await;
    assert_eq!(exchange(&service, &early).await.0, 200);
    service.advance(2).await;
    assert_eq!(exchange(&service, &late).await.0, 400);
}

#[tokio::test]
async fn a_wrong_request_gets_no_code() {
    let service = Service::start().await;
    assert_eq!(authorize(&service, &[("client_id", "other")]).await, (400, HashMap::new()));
    assert_eq!(authorize(&service, &[("redirect_uri", "http://localhost:9/other")]).await.0, 400);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "everything", "invalid_scope"),
        ("scope", "", "invalid_scope"),
        ("state", "", "invalid_request"),
        ("code_challenge", CHALLENGE, "invalid_request"),
    ] {
        let (status, back) = authorize(&service, &[(name, value)]).await;
        assert_eq!((status, back["error"].as_str()), (302, error), "{name}");
        assert!(!back.contains_key("code"));
    }
}

#[tokio::test]
async fn pkce_needs_the_verifier_and_no_secret() {
    let service = Service::start().await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let ask = async |form: Vec<(&str, &str)>| {
        let request = service.client.post(service.url("/oauth2/default/v1/token")).form(&form);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let form = |code, verifier| {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("client_id", "simulated-client"),
            ("code_verifier", verifier),
        ]
    };
    let wrong = code(&service, &pkce).await;
    assert_eq!(ask(form(&wrong, "guessed")).await.1["error"], "invalid_grant");
    let right = code(&service, &pkce).await;
    let (status, tokens) = ask(form(&right, VERIFIER)).await;
    assert_eq!(status, 200);
    let token = tokens["refresh_token"].as_str().unwrap();
    let refreshed = ask(vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "simulated-client"),
    ])
    .await;
    assert_eq!(refreshed.0, 200);
    let plain = code(&service, &[]).await;
    assert_eq!(ask(form(&plain, VERIFIER)).await.1["error"], "invalid_client");
    let with_secret = vec![
        ("grant_type", "authorization_code"),
        ("code", "unknown"),
        ("redirect_uri", REDIRECT),
        ("client_id", "simulated-client"),
        ("client_secret", "wrong"),
    ];
    assert_eq!(ask(with_secret).await.0, 401);
}

#[tokio::test]
async fn rotating_refresh_tokens_work_once_and_only_with_offline_access() {
    let service = Service::start().await;
    let (_, tokens) = exchange(&service, &code(&service, &[("scope", "contact_data")]).await).await;
    assert_eq!(tokens.get("refresh_token"), None);
    let (_, tokens) = exchange(&service, &code(&service, &[]).await).await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let (status, second) = refresh(&service, first).await;
    assert_eq!(status, 200);
    let (status, error) = refresh(&service, first).await;
    assert_eq!(status, 400);
    assert_eq!(error["error"], "invalid_grant");
    assert_eq!(error["error_description"], "The refresh token is invalid or expired.");
    assert_eq!(refresh(&service, second["refresh_token"].as_str().unwrap()).await.0, 200);
}

#[tokio::test]
async fn long_lived_refresh_tokens_stay_and_live_while_they_are_used() {
    let switches = Switches { refresh_tokens: RefreshTokens::LongLived, ..Switches::default() };
    let service = Service::with(simulator::Options { switches, ..options() }).await;
    let (_, tokens) = exchange(&service, &code(&service, &[]).await).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    for _ in 0..3 {
        service.advance(179 * DAY).await;
        let (status, refreshed) = refresh(&service, token).await;
        assert_eq!((status, refreshed["refresh_token"].as_str()), (200, Some(token)));
    }
    service.advance(181 * DAY).await;
    assert_eq!(refresh(&service, token).await.0, 400);
}

#[tokio::test]
async fn access_tokens_end_after_a_day_by_expiry_on_demand_and_by_disconnecting() {
    let service = Service::start().await;
    let (_, tokens) = exchange(&service, &code(&service, &[]).await).await;
    service.advance(DAY - 1).await;
    assert!(works(&service, &tokens["access_token"]).await);
    service.advance(1).await;
    assert!(!works(&service, &tokens["access_token"]).await);
    let (_, tokens) = refresh(&service, tokens["refresh_token"].as_str().unwrap()).await;
    assert!(works(&service, &tokens["access_token"]).await);
    service.control.expire_access_tokens().await.unwrap();
    assert!(!works(&service, &tokens["access_token"]).await);
    let (_, tokens) = refresh(&service, tokens["refresh_token"].as_str().unwrap()).await;
    service.control.disconnect().await.unwrap();
    assert!(!works(&service, &tokens["access_token"]).await);
    assert_eq!(
        refresh(&service, tokens["refresh_token"].as_str().unwrap()).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn revoking_a_token_ends_its_consent() {
    let service = Service::start().await;
    let (_, tokens) = exchange(&service, &code(&service, &[]).await).await;
    let request = service.client.post(service.url("/oauth2/default/v1/revoke"));
    let form = [("token", tokens["refresh_token"].as_str().unwrap())];
    let response =
        request.basic_auth("simulated-client", Some("simulated-secret")).form(&form).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, ""));
    assert!(!works(&service, &tokens["access_token"]).await);
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_has_rotated_the_token() {
    let service = Service::start().await;
    let (_, tokens) = exchange(&service, &code(&service, &[]).await).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    service.control.change_faults(|faults| faults.drop_after_refresh_next = 1).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let request = service.client.post(service.url("/oauth2/default/v1/token"));
    let sent = request.basic_auth("simulated-client", Some("simulated-secret")).form(&form).send().await;
    assert!(sent.is_err());
    assert_eq!(refresh(&service, token).await.0, 400);
    service.control.change_switches(|switches| switches.refresh_grace_seconds = 60).await;
    assert_eq!(refresh(&service, token).await.0, 200);
}

#[tokio::test]
async fn the_allow_page_asks_and_takes_yes_and_no() {
    let service = Service::with(simulator::Options { auto_approve: false, ..options() }).await;
    let query = [
        ("client_id", "simulated-client"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "<s>"),
    ];
    let address = service.url("/oauth2/default/v1/authorize");
    let page = service.client.get(&address).query(&query).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Sample application") && page.contains("contact_data"));
    assert!(page.contains("value=\"&lt;s&gt;\""), "parameters are escaped");
    let decide = async |decision: &str| {
        let mut form = query.to_vec();
        form.push(("decision", decision));
        let response = service.client.post(&address).form(&form).send().await.unwrap();
        response.headers()["location"].to_str().unwrap().to_owned()
    };
    assert!(decide("allow").await.contains("code="));
    let denied = decide("deny").await;
    assert!(denied.contains("error=access_denied") && denied.contains("state=%3Cs%3E"));
}

#[tokio::test]
async fn a_port_in_use_is_a_clear_error() {
    let service = Service::start().await;
    let port = service.simulator.address().port();
    let error = Simulator::start(simulator::Options { port, ..options() }).await.unwrap_err();
    assert!(error.to_string().contains(&format!("port {port} is in use")));
}
