//! Promises: a token that the service refused is renewed once for everybody; only tokens that were refused when they
//! were new are renewed a limited number of times.

use std::time::Duration;

use constant_contact::{AccessTokenError, AccessTokens};
use domain::{Classified, FailureClass};

use super::support::{Bench, Trouble, hours};
use super::{sensitive, token};

#[tokio::test(start_paused = true)]
async fn an_old_refused_token_renews_nothing() {
    let bench = Bench::new().await;
    let (first, second) = (bench.source(1), bench.source(2));
    assert_eq!(token(&second).await, "access-1");
    assert_eq!(first.renew(&sensitive("access-1")).await.unwrap().expose(), "access-2");
    assert_eq!(second.renew(&sensitive("access-1")).await.unwrap().expose(), "access-2");
    assert_eq!(bench.endpoint.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_served_for_a_while_are_renewed_as_often_as_they_are_refused() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    for generation in 1..=8 {
        tokio::time::sleep(Duration::from_mins(11)).await;
        let renewed = source.renew(&sensitive(&format!("access-{generation}"))).await.unwrap();
        assert_eq!(*renewed.expose(), format!("access-{}", generation + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_had_ended_when_it_was_refused_is_renewed_as_any_other() {
    let bench = Bench::new().await;
    bench.endpoint.grant_for(Duration::from_mins(2));
    bench.authorise().await;
    let source = bench.source(1);
    for generation in 2..=9 {
        let used = token(&source).await;
        assert_eq!(used, format!("access-{generation}"));
        // It is sent late, by somebody who waited for leave to send.
        tokio::time::sleep(Duration::from_mins(2)).await;
        source.renew(&sensitive(&used)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_out_of_reach_is_no_refusal() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    for _ in 0..6 {
        bench.endpoint.expect_trouble(Trouble::Unavailable);
        let error = source.renew(&sensitive("access-1")).await.unwrap_err();
        assert_eq!(error.class(), FailureClass::Retry, "{error:?}");
    }
    assert_eq!(source.renew(&sensitive("access-1")).await.unwrap().expose(), "access-2");
}

#[tokio::test(start_paused = true)]
async fn renewals_of_new_tokens_after_refusals_are_limited() {
    let bench = Bench::new().await;
    let source = bench.source(1);
    for generation in 1..=4 {
        source.renew(&sensitive(&format!("access-{generation}"))).await.unwrap();
    }
    let error = source.renew(&sensitive("access-5")).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication));
    assert_eq!(bench.endpoint.refreshes(), 4);
    hours(2).await;
    assert_eq!(source.renew(&sensitive("access-5")).await.unwrap().expose(), "access-6");
}
