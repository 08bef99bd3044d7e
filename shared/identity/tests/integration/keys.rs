//! Promises: the issuer's keys are fetched once for all who wait, followed when they change, asked for at most once a
//! minute whatever tokens come, and kept while the issuer is out of reach.

use futures_util::future::join_all;
use identity::{IdentityError, Refusal};
use serde_json::json;

use crate::support::{NOW, OTHER_RSA, RSA, Scene, Signer, rsa_jwk, sign};

fn named(scene: &Scene, id: &str) -> String {
    let claims = scene.claims(&json!({"exp": NOW + 1_000_000}));
    sign(&json!({"alg": "RS256", "kid": id}), &claims, &Signer::Rsa(&OTHER_RSA))
}

fn lasting(scene: &Scene) -> String {
    scene.token(&json!({"exp": NOW + 1_000_000}))
}

#[tokio::test]
async fn many_at_once_fetch_once() {
    let scene = Scene::new().await;
    let token = lasting(&scene);
    let verified = join_all((0..20).map(|_| scene.verifier.verify(&token))).await;
    assert!(verified.iter().all(Result::is_ok));
    assert_eq!(scene.published.fetches(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let scene = Scene::new().await;
    let (old, new) = (lasting(&scene), named(&scene, "new"));
    assert!(scene.verifier.verify(&old).await.is_ok());
    scene.published.publish(&[rsa_jwk("rsa", &RSA), rsa_jwk("new", &OTHER_RSA)]);
    // The issuer was asked a moment ago.
    assert!(matches!(scene.verifier.verify(&new).await, Err(IdentityError::UnknownKey)));
    scene.advance(60);
    assert!(scene.verifier.verify(&new).await.is_ok());
    assert!(scene.verifier.verify(&old).await.is_ok());
    assert_eq!(scene.published.fetches(), 2);
}

#[tokio::test]
async fn made_up_key_names_do_not_reach_the_issuer_more_than_once_a_minute() {
    let scene = Scene::new().await;
    assert!(scene.verifier.verify(&lasting(&scene)).await.is_ok());
    for minute in 0..3 {
        for attempt in 0..10 {
            let token = named(&scene, &format!("made-up-{minute}-{attempt}"));
            assert!(matches!(scene.verifier.verify(&token).await, Err(IdentityError::UnknownKey)));
            scene.advance(6);
        }
    }
    assert!(scene.published.fetches() <= 4, "{}", scene.published.fetches());
    assert!(scene.verifier.verify(&lasting(&scene)).await.is_ok());
}

#[tokio::test]
async fn without_keys_nothing_is_decided_and_the_issuer_gets_a_pause() {
    let scene = Scene::new().await;
    let token = lasting(&scene);
    scene.published.set_down(true);
    let error = scene.verifier.verify(&token).await.unwrap_err();
    assert!(matches!(error, IdentityError::KeysUnavailable(_)), "{error:?}");
    assert_eq!(error.refusal(), Refusal::Unavailable);
    scene.published.set_down(false);
    // The pause is not over: the issuer is not asked again.
    assert!(matches!(scene.verifier.verify(&token).await, Err(IdentityError::KeysUnavailable(_))));
    assert_eq!(scene.published.fetches(), 0, "its discovery document was not to be had");
    scene.advance(5);
    assert!(scene.verifier.verify(&token).await.is_ok());
    assert_eq!(scene.published.fetches(), 1);
}

#[tokio::test]
async fn old_keys_are_kept_while_the_issuer_is_out_of_reach() {
    let scene = Scene::new().await;
    let (known, unknown) = (lasting(&scene), named(&scene, "new"));
    assert!(scene.verifier.verify(&known).await.is_ok());
    scene.published.set_down(true);
    scene.advance(13 * 3600);
    assert!(scene.verifier.verify(&known).await.is_ok());
    // It may be a good token, so it is not called a bad one.
    assert!(matches!(scene.verifier.verify(&unknown).await, Err(IdentityError::KeysUnavailable(_))));
    assert!(scene.verifier.verify(&known).await.is_ok());
    assert_eq!(scene.published.fetches(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_ends_within_half_a_day() {
    let scene = Scene::new().await;
    let token = lasting(&scene);
    assert!(scene.verifier.verify(&token).await.is_ok());
    scene.published.publish(&[rsa_jwk("new", &OTHER_RSA)]);
    scene.advance(12 * 3600 - 1);
    assert!(scene.verifier.verify(&token).await.is_ok());
    scene.advance(1);
    assert!(matches!(scene.verifier.verify(&token).await, Err(IdentityError::UnknownKey)));
}

#[tokio::test]
async fn an_answer_without_bounds_is_cut_off() {
    let scene = Scene::new().await;
    scene.published.publish(&[json!({"kty": "RSA", "n": "a".repeat(300_000)})]);
    let error = scene.verifier.verify(&lasting(&scene)).await.unwrap_err();
    assert!(domain::in_one_line(&error).contains("too large"), "{error:?}");
}

#[tokio::test]
async fn the_keys_address_may_be_a_setting() {
    let scene =
        Scene::with(|settings| settings.keys_address = Some(format!("{}/keys", settings.issuer))).await;
    assert!(scene.verifier.verify(&lasting(&scene)).await.is_ok());
}
