//! Promises: the browser's address holds everything the server asks for; token calls authenticate the application,
//! are told apart by meaning, and show no secret.

use std::time::Duration;

use crate::script::{Script, Scripted, answer};
use constant_contact::ClientSettings;
use constant_contact::oauth::{ApplicationCredentials, OAuthClient, OAuthError, ProofKey};
use domain::{ManualRandom, Sensitive};
use url::Url;

fn application() -> ApplicationCredentials {
    ApplicationCredentials { client_id: "key".to_owned(), client_secret: Sensitive::new("hidden".to_owned()) }
}

fn client(origin: &str) -> OAuthClient {
    let base = format!("{origin}/oauth2/default/v1");
    let mut settings = ClientSettings::at(&base, &base).unwrap();
    settings.timeouts.token = Duration::from_millis(500);
    OAuthClient::new(&settings).unwrap()
}

const GRANT: &str = r#"{"token_type":"Bearer","expires_in":86400,"access_token":"access-1",
    "scope":"offline_access contact_data","refresh_token":"refresh-1"}"#;

#[test]
fn the_browser_is_sent_with_everything_needed() {
    let redirect = Url::parse("https://export.example.com/oauth/callback").unwrap();
    let key = ProofKey::new(&ManualRandom::new(1));
    let url = client("http://127.0.0.1:1").authorize_url("key", &redirect, "state-1", &key.challenge);
    assert_eq!(url.path(), "/oauth2/default/v1/authorize");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let value = |name: &str| pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert_eq!(value("client_id"), Some("key"));
    assert_eq!(value("redirect_uri"), Some(redirect.as_str()));
    assert_eq!(value("response_type"), Some("code"));
    assert_eq!(value("scope"), Some("contact_data account_read offline_access"));
    assert_eq!(value("state"), Some("state-1"));
    assert_eq!(value("code_challenge"), Some(key.challenge.as_str()));
    assert_eq!(value("code_challenge_method"), Some("S256"));
}

#[tokio::test]
async fn a_code_becomes_a_grant() {
    let without_refresh = GRANT.replace("\"refresh_token\":\"refresh-1\"", "\"id_token\":\"x\"");
    let (script, origin) = Script::start([answer(200, GRANT), answer(200, &without_refresh)]).await;
    let redirect = Url::parse("https://export.example.com/oauth/callback").unwrap();
    let (code, verifier) = (Sensitive::new("c".to_owned()), Sensitive::new("v".to_owned()));
    let client = client(&origin);
    let grant = client.exchange_code(&application(), &code, &redirect, &verifier).await.unwrap();
    assert_eq!(grant.access_token.expose(), "access-1");
    assert_eq!(grant.expires_in, Duration::from_hours(24));
    let error = client.exchange_code(&application(), &code, &redirect, &verifier).await.unwrap_err();
    assert!(matches!(error, OAuthError::MissingRefreshToken));

    let received = &script.received()[0];
    assert_eq!(received.target, "/oauth2/default/v1/token");
    // "key:hidden"
    assert_eq!(received.authorization, "Basic a2V5OmhpZGRlbg==");
    assert_eq!(
        received.body,
        "grant_type=authorization_code&code=c\
         &redirect_uri=https%3A%2F%2Fexport.example.com%2Foauth%2Fcallback&code_verifier=v"
    );
}

#[tokio::test]
async fn a_refresh_is_told_apart_by_meaning_and_shows_no_secret() {
    let invalid =
        r#"{"error":"invalid_grant","error_description":"The refresh token is invalid or expired."}"#;
    let (script, origin) = Script::start([
        answer(200, GRANT),
        answer(400, invalid),
        answer(401, r#"{"error":"invalid_client"}"#),
        answer(429, ""),
        answer(503, ""),
        Scripted::HangUp,
        Scripted::Silence,
    ])
    .await;
    let client = client(&origin);
    let token = Sensitive::new("refresh-0".to_owned());
    let grant = client.refresh(&application(), &token).await.unwrap();
    assert!(!format!("{grant:?} {:?} {client:?}", application()).contains("refresh-1"));
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        let error = client.refresh(&application(), &token).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("refresh-0"));
        outcomes.push(error);
    }
    assert!(matches!(outcomes[0], OAuthError::InvalidGrant));
    assert!(matches!(outcomes[1], OAuthError::InvalidClient));
    assert!(matches!(outcomes[2], OAuthError::Unavailable(None)));
    assert!(matches!(outcomes[3], OAuthError::Unclear(None)));
    assert!(matches!(outcomes[4], OAuthError::Unclear(Some(_))));
    assert!(matches!(outcomes[5], OAuthError::Unclear(Some(_))));
    assert_eq!(script.received()[0].body, "grant_type=refresh_token&refresh_token=refresh-0");
}

#[tokio::test]
async fn revoking_depends_on_nothing() {
    let (script, origin) = Script::start([answer(200, ""), answer(404, "")]).await;
    let token = Sensitive::new("refresh-0".to_owned());
    assert!(client(&origin).revoke(&application(), &token).await);
    assert!(!client(&origin).revoke(&application(), &token).await);
    assert_eq!(script.received()[0].body, "token=refresh-0&token_type_hint=refresh_token");
}
