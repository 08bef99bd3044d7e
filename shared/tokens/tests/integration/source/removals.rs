//! The end of a connection: nothing is renewed any more, and what was renewed meanwhile is revoked.

use std::time::Duration;

use constant_contact::{AccessTokenError, AccessTokens};

use super::support::{Bench, hours};
use super::token;

#[tokio::test(start_paused = true)]
async fn a_removed_connection_has_no_token() {
    let bench = Bench::new().await;
    let grants = bench.grants();
    let revocable = grants.close(&bench.connection).await.unwrap();
    assert_eq!(revocable.unwrap().expose(), "refresh-1");
    assert!(grants.close(&bench.connection).await.unwrap().is_some(), "until it is deleted");
    grants.remove(&bench.connection).await.unwrap();
    grants.remove(&bench.connection).await.unwrap();
    assert_eq!(grants.close(&bench.connection).await.unwrap(), None);
    let error = bench.source(1).access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication));
    assert_eq!(grants.status(&bench.connection).await.unwrap(), None);
    bench.authorise().await;
    assert_eq!(token(&bench.source(1)).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_renewed_once_the_end_has_begun() {
    let bench = Bench::new().await;
    hours(25).await;
    bench.grants().close(&bench.connection).await.unwrap();
    let error = bench.source(1).access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::ConnectionRemoved), "{error:?}");
    assert_eq!(bench.endpoint.refreshes(), 0);
    // Another authorization is another beginning.
    bench.authorise().await;
    assert_eq!(token(&bench.source(1)).await, "access-2");
}

#[tokio::test(start_paused = true)]
async fn what_was_renewed_during_the_removal_is_revoked() {
    for stored_before_the_deletion in [true, false] {
        let bench = Bench::new().await;
        hours(25).await;
        bench.endpoint.take_time(Duration::from_secs(5));
        let source = bench.source(1);
        let renewing = tokio::spawn(async move { source.access_token().await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let seen = bench.grants().close(&bench.connection).await.unwrap();
        assert_eq!(seen.unwrap().expose(), "refresh-1", "the removal knows of no other");
        let wait = Duration::from_secs(if stored_before_the_deletion { 10 } else { 0 });
        tokio::time::sleep(wait).await;
        bench.grants().remove(&bench.connection).await.unwrap();
        assert!(renewing.await.unwrap().is_err(), "nobody works with it");
        assert_eq!(bench.endpoint.revoked(), ["refresh-2"], "{stored_before_the_deletion}");
        assert!(bench.vault().current(&bench.connection).await.is_err());
        assert_eq!(bench.grants().status(&bench.connection).await.unwrap(), None);
    }
}
