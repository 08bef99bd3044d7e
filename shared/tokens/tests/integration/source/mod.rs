//! Promises: one refresh for all processes; stored before used; a lost answer costs one authorization and nothing
//! else; a person's new authorization ends the trouble; passing failures cost nothing while the token lives.

mod refusals;
mod removals;
mod support;

use std::time::Duration;

use constant_contact::{AccessTokenError, AccessTokens};
use domain::{Classified, Clock, FailureClass, Sensitive};
use support::{Bench, Trouble, hours};
use tokens::ConnectionTokenSource;

async fn token(source: &ConnectionTokenSource) -> String {
    source.access_token().await.unwrap().expose().clone()
}

fn sensitive(text: &str) -> Sensitive<String> {
    Sensitive::new(text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    assert_eq!(token(&source).await, "access-1");
    tokio::time::sleep(Duration::from_mins(23 * 60 + 54)).await;
    assert_eq!(token(&source).await, "access-1");
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(token(&source).await, "access-2");
    assert_eq!(token(&bench.source(2)).await, "access-2", "others read what is stored");
    assert_eq!((bench.endpoint.refreshes(), bench.secrets.puts()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn many_processes_refresh_once() {
    for delay in [0, 3, 14] {
        let bench = Bench::new().await;
        bench.endpoint.take_time(Duration::from_secs(delay));
        hours(25).await;
        let mut tasks = tokio::task::JoinSet::new();
        for process in 0..8 {
            let source = bench.source(process);
            tasks.spawn(async move { token(&source).await });
        }
        let tokens = tasks.join_all().await;
        assert!(tokens.iter().all(|token| token == "access-2"), "{tokens:?}");
        assert_eq!((bench.endpoint.refreshes(), bench.secrets.puts()), (1, 1), "delay {delay}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_callers_of_one_process_refresh_once() {
    let bench = Bench::new().await;
    bench.endpoint.take_time(Duration::from_secs(2));
    let source = bench.source(1);
    assert_eq!(token(&source).await, "access-1");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let source = source.clone();
        tasks.spawn(async move { source.renew(&sensitive("access-1")).await.unwrap().expose().clone() });
    }
    let tokens = tasks.join_all().await;
    assert!(tokens.iter().all(|token| token == "access-2"), "{tokens:?}");
    assert_eq!(bench.endpoint.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_needs_a_person_and_a_new_authorization_ends_it() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    bench.endpoint.expect_trouble(Trouble::LostAnswer);
    hours(25).await;
    let error = source.access_token().await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Retry, "it is not certain yet: {error:?}");
    let error = source.access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication), "{error:?}");
    assert_eq!(error.class(), FailureClass::NeedsPerson);
    let status = bench.grants().status(&bench.connection).await.unwrap().unwrap();
    assert!(status.needs_reauthentication_since.is_some());

    let asked = bench.endpoint.refreshes();
    let error = bench.source(2).access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication));
    assert_eq!(bench.endpoint.refreshes(), asked, "nobody asks again in vain");

    bench.authorise().await;
    assert_eq!(token(&source).await, "access-3");
    assert_eq!(token(&bench.source(2)).await, "access-3");
    let status = bench.grants().status(&bench.connection).await.unwrap().unwrap();
    assert_eq!(status.needs_reauthentication_since, None);
    hours(25).await;
    assert_eq!(token(&source).await, "access-4");
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_server_costs_nothing_while_the_token_lives() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    tokio::time::sleep(Duration::from_mins(23 * 60 + 57)).await;
    bench.endpoint.expect_trouble(Trouble::Unavailable);
    assert_eq!(token(&source).await, "access-1");
    assert_eq!(token(&source).await, "access-1");
    assert_eq!(bench.endpoint.refreshes(), 1, "it is not asked with every request");
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(token(&source).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_server_is_a_passing_failure_once_the_token_has_ended() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    hours(25).await;
    bench.endpoint.expect_trouble(Trouble::Unavailable);
    let error = source.access_token().await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Retry);
    assert_eq!(token(&bench.source(2)).await, "access-2", "the lease was given back");
}

#[tokio::test(start_paused = true)]
async fn a_refused_application_is_told_apart() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    hours(25).await;
    bench.endpoint.expect_trouble(Trouble::InvalidClient);
    let error = source.access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::ApplicationRefused));
    assert_eq!(token(&source).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_stored_is_kept_and_not_used() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    hours(25).await;
    bench.secrets.fail_writes(4);
    let error = source.access_token().await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Retry);
    assert_eq!((bench.endpoint.refreshes(), bench.secrets.puts()), (1, 0));
    assert_eq!(token(&source).await, "access-2");
    assert_eq!((bench.endpoint.refreshes(), bench.secrets.puts()), (1, 1));
    assert_eq!(token(&bench.source(2)).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_loses_no_token() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    bench.endpoint.take_time(Duration::from_secs(10));
    hours(25).await;
    let gave_up = tokio::time::timeout(Duration::from_secs(1), source.access_token()).await;
    assert!(gave_up.is_err());
    assert_eq!(token(&source).await, "access-2");
    assert_eq!((bench.endpoint.refreshes(), bench.secrets.puts()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stale_secret_store_misleads_nobody() {
    let bench = Bench::new().await;
    let (first, second) = (bench.source(1), bench.source(2));
    hours(25).await;
    assert_eq!(token(&first).await, "access-2");
    bench.secrets.answer_stale(100);
    assert_eq!(token(&second).await, "access-2");
    assert_eq!(bench.endpoint.refreshes(), 1);
}

/// A process that took the lease and was killed: its task is dropped while the server answers.
async fn die_while_refreshing(bench: &Bench, process: u64) {
    bench.endpoint.take_time(Duration::from_hours(1000));
    let source = bench.source(process);
    // The lease is taken within this time; the endpoint never answers.
    let gave_up = tokio::time::timeout(Duration::from_millis(10), source.access_token()).await;
    assert!(gave_up.is_err());
    bench.endpoint.take_time(Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_lease_of_a_dead_process_ends() {
    let bench = Bench::new().await;
    hours(25).await;
    bench.endpoint.expect_trouble(Trouble::Unavailable);
    die_while_refreshing(&bench, 1).await;
    let source = bench.source(2);
    let error = source.access_token().await.unwrap_err();
    let AccessTokenError::Busy { until } = error else { panic!("{error:?}") };
    assert_eq!(bench.endpoint.refreshes(), 1, "one at a time");
    bench.clock.sleep_until(until).await;
    assert_eq!(token(&source).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn a_sole_owner_need_not_wait_for_a_dead_process() {
    let bench = Bench::new().await;
    hours(25).await;
    bench.endpoint.expect_trouble(Trouble::Unavailable);
    die_while_refreshing(&bench, 1).await;
    let before = bench.clock.now();
    assert_eq!(token(&bench.source_with(2, true)).await, "access-2");
    assert_eq!(bench.clock.now(), before);
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_document_is_made_anew() {
    use store::{Condition, ObjectStore};
    let bench = Bench::new().await;
    bench.store.delete("tokens/c-1.json", Condition::None).await.unwrap();
    assert_eq!(token(&bench.source(1)).await, "access-1");
    assert!(bench.grants().status(&bench.connection).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_stored_refresh_that_the_lease_does_not_know_is_found() {
    let bench = Bench::new().await;
    let vault = bench.vault();
    hours(25).await;
    // A process refreshed and stored, and died before it updated the lease document.
    let held = vault.current(&bench.connection).await.unwrap();
    let grant = bench.endpoint.authorise();
    let account = held.value.account_id.clone();
    let tokens = tokens::ConnectionTokens::from_grant(grant, bench.clock.now(), account).unwrap();
    vault.replace(&bench.connection, &held.version, &tokens).await.unwrap();

    bench.secrets.answer_stale(100);
    assert_eq!(token(&bench.source(1)).await, "access-2");
    let before = bench.clock.now();
    assert_eq!(token(&bench.source(2)).await, "access-2");
    assert_eq!(bench.clock.now(), before, "the lease document knows it now");
}

#[tokio::test(start_paused = true)]
async fn a_new_authorization_during_a_renewal_wins() {
    let bench = Bench::new().await;
    hours(25).await;
    bench.endpoint.take_time(Duration::from_secs(5));
    let source = bench.source(1);
    let renewing = tokio::spawn(async move { token(&source).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.secrets.answer_stale(100);
    bench.authorise().await;
    bench.authorise().await;
    assert_eq!(renewing.await.unwrap(), "access-4", "not the answer to the renewal");
    assert_eq!(token(&bench.source(2)).await, "access-4");
}

#[tokio::test(start_paused = true)]
async fn nothing_shows_a_token() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    token(&source).await;
    let held = bench.vault().current(&bench.connection).await.unwrap();
    let shown = format!("{source:?} {held:?} {:?}", bench.secrets);
    assert!(!shown.contains("access-1") && !shown.contains("refresh-1"), "{shown}");
}
