//! Promises: only an identity token of our issuer, for us, valid now, becomes a person; every other one is told apart
//! by what is to be done about it, and nothing of it is shown.

use identity::{IdentityError, Refusal, Role};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{AUDIENCE, ELLIPTIC, NOW, OTHER_RSA, RSA, Scene, Signer, sign, text};

#[tokio::test]
async fn a_good_token_is_a_person() {
    let scene = Scene::new().await;
    let person = scene.verifier.verify(&scene.token(&json!({}))).await.unwrap();
    assert_eq!(person.subject, "person-1");
    assert_eq!(person.display_name.expose(), "Ann Archer");
    assert_eq!(person.email.as_ref().unwrap().expose(), "ann@example.com");
    assert_eq!(person.role, Role::Contributor);
    assert_eq!(person.authenticated_at, Timestamp::from_second(NOW - 30).ok());
    assert_eq!(person.expires_at, Timestamp::from_second(NOW + 3600).unwrap());
}

#[tokio::test]
async fn both_kinds_of_keys_are_accepted() {
    let scene = Scene::new().await;
    let header = json!({"alg": "ES256", "kid": "elliptic"});
    let token = sign(&header, &scene.claims(&json!({})), &Signer::Elliptic(&ELLIPTIC));
    assert!(scene.verifier.verify(&token).await.is_ok());
    // A single key for the algorithm needs no name.
    let unnamed = sign(&json!({"alg": "ES256"}), &scene.claims(&json!({})), &Signer::Elliptic(&ELLIPTIC));
    assert!(scene.verifier.verify(&unnamed).await.is_ok());
}

