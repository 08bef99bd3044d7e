//! Documents: only conditional writes, certain outcomes when answers are lost, newer schemas left unharmed.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use domain::{Classified, FailureClass, ManualClock, ManualRandom};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{
    Change, Condition, Document, DocumentError, Documents, Fault, MemoryStore, ObjectStore, StoreError,
    UnreliableStore, UpdateError,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counter {
    count: u32,
    #[serde(default)]
    label: String,
}

impl Document for Counter {
    const SCHEMA_VERSION: u32 = 3;
    const KIND: &'static str = "counter";

    fn upgrade(found: u32, mut content: serde_json::Value) -> serde_json::Value {
        if found < 2
            && let Some(old) = content.get("number").cloned()
        {
            content["count"] = old;
        }
        content
    }
}

fn counter(count: u32) -> Counter {
    Counter { count, label: String::new() }
}

struct Bench {
    memory: MemoryStore,
    unreliable: Arc<UnreliableStore>,
    documents: Documents,
}

fn bench() -> Bench {
    let memory = MemoryStore::new();
    let unreliable = Arc::new(UnreliableStore::new(Arc::new(memory.clone())));
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let documents = Documents::new(Arc::clone(&unreliable) as _, clock, Arc::new(ManualRandom::new(7)));
    Bench { memory, unreliable, documents }
}

#[tokio::test]
async fn a_document_lives_through_create_replace_and_delete() {
    let Bench { documents, .. } = bench();
    assert_eq!(documents.load::<Counter>("c").await.unwrap(), None);
    let first = documents.create("c", counter(1)).await.unwrap();
    let second = documents.replace(&first, counter(2)).await.unwrap();
    assert_eq!(documents.load::<Counter>("c").await.unwrap(), Some(second.clone()));
    assert!(matches!(documents.create("c", counter(9)).await, Err(DocumentError::AlreadyExists { .. })));
    assert!(matches!(documents.replace(&first, counter(9)).await, Err(DocumentError::Conflict { .. })));
    assert!(matches!(documents.delete(&first).await, Err(DocumentError::Conflict { .. })));
    documents.delete(&second).await.unwrap();
    documents.delete(&second).await.unwrap();
    assert!(matches!(documents.replace(&second, counter(9)).await, Err(DocumentError::Gone { .. })));
    assert_eq!(documents.load::<Counter>("c").await.unwrap(), None);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised_as_our_own() {
    let lost = [Fault::AnswerLost, Fault::AnswerLostAndRetried];
    for fault in lost {
        let Bench { unreliable, documents, .. } = bench();
        unreliable.inject(fault.clone());
        let created = documents.create("c", counter(1)).await.unwrap();
        unreliable.inject(fault.clone());
        let replaced = documents.replace(&created, counter(2)).await.unwrap();
        let third = documents.replace(&replaced, counter(3)).await.unwrap();
        unreliable.inject(fault);
        documents
            .delete(&third)
            .await
            .or_else(|error| match error {
                // Deletions carry no write id: the caller repeats them.
                DocumentError::Store { source: StoreError::Unavailable { .. } } => Ok(()),
                other => Err(other),
            })
            .unwrap();
        assert_eq!(documents.load::<Counter>("c").await.unwrap(), None);
        assert_eq!(unreliable.outstanding(), 0);
    }
}

#[tokio::test]
async fn a_write_that_did_not_arrive_is_repeated_and_given_up_in_the_end() {
    for fault in [Fault::NotReached, Fault::Busy] {
        let Bench { unreliable, documents, .. } = bench();
        unreliable.inject(fault.clone());
        unreliable.inject(fault.clone());
        let created = documents.create("c", counter(1)).await.unwrap();
        unreliable.inject(fault.clone());
        let replaced = documents.replace(&created, counter(2)).await.unwrap();
        (0..4).for_each(|_| unreliable.inject(fault.clone()));
        let error = documents.replace(&replaced, counter(3)).await.unwrap_err();
        assert_eq!(error.class(), FailureClass::Retry, "{error:?}");
        assert_eq!(documents.load::<Counter>("c").await.unwrap(), Some(replaced));
        assert_eq!(unreliable.outstanding(), 0);
    }
}

#[tokio::test]
async fn a_lost_answer_does_not_hide_that_somebody_else_won() {
    let Bench { memory, unreliable, documents } = bench();
    let created = documents.create("c", counter(1)).await.unwrap();
    let other = Documents::new(
        Arc::new(memory.clone()),
        Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH)),
        Arc::new(ManualRandom::new(8)),
    );
    other.replace(&created, counter(50)).await.unwrap();
    unreliable.inject(Fault::NotReached);
    assert!(matches!(documents.replace(&created, counter(2)).await, Err(DocumentError::Conflict { .. })));
    unreliable.inject(Fault::NotReached);
    assert!(matches!(documents.create("c", counter(2)).await, Err(DocumentError::AlreadyExists { .. })));
    assert_eq!(documents.load::<Counter>("c").await.unwrap().unwrap().content, counter(50));
}

