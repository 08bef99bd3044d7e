//! What cannot be seen to.

use deployment::ErrorType;
use schedule::ExportSchedule;
use serde_json::json;
use store::Fault;

use crate::bench::{BUCKET, bench, object_created};

#[tokio::test]
async fn an_unknown_event_is_refused_and_starts_nothing() {
    let bench = bench().await;
    for event in [json!({ "trigger": "Other" }), json!({ "Records": [] }), json!(null)] {
        let failure = bench.send(event).await.unwrap_err();
        assert_eq!(failure.error_type, ErrorType::Permanent);
        assert!(failure.message.contains("no known kind"), "{failure}");
    }
    assert!(bench.driven().is_empty());
}

#[tokio::test]
async fn an_upload_that_could_not_be_seen_to_is_seen_to_at_its_next_delivery() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.trigger_uploads().await;
    bench.stage.upload("people/1.csv", 3).await;
    let event = object_created(BUCKET, "segments/people/1.csv", "1");
    // As often as a write is tried by itself.
    for _ in 0..4 {
        bench.stage.store.inject(Fault::NotReached);
    }
    let failure = bench.send(event.clone()).await.unwrap_err();
    assert_eq!(failure.error_type, ErrorType::Retryable);
    assert!(failure.message.contains("export-1"), "{failure}");
    assert_eq!(bench.stage.store.outstanding(), 0);
    assert_eq!(bench.send(event.clone()).await.unwrap().started, 1);
    assert_eq!(bench.driven().len(), 1);
}
