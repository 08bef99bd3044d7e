//! Promises: a browser signs in through the issuer and comes back to where it wanted to go; it is renewed without a
//! page; a fresh sign-in proves the person's presence; and an answer counts once, for the browser that asked for it.

use identity::{Cookies, FormSecret, IdentityError, Prompt, PublicAddress, ReturnPath, Role, SignInError};
use rstest::rstest;

use crate::support::{Browser, CONSOLE, Scene, with_parameter};

fn cookies() -> Cookies {
    Cookies::of(&PublicAddress::parse(CONSOLE).unwrap())
}

#[rstest]
#[case("administrator", Role::Administrator)]
#[case("contributor", Role::Contributor)]
#[case("viewer", Role::Viewer)]
#[tokio::test]
async fn each_role_signs_in_and_the_session_is_good(#[case] button: &str, #[case] role: Role) {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let signed_in = scene.sign_in_as(&mut browser, button, Prompt::Ordinary).await;
    assert_eq!(signed_in.person.role, role);
    assert_eq!(signed_in.return_path, ReturnPath::parse("/exports?sort=name").unwrap());
    let header = browser.console_header();
    let person = scene.verifier.verify(cookies().session([header.as_str()]).unwrap()).await.unwrap();
    assert_eq!(person, signed_in.person);
    assert!(person.email.unwrap().expose().ends_with("@example.com"));
    // What the sign-in needed is gone; the session and the forms' secret remain.
    let names: Vec<_> = browser.console_cookies().keys().cloned().collect();
    assert_eq!(names, ["segment-export-form", "segment-export-session"]);
}

#[tokio::test]
async fn an_expired_session_is_renewed_without_a_page_and_open_forms_stay_good() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let first = scene.sign_in_as(&mut browser, "contributor", Prompt::Ordinary).await.person;
    let header = browser.console_header();
    let session = cookies().session([header.as_str()]).unwrap().to_owned();
    let form = cookies().form_secret([header.as_str()]).unwrap().token(&first);
    scene.advance(3660);
    assert!(matches!(scene.verifier.verify(&session).await, Err(IdentityError::Expired)));

    let location = scene.begin(&mut browser, Prompt::Silent, "/exports/7").await;
    let returned = browser.get(&location).await.sent_to();
    let renewed = scene.complete(&mut browser, &returned).await.unwrap();
    assert_eq!(renewed.return_path.as_str(), "/exports/7");
    assert_eq!(renewed.person.subject, first.subject);
    assert_eq!(renewed.person.authenticated_at, first.authenticated_at, "nobody signed in anew");
    let header = browser.console_header();
    assert!(cookies().form_secret([header.as_str()]).unwrap().accepts(&renewed.person, &form));
}

#[tokio::test]
async fn a_silent_renewal_of_nobody_asks_for_a_page() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Silent, "/exports/7").await;
    let returned = browser.get(&location).await.sent_to();
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    let SignInError::InteractionNeeded { return_path } = error else { panic!("{error:?}") };
    assert_eq!(return_path.as_str(), "/exports/7");
}

/// The session ends here and at the issuer, so that renewing it takes a page.
async fn signed_in_again(role: &str, tamper: impl Fn(&mut Browser)) -> (FormSecret, FormSecret) {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let first = scene.sign_in_as(&mut browser, "contributor", Prompt::Ordinary).await.person;
    let before = cookies().form_secret([browser.console_header().as_str()]).unwrap();
    scene.advance(3660);
    browser.forget_issuer();
    let location = scene.begin(&mut browser, Prompt::Silent, "/exports/7").await;
    let returned = browser.get(&location).await.sent_to();
    let refused = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(refused, SignInError::InteractionNeeded { .. }), "{refused:?}");
    tamper(&mut browser);
    let again = scene.sign_in_as(&mut browser, role, Prompt::Ordinary).await.person;
    assert_eq!(again.subject == first.subject, role == "contributor");
    (before, cookies().form_secret([browser.console_header().as_str()]).unwrap())
}

#[tokio::test]
async fn open_forms_stay_good_when_the_same_person_signs_in_again_through_the_page() {
    let (before, after) = signed_in_again("contributor", |_| {}).await;
    assert_eq!(before, after);
}

#[tokio::test]
async fn whoever_was_in_the_browser_before_cannot_send_forms_for_who_comes_next() {
    let (before, after) = signed_in_again("administrator", |_| {}).await;
    assert_ne!(before, after, "another person");
    // Without the session that it came with, or with one that the issuer did not make, nothing says whose it was.
    let (before, after) = signed_in_again("contributor", |browser| {
        browser.console_cookies().remove("segment-export-session");
    })
    .await;
    assert_ne!(before, after);
    let (before, after) = signed_in_again("contributor", |browser| {
        let session = browser.console_cookies().get_mut("segment-export-session").unwrap();
        let end = session.len() - 20;
        session.replace_range(end..end + 4, "AAAA");
    })
    .await;
    assert_ne!(before, after);
}

