//! *Authenticate with Constant Contact*: once, by who began it, for the right account, with everything an export needs.

use catalog::ConnectionAccess;
use company::{Company, visit};
use configuration::{AuthorizationAnswer, AuthorizationOutcome, ConfigurationError, ConnectionState};
use constant_contact::oauth::{ApplicationCredentials, OAuthError, SCOPES};
use domain::Sensitive;
use engine::{ParkReason, Run};
use jiff::SignedDuration;
use simulator::{AccountOptions, Application};
use store::Change;
use url::Url;

use crate::{ADDRESS, bare_bench, bench};

async fn answer(bench: &Company, id: &domain::identifier::ConnectionId) -> AuthorizationAnswer {
    visit(bench.configuration.begin_authorization(&bench.administrator(), id).await.unwrap(), ADDRESS).await
}

/// Marks a run as the engine does when it waits for a person.
async fn park(bench: &Company, key: &engine::RunKey) {
    let document = format!("runs/{}/{}.json", key.export, key.run);
    bench
        .documents
        .update::<Run, (), std::convert::Infallible, _>(&document, |run| {
            let run = run.unwrap().clone();
            let parked = Some(ParkReason::NeedsReauthentication);
            Ok(Change::Write(Run { parked, due_at: None, ..run }, ()))
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn an_authorization_brings_account_and_tokens() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    bench.authenticate(&id).await;
    let details = bench.configuration.connection(&bench.administrator(), &id).await.unwrap().value;
    let account = details.account.unwrap();
    assert_eq!(
        (account.id.as_str(), account.organization_name.as_str()),
        ("p07e1l8cdif9dl", "Sample Organization")
    );
    assert_eq!(account.contact_email.unwrap().expose(), "owner@example.com");
    assert_eq!(account.needs_reauthentication_since, None);
    assert_eq!(bench.vault.current(&id).await.unwrap().value.account_id.as_str(), "p07e1l8cdif9dl");
    assert!(!bench.holds("authorizations/"), "nothing of it is left");
    let paths: Vec<String> = calls(&bench, &id).await;
    assert_eq!(paths, ["/contact_lists", "/contacts", "/account/user/privileges", "/account/summary"]);
}

async fn calls(bench: &Company, id: &domain::identifier::ConnectionId) -> Vec<String> {
    let calls = bench.configuration.calls(&bench.administrator(), id).await.unwrap();
    calls.into_iter().map(|call| call.path.into_owned()).collect()
}

/// The address without the wish for refresh tokens, as an application of another kind would have it.
fn without_refresh_token(url: &Url) -> Url {
    let scopes = SCOPES.replace(" offline_access", "");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(
        pairs.iter().map(|(name, value)| (name, if name == "scope" { &scopes } else { value })),
    );
    changed
}

#[tokio::test]
async fn an_answer_counts_once_and_only_from_who_began_it() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let (ann, otto) = (bench.administrator(), bench.person(identity::Role::Administrator, "Otto"));
    let configuration = &bench.configuration;

    let first = answer(&bench, &id).await;
    configuration.complete_authorization(&ann, first.clone()).await.unwrap();
    let again = configuration.complete_authorization(&ann, first).await;
    assert_eq!(again.unwrap_err().code(), "authorization_over");

    let foreign = answer(&bench, &id).await;
    let outcome = configuration.complete_authorization(&otto, foreign.clone()).await;
    assert_eq!(outcome.unwrap_err().code(), "authorization_over");
    let outcome = configuration.complete_authorization(&ann, foreign).await;
    assert_eq!(outcome.unwrap_err().code(), "authorization_over", "it was in other hands");

    let invented = AuthorizationAnswer {
        state: Sensitive::new("../connections/x".to_owned()),
        outcome: AuthorizationOutcome::Code(Sensitive::new("code".to_owned())),
    };
    let outcome = configuration.complete_authorization(&ann, invented).await;
    assert_eq!(outcome.unwrap_err().code(), "authorization_over");

    let late = answer(&bench, &id).await;
    bench.time_passes(SignedDuration::from_secs(601));
    let outcome = configuration.complete_authorization(&bench.administrator(), late).await;
    assert_eq!(outcome.unwrap_err().code(), "authorization_over");
}

#[tokio::test]
async fn of_two_answers_at_once_one_counts() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let answer = answer(&bench, &id).await;
    let ann = bench.administrator();
    let (one, other) = futures_util::future::join(
        bench.configuration.complete_authorization(&ann, answer.clone()),
        bench.configuration.complete_authorization(&ann, answer.clone()),
    )
    .await;
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn what_nobody_came_back_for_is_cleared_away() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    for _ in 0..3 {
        bench.configuration.begin_authorization(&ann, &id).await.unwrap();
    }
    let pending =
        |bench: &Company| bench.memory.keys().iter().filter(|key| key.starts_with("authorizations/")).count();
    assert_eq!(pending(&bench), 3);
    bench.time_passes(SignedDuration::from_mins(11));
    bench.configuration.begin_authorization(&ann, &id).await.unwrap();
    assert_eq!(pending(&bench), 1);
}