#[rstest]
#[case::without_leeway(json!({"exp": NOW + 1}), "")]
#[case::within_leeway(json!({"exp": NOW - 59}), "")]
#[case::expired(json!({"exp": NOW - 60}), "expired")]
#[case::no_end(json!({"exp": null}), "exp")]
#[case::an_end_that_is_no_number(json!({"exp": "never"}), "exp")]
#[case::fraction_of_a_second(json!({"exp": f64::from(1_770_003_600) + 0.5}), "")]
#[case::clock_slightly_behind(json!({"iat": NOW + 60}), "")]
#[case::from_the_future(json!({"iat": NOW + 61}), "early")]
#[case::not_before(json!({"nbf": NOW + 61}), "early")]
#[case::not_before_that_is_no_number(json!({"nbf": "soon"}), "nbf")]
#[case::no_beginning(json!({"iat": null}), "iat")]
#[case::foreign_issuer(json!({"iss": "https://issuer.example.net"}), "iss")]
#[case::expired_and_foreign(json!({"iss": "https://issuer.example.net", "exp": NOW - 999}), "iss")]
#[case::no_issuer(json!({"iss": null}), "iss")]
#[case::list_of_issuers(json!({"iss": ["https://issuer.example.net"]}), "iss")]
#[case::foreign_audience(json!({"aud": "client-2"}), "aud")]
#[case::longer_audience(json!({"aud": "client-11"}), "aud")]
#[case::no_audience(json!({"aud": null}), "aud")]
#[case::audience_in_a_list(json!({"aud": [AUDIENCE]}), "")]
#[case::others_in_the_audience(json!({"aud": [AUDIENCE, "client-2"]}), "aud")]
#[case::made_for_another_party(json!({"azp": "client-2"}), "azp")]
#[case::access_token(json!({"token_use": "access"}), "token_use")]
#[case::not_from_cognito(json!({"token_use": null}), "")]
#[case::nobody(json!({"sub": null}), "sub")]
#[case::nobody_named(json!({"sub": ""}), "sub")]
#[case::no_groups(json!({"cognito:groups": null}), "no role")]
#[case::empty_groups(json!({"cognito:groups": []}), "no role")]
#[case::foreign_groups(json!({"cognito:groups": ["staff", "Viewers", 1]}), "no role")]
#[case::groups_elsewhere(json!({"cognito:groups": null, "groups": ["administrators"]}), "no role")]
#[case::one_group_without_a_list(json!({"cognito:groups": "viewers"}), "")]
#[tokio::test]
async fn claims_are_judged(#[case] changes: Value, #[case] expected: &str) {
    let scene = Scene::new().await;
    let verified = scene.verifier.verify(&scene.token(&changes)).await;
    let outcome = match &verified {
        Ok(_) => "",
        Err(IdentityError::Expired) => "expired",
        Err(IdentityError::NotYetValid) => "early",
        Err(IdentityError::NotOurs { claim }) => claim,
        Err(IdentityError::NoRole { subject, .. }) if subject == "person-1" => "no role",
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(outcome, expected, "{changes}");
}

#[tokio::test]
async fn a_token_that_the_issuer_did_not_sign_is_refused() {
    let scene = Scene::new().await;
    let claims = scene.claims(&json!({}));
    let rs256 = json!({"alg": "RS256", "kid": "rsa"});
    let good = scene.token(&json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let promoted = scene.claims(&json!({"cognito:groups": ["administrators"]})).to_string();
    let unsigned_algorithms = ["none", "None", "NONE", ""]
        .map(|algorithm| sign(&json!({"alg": algorithm, "kid": "rsa"}), &claims, &Signer::Nobody));
    let tokens = [
        ("changed payload", format!("{}.{}.{}", parts[0], text(promoted.as_bytes()), parts[2])),
        (
            "changed header",
            format!("{}.{}.{}", text(br#"{"alg":"RS256","kid":"rsa","x":1}"#), parts[1], parts[2]),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{good}.{}", parts[2])),
        ("another key under our name", sign(&rs256, &claims, &Signer::Rsa(&OTHER_RSA))),
        (
            "public key as secret",
            sign(&json!({"alg": "HS256", "kid": "rsa"}), &claims, &Signer::PublicKeyAsSecret(&RSA)),
        ),
        (
            "secret's signature under a key's algorithm",
            sign(&rs256, &claims, &Signer::PublicKeyAsSecret(&RSA)),
        ),
        ("longer digest", sign(&json!({"alg": "RS512", "kid": "rsa"}), &claims, &Signer::Rsa(&RSA))),
        (
            "extension to be understood",
            sign(&json!({"alg": "RS256", "kid": "rsa", "crit": ["x"], "x": 1}), &claims, &Signer::Rsa(&RSA)),
        ),
        ("not a token", "opaque".to_owned()),
        ("too long", "a".repeat(20_000)),
    ];
    for (which, token) in tokens.into_iter().chain(unsigned_algorithms.map(|token| ("unsigned", token))) {
        let error = scene.verifier.verify(&token).await.unwrap_err();
        assert!(matches!(error, IdentityError::Tampered), "{which}: {error:?}");
        assert_eq!(error.refusal(), Refusal::Unauthenticated);
    }
    assert!(matches!(scene.verifier.verify("").await, Err(IdentityError::Missing)));
    assert!(scene.verifier.verify(&good).await.is_ok());
}

#[tokio::test]
async fn a_key_of_one_kind_is_not_used_for_the_other() {
    let scene = Scene::new().await;
    let header = json!({"alg": "ES256", "kid": "rsa"});
    let token = sign(&header, &scene.claims(&json!({})), &Signer::Elliptic(&ELLIPTIC));
    assert!(matches!(scene.verifier.verify(&token).await, Err(IdentityError::UnknownKey)));
}

#[tokio::test]
async fn having_no_role_is_not_being_unknown() {
    let scene = Scene::new().await;
    let error = scene.verifier.verify(&scene.token(&json!({"cognito:groups": []}))).await.unwrap_err();
    assert_eq!(error.refusal(), Refusal::Forbidden);
    let IdentityError::NoRole { display_name, .. } = &error else { panic!("{error:?}") };
    assert_eq!(display_name.expose(), "Ann Archer");
    assert!(!format!("{error} {error:?}").contains("Ann"));
}

#[tokio::test]
async fn the_claim_and_the_groups_are_settings() {
    let scene = Scene::with(|settings| {
        settings.groups_claim = "https://example.com/groups".to_owned();
        settings.groups.administrator = "marketing-leads".to_owned();
    })
    .await;
    let token = scene.token(&json!({"https://example.com/groups": ["viewers", "marketing-leads"]}));
    assert_eq!(scene.verifier.verify(&token).await.unwrap().role, Role::Administrator);
}

#[rstest]
#[case(json!({}), "Ann Archer")]
#[case(json!({"name": null, "given_name": "Ann", "family_name": "Archer"}), "Ann Archer")]
#[case(json!({"name": "  ", "given_name": "Ann"}), "person-1")]
#[case(json!({"name": "A\u{7}nn\n"}), "Ann")]
#[case(json!({"name": null}), "ann@example.com")]
#[case(json!({"name": null, "email": null, "cognito:username": "ann"}), "ann")]
#[case(json!({"name": null, "email": null}), "person-1")]
#[tokio::test]
async fn there_is_always_a_name_to_show(#[case] changes: Value, #[case] expected: &str) {
    let scene = Scene::new().await;
    let person = scene.verifier.verify(&scene.token(&changes)).await.unwrap();
    assert_eq!(person.display_name.expose(), expected);
}

#[tokio::test]
async fn no_error_shows_the_token() {
    let scene = Scene::new().await;
    let good = scene.token(&json!({}));
    let payload = good.split('.').nth(1).unwrap();
    let tokens = [
        scene.token(&json!({"aud": "client-2"})),
        scene.token(&json!({"exp": NOW - 999})),
        scene.token(&json!({"cognito:groups": []})),
        format!("{good}x"),
        format!("{payload}.{payload}.{payload}"),
    ];
    for token in tokens {
        let error = scene.verifier.verify(&token).await.unwrap_err();
        let shown = format!("{error} {error:?} {}", domain::in_one_line(&error));
        for part in token.split('.').filter(|part| part.len() > 8) {
            assert!(!shown.contains(part), "{shown}");
        }
        assert!(!shown.contains("example.com") && !shown.contains("Ann"), "{shown}");
    }
}