#[tokio::test]
async fn a_form_secret_is_forgotten_a_day_after_its_session() {
    for (hours, kept) in [(24, true), (26, false)] {
        let (scene, mut browser) = (Scene::new().await, Browser::new());
        scene.sign_in_as(&mut browser, "contributor", Prompt::Ordinary).await;
        let before = cookies().form_secret([browser.console_header().as_str()]).unwrap();
        scene.advance(hours * 3600);
        browser.forget_issuer();
        scene.sign_in_as(&mut browser, "contributor", Prompt::Ordinary).await;
        let after = cookies().form_secret([browser.console_header().as_str()]).unwrap();
        assert_eq!(before == after, kept, "after {hours} hours");
    }
}

#[tokio::test]
async fn a_fresh_sign_in_shows_the_page_and_proves_presence() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let before = scene.sign_in_as(&mut browser, "administrator", Prompt::Ordinary).await.person;
    let old = cookies().form_secret([browser.console_header().as_str()]).unwrap();
    scene.advance(301);
    let now = domain::Clock::now(&*scene.clock);
    assert!(!before.signed_in_recently(now));
    let fresh = scene.sign_in_as(&mut browser, "administrator", Prompt::Fresh).await.person;
    assert!(fresh.signed_in_recently(now));
    let new = cookies().form_secret([browser.console_header().as_str()]).unwrap();
    assert_ne!(old, new, "the person took part, so forms begin anew");
}

#[tokio::test]
async fn a_fresh_sign_in_that_the_issuer_did_not_make_is_refused() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    scene.sign_in_as(&mut browser, "administrator", Prompt::Ordinary).await;
    scene.advance(301);
    let location = scene.begin(&mut browser, Prompt::Fresh, "/connections/1").await;
    // As if the issuer did not know these parameters, or somebody took them out.
    let location = with_parameter(&with_parameter(&location, "prompt", None), "max_age", None);
    let returned = browser.get(&location).await.sent_to();
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(error, SignInError::NotFresh { .. }), "{error:?}");
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let first = scene.begin(&mut browser, Prompt::Ordinary, "/first").await;
    let second = scene.begin(&mut browser, Prompt::Ordinary, "/second").await;
    let first = browser.choose(&first, "viewer").await;
    // The issuer knows the browser by now.
    let second = browser.get(&second).await.sent_to();
    assert_eq!(scene.complete(&mut browser, &second).await.unwrap().return_path.as_str(), "/second");
    assert_eq!(scene.complete(&mut browser, &first).await.unwrap().return_path.as_str(), "/first");
}

#[tokio::test]
async fn an_answer_counts_once() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let pending = browser.console_cookies().clone();
    let returned = browser.choose(&location, "viewer").await;
    scene.complete(&mut browser, &returned).await.unwrap();
    assert!(matches!(scene.complete(&mut browser, &returned).await, Err(SignInError::NotBegun)));
    // Even for somebody who kept the cookie.
    *browser.console_cookies() = pending;
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(
        matches!(&error, SignInError::ExchangeRefused { status: 400, error } if error == "invalid_grant"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_counts_for_the_browser_that_asked_only() {
    let (scene, mut browser, mut other) = (Scene::new().await, Browser::new(), Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.choose(&location, "administrator").await;
    scene.begin(&mut other, Prompt::Ordinary, "/").await;
    assert!(matches!(scene.complete(&mut other, &returned).await, Err(SignInError::NotBegun)));
    // A state that leads to another sign-in's cookie does not fit it.
    let state = returned.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let alike = format!("{}{}", &state[..8], "A".repeat(state.len() - 8));
    let forged = with_parameter(&returned, "state", Some(&alike));
    assert!(matches!(scene.complete(&mut browser, &forged).await, Err(SignInError::WrongState)));
    for odd in [None, Some(""), Some("ä"), Some("short")] {
        let odd = with_parameter(&returned, "state", odd);
        assert!(matches!(scene.complete(&mut browser, &odd).await, Err(SignInError::NotBegun)));
    }
    let mixed_up = with_parameter(&returned, "iss", Some("https://issuer.example.net"));
    assert!(matches!(scene.complete(&mut browser, &mixed_up).await, Err(SignInError::WrongState)));
    assert!(scene.complete(&mut browser, &returned).await.is_ok());
}

#[tokio::test]
async fn a_token_for_another_nonce_is_refused() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    for nonce in [Some("another"), None] {
        let changed = with_parameter(&location, "nonce", nonce);
        let returned = browser.choose(&with_parameter(&changed, "prompt", Some("login")), "viewer").await;
        let error = scene.complete(&mut browser, &returned).await.unwrap_err();
        assert!(matches!(error, SignInError::Identity(IdentityError::WrongNonce)), "{error:?}");
    }
}

#[tokio::test]
async fn a_sign_in_that_takes_too_long_begins_anew() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    scene.advance(601);
    let returned = browser.choose(&location, "viewer").await;
    assert!(matches!(scene.complete(&mut browser, &returned).await, Err(SignInError::NotBegun)));

    let location = scene.begin(&mut browser, Prompt::Fresh, "/").await;
    let returned = browser.choose(&location, "viewer").await;
    scene.advance(61);
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(error, SignInError::ExchangeRefused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_person_may_say_no() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.choose(&location, "nobody").await;
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(&error, SignInError::Refused { error } if error == "access_denied"), "{error:?}");
    let odd = with_parameter(&returned, "error", Some("<script> ann@example.com"));
    let error = scene.complete(&mut browser, &odd).await.unwrap_err();
    assert!(matches!(&error, SignInError::Refused { error } if error == "unreadable"), "{error:?}");
}

#[tokio::test]
async fn signing_out_ends_both_sessions() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    scene.sign_in_as(&mut browser, "viewer", Prompt::Ordinary).await;
    let redirect = scene.sign_in.sign_out().await;
    let location = browser.at_console(&redirect);
    assert_eq!(browser.console_header(), "");
    assert_eq!(browser.get(&location).await.sent_to().as_str(), format!("{CONSOLE}/"));
    let location = scene.begin(&mut browser, Prompt::Silent, "/").await;
    let returned = browser.get(&location).await.sent_to();
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(error, SignInError::InteractionNeeded { .. }), "{error:?}");
}

