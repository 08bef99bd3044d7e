//! Conditional writes and deletes, one after the other.

use bytes::Bytes;

use super::{Shared, sample};
use crate::{Condition, StoreError};

/// `Absent` creates only what is not there; `Matches` replaces only the version it names.
pub async fn conditional_writes(store: &Shared) {
    let key = "conditions/write";
    let put = |seed: u8, condition: Condition| store.put(key, sample(100, seed), condition);
    let first = put(1, Condition::Absent).await.expect("nothing was there");
    let refused = put(2, Condition::Absent).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists { .. })), "{refused:?}");
    let second = put(3, Condition::Matches(first.clone())).await.expect("the version was right");
    assert_ne!(first, second, "another content must be another version");
    let refused = put(4, Condition::Matches(first.clone())).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert!(
        store.get(key).await.expect("the object").bytes == sample(100, 3),
        "a refused write left a trace"
    );
    store.delete(key, Condition::None).await.expect("a delete");
    let refused = put(5, Condition::Matches(second)).await;
    assert!(matches!(refused, Err(StoreError::Gone { .. })), "{refused:?}");
    assert!(matches!(store.get(key).await, Err(StoreError::NotFound { .. })));
    put(6, Condition::Absent).await.expect("absent again");
}

/// A delete may name the version it means.
pub async fn conditional_deletes(store: &Shared) {
    let key = "conditions/delete";
    let first = store.put(key, Bytes::from_static(b"1"), Condition::None).await.expect("a write");
    let second = store.put(key, Bytes::from_static(b"22"), Condition::None).await.expect("a write");
    let refused = store.delete(key, Condition::Matches(first)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert!(matches!(store.delete(key, Condition::Absent).await, Err(StoreError::Other { .. })));
    assert!(store.get(key).await.expect("still there").bytes == "22");
    store.delete(key, Condition::Matches(second.clone())).await.expect("the version was right");
    let refused = store.delete(key, Condition::Matches(second)).await;
    assert!(matches!(refused, Err(StoreError::Gone { .. })), "{refused:?}");
}