async fn raw(memory: &MemoryStore, text: &str) {
    memory.put("c", Bytes::copy_from_slice(text.as_bytes()), Condition::None).await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_unharmed() {
    let Bench { memory, documents, .. } = bench();
    let newer = r#"{"schema_version":4,"kind":"counter","write_id":"w","content":{"total":{"new":1}}}"#;
    raw(&memory, newer).await;
    let expected = |error: &DocumentError| {
        matches!(error, DocumentError::NewerSchema { kind: "counter", found: 4, supported: 3, .. })
    };
    let error = documents.load::<Counter>("c").await.unwrap_err();
    assert!(expected(&error) && error.class() == FailureClass::NeedsPerson, "{error:?}");
    assert!(error.to_string().contains("install the newer release"), "{error}");
    let result =
        documents.update::<Counter, (), Infallible, _>("c", |_| Ok(Change::Write(counter(1), ()))).await;
    assert!(matches!(result, Err(UpdateError::Document(error)) if expected(&error)));
    assert!(documents.create("c", counter(1)).await.is_err());
    assert_eq!(memory.get("c").await.unwrap().bytes, newer);
}

#[tokio::test]
async fn older_schemas_are_upgraded_and_unknown_fields_tolerated() {
    let Bench { memory, documents, .. } = bench();
    raw(&memory, r#"{"schema_version":1,"kind":"counter","write_id":"w","content":{"number":5}}"#).await;
    let old = documents.load::<Counter>("c").await.unwrap().unwrap();
    assert_eq!(old.content, counter(5));
    documents.replace(&old, counter(6)).await.unwrap();
    raw(
        &memory,
        r#"{"schema_version":3,"kind":"counter","write_id":"w","more":1,"content":{"count":7,"x":[]}}"#,
    )
    .await;
    assert_eq!(documents.load::<Counter>("c").await.unwrap().unwrap().content, counter(7));
}

#[tokio::test]
async fn what_a_newer_release_of_the_same_schema_has_added_is_written_back() {
    let Bench { memory, documents, .. } = bench();
    raw(&memory, r#"{"schema_version":3,"kind":"counter","write_id":"w","content":{"count":7,"x":{"y":1}}}"#)
        .await;
    let decide = |current: Option<&Counter>| {
        Ok(Change::Write(counter(current.map_or(0, |current| current.count) + 1), ()))
    };
    documents.update::<Counter, (), Infallible, _>("c", decide).await.unwrap();
    let written = documents.load::<Counter>("c").await.unwrap().unwrap();
    let written = documents.replace(&written, counter(9)).await.unwrap();
    documents.replace(&written, counter(10)).await.unwrap();
    let text: serde_json::Value = serde_json::from_slice(&memory.get("c").await.unwrap().bytes).unwrap();
    assert_eq!(text["content"], serde_json::json!({ "count": 10, "label": "", "x": { "y": 1 } }));
    raw(&memory, r#"{"schema_version":1,"kind":"counter","write_id":"w","content":{"number":5}}"#).await;
    documents.update::<Counter, (), Infallible, _>("c", decide).await.unwrap();
    let text: serde_json::Value = serde_json::from_slice(&memory.get("c").await.unwrap().bytes).unwrap();
    assert_eq!(text["content"], serde_json::json!({ "count": 6, "label": "" }), "an old name is no addition");
}

#[tokio::test]
async fn damage_is_reported_without_quoting_the_content() {
    let Bench { memory, documents, .. } = bench();
    let damaged = [
        r#"{"schema_version":3,"kind":"counter","write_id":"w","content":{"count":"ada@example.com"}}"#,
        r#"{"schema_version":3,"kind":"counter","write_id":"w","content":{"count":1,"label":"ada@exam"#,
        r#"ada@example.com"#,
        r#"{"schema_version":3,"kind":"other","write_id":"w","content":{"count":1}}"#,
    ];
    for text in damaged {
        raw(&memory, text).await;
        let error = documents.load::<Counter>("c").await.unwrap_err();
        assert_eq!(error.class(), FailureClass::NeedsPerson);
        assert!(!format!("{error:?} {error}").contains("ada@"), "{error:?}");
        assert_eq!(memory.get("c").await.unwrap().bytes, text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_from_many_tasks_all_count() {
    let Bench { documents, .. } = bench();
    let tasks = (0..8).map(|_| {
        let documents = documents.clone();
        tokio::spawn(async move {
            let mut done = 0;
            while done < 5 {
                let updated = documents
                    .update::<Counter, u32, Infallible, _>("c", |current| {
                        let count = current.map_or(0, |current| current.count) + 1;
                        Ok(Change::Write(counter(count), count))
                    })
                    .await;
                match updated {
                    Ok(updated) => {
                        assert_eq!(updated.document.unwrap().content.count, updated.outcome);
                        done += 1;
                    }
                    Err(UpdateError::Document(DocumentError::Contended { .. })) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|task| task.unwrap());
    assert_eq!(documents.load::<Counter>("c").await.unwrap().unwrap().content.count, 40);
}

#[tokio::test]
async fn an_update_may_keep_or_refuse() {
    let Bench { memory, documents, .. } = bench();
    let kept = documents.update::<Counter, u8, Infallible, _>("c", |_| Ok(Change::Keep(4))).await.unwrap();
    assert_eq!((kept.document, kept.outcome), (None, 4));
    let refused =
        documents.update::<Counter, (), std::fmt::Error, _>("c", |_| Err(std::fmt::Error)).await.unwrap_err();
    assert!(matches!(refused, UpdateError::Refused(_)));
    assert!(memory.keys().is_empty());
}
