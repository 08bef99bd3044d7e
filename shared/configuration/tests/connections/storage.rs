//! The product's own storage is out of reach when Constant Contact is to be asked: that is not laid to Constant Contact.

use catalog::ConnectionAccess;
use jiff::SignedDuration;

use crate::bench;

#[tokio::test]
async fn what_our_own_storage_keeps_from_happening_is_told_as_such() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    // No request is reserved any more.
    bench.time_passes(SignedDuration::from_hours(1));
    bench.store.stop_after(0);
    let before = bench.control.statistics().await.total;
    let error = configuration.lists(&ann, &id).await.unwrap_err();
    assert_eq!(error.code(), "constant_contact_not_asked", "{error:?}");
    assert!(error.to_string().starts_with("the product's own storage did not answer"), "{error}");
    assert_eq!(bench.control.statistics().await.total, before, "it was not asked");
    assert!(bench.store.go_on(), "a write was refused");
    assert_eq!(configuration.lists(&ann, &id).await.unwrap(), []);
}