#[tokio::test]
async fn another_account_is_refused_and_the_old_tokens_stay() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let before = bench.vault.current(&id).await.unwrap();
    let other = AccountOptions {
        encoded_account_id: "another".to_owned(),
        organization_name: "Other Organization".to_owned(),
        ..AccountOptions::default()
    };
    bench.control.set_account(other).await;
    let answer = answer(&bench, &id).await;
    let error = bench.configuration.complete_authorization(&bench.administrator(), answer).await.unwrap_err();
    assert_eq!(error.code(), "other_account");
    assert!(
        error.to_string().contains("\"Sample Organization\"")
            && error.to_string().contains("\"Other Organization\"")
    );
    assert_eq!(bench.vault.current(&id).await.unwrap(), before);
    let bound = bench.stored_connection(&id).await.unwrap().authorization.unwrap();
    assert_eq!(bound.account.as_str(), "p07e1l8cdif9dl");
    let actions = ["connection.export_user_added", "connection.authorized", "connection.created"];
    assert_eq!(bench.actions().await, actions);
}

#[tokio::test]
async fn without_a_refresh_token_it_would_end_after_a_day() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    let url = bench.configuration.begin_authorization(&ann, &id).await.unwrap();
    let answer = visit(without_refresh_token(&url), ADDRESS).await;
    let error = bench.configuration.complete_authorization(&ann, answer).await.unwrap_err();
    assert_eq!(error.code(), "no_refresh_token");
    assert!(bench.stored_connection(&id).await.unwrap().authorization.is_none());
    assert!(bench.vault.current(&id).await.is_err());
}

#[tokio::test]
async fn a_user_who_may_not_manage_contacts_is_refused() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    bench.control.change_switches(|switches| switches.user_without_contacts = true).await;
    let refused = answer(&bench, &id).await;
    let error =
        bench.configuration.complete_authorization(&bench.administrator(), refused).await.unwrap_err();
    assert_eq!(error.code(), "contacts_not_allowed");
    assert!(bench.stored_connection(&id).await.unwrap().authorization.is_none());
    assert!(bench.vault.current(&id).await.is_err());
    bench.control.change_switches(|switches| switches.user_without_contacts = false).await;
    bench.authenticate(&id).await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_standard() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    let url = bench.configuration.begin_authorization(&ann, &id).await.unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let outcome = AuthorizationOutcome::Error("access_denied".to_owned());
    let answer = AuthorizationAnswer { state: Sensitive::new(state), outcome };
    let error = bench.configuration.complete_authorization(&ann, answer.clone()).await.unwrap_err();
    let ConfigurationError::AuthorizationRefused { reason } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "access_denied");
    let again = bench.configuration.complete_authorization(&ann, answer).await;
    assert_eq!(again.unwrap_err().code(), "authorization_over", "a refusal uses it up, too");
}

#[tokio::test]
async fn nothing_begins_before_the_application_is_set_up_or_with_a_wrong_secret() {
    let bench = bare_bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    let outcome = bench.configuration.begin_authorization(&ann, &id).await;
    assert_eq!(outcome.unwrap_err().code(), "set_up_needed");
    let client_id = Application::default().client_id;
    let secret = Sensitive::new("wrong".to_owned());
    bench.configuration.store_application(&ann, &client_id, &secret).await.unwrap();
    let answer = answer(&bench, &id).await;
    let error = bench.configuration.complete_authorization(&ann, answer).await.unwrap_err();
    assert_eq!(error.code(), "application_refused");
}

#[tokio::test]
async fn runs_that_waited_for_it_go_on() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let other = bench.connected(ConnectionAccess::Administrators).await;
    let export = bench.export("News", Some(&id)).await;
    let parked = bench.run(&export).await;
    park(&bench, &parked).await;
    let elsewhere = bench.export("Offers", Some(&other)).await;
    let not_ours = bench.run(&elsewhere).await;
    park(&bench, &not_ours).await;
    let busy = bench.export("Busy", Some(&id)).await;
    bench.run(&busy).await;

    bench.authenticate(&id).await;
    assert_eq!(bench.driver.take(), [parked]);
}

#[tokio::test]
async fn a_lost_authorization_needs_a_person_and_a_new_one_ends_that() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let ann = bench.administrator();
    bench.control.disconnect().await.unwrap();
    let outcome = bench.configuration.lists(&ann, &id).await;
    assert_eq!(outcome.unwrap_err().code(), "needs_reauthentication");
    let details = bench.configuration.connection(&ann, &id).await.unwrap().value;
    assert_eq!(details.status, ConnectionState::NeedsReauthentication);
    assert!(details.account.unwrap().needs_reauthentication_since.is_some());
    bench.authenticate(&id).await;
    let details = bench.configuration.connection(&ann, &id).await.unwrap().value;
    assert_eq!(details.status, ConnectionState::Connected);
    bench.configuration.lists(&ann, &id).await.unwrap();
}

#[tokio::test]
async fn tokens_never_outlive_a_connection_that_was_removed_meanwhile() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let answer = answer(&bench, &id).await;
    let ann = bench.administrator();
    bench.configuration.detach_all_and_remove(&ann, &id).await.unwrap();
    let outcome = bench.configuration.complete_authorization(&ann, answer).await;
    assert_eq!(outcome.unwrap_err().code(), "not_found");
    assert!(bench.vault.current(&id).await.is_err());
}

#[tokio::test]
async fn revoked_means_that_the_refresh_token_is_dead() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let held = bench.vault.current(&id).await.unwrap().value.refresh_token;
    let removed = bench.configuration.detach_all_and_remove(&bench.administrator(), &id).await.unwrap();
    assert!(removed.revoked);
    let application = Application::default();
    let client_secret = Sensitive::new(application.client_secret);
    let application = ApplicationCredentials { client_id: application.client_id, client_secret };
    let outcome = bench.oauth.refresh(&application, &held).await;
    assert!(matches!(outcome, Err(OAuthError::InvalidGrant)), "{outcome:?}");
}