#[rstest]
#[case(Some("s3cret: &=ü"), Some("s3cret: &=ü"), true)]
#[case(Some("s3cret"), Some("other"), false)]
#[case(Some("s3cret"), None, false)]
#[tokio::test]
async fn a_client_may_have_a_secret(
    #[case] registered: Option<&str>,
    #[case] sent: Option<&str>,
    #[case] accepted: bool,
) {
    let (scene, mut browser) = (Scene::with_secrets(registered, sent).await, Browser::new());
    let location = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.choose(&location, "viewer").await;
    match scene.complete(&mut browser, &returned).await {
        Ok(_) => assert!(accepted),
        Err(SignInError::ExchangeRefused { status: 401, error }) => {
            assert!(!accepted);
            assert_eq!(error, "invalid_client");
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_issuer_out_of_reach_is_not_the_persons_fault() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let begun = scene.begin(&mut browser, Prompt::Ordinary, "/").await;
    let returned = browser.choose(&begun, "viewer").await;
    scene.set_down();
    let error = scene.complete(&mut browser, &returned).await.unwrap_err();
    assert!(matches!(error, SignInError::Unavailable(_)), "{error:?}");
    assert_eq!(domain::Classified::class(&error), domain::FailureClass::Retry);
    // Signing out here works all the same.
    let redirect = scene.sign_in.sign_out().await;
    assert_eq!(redirect.set_cookies.len(), 2);
}

#[tokio::test]
async fn a_server_may_serve_many_at_once() {
    let scene = Scene::new().await;
    let token = scene.issuer.token_for(Role::Viewer, &issuer::TokenOptions::default()).unwrap();
    let scene = std::sync::Arc::new(scene);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (scene, token) = (std::sync::Arc::clone(&scene), token.clone());
            tokio::spawn(async move {
                let headers = [String::from("a=b")];
                let completed = scene.sign_in.complete("state=x", headers.iter().map(String::as_str)).await;
                assert!(matches!(completed, Err(SignInError::NotBegun)));
                scene.sign_in.begin(Prompt::Ordinary, ReturnPath::home()).await.unwrap();
                scene.verifier.verify(&token).await.unwrap().role
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Role::Viewer);
    }
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let (scene, mut browser) = (Scene::new().await, Browser::new());
    let redirect = scene.sign_in.begin(Prompt::Ordinary, ReturnPath::home()).await.unwrap();
    assert!(!format!("{redirect:?} {:?}", scene.sign_in).contains("state="));
    let returned = {
        let location = browser.at_console(&redirect);
        browser.choose(&location, "viewer").await
    };
    let code = returned.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let signed_in = scene.complete(&mut browser, &returned).await.unwrap();
    let shown = format!("{signed_in:?}");
    assert!(!shown.contains(&code) && !shown.contains("eyJ") && !shown.contains("Vera"), "{shown}");
}
