//! Writing, reading, ranges and pinned versions.

use bytes::Bytes;

use super::{Shared, collect, sample};
use crate::{Condition, StoreError, Tag};

/// What was written is read, by every way of reading; a new version replaces the old one entirely.
pub async fn whole_objects(store: &Shared) {
    for (name, length) in [("empty", 0), ("small", 5), ("large", 300_000)] {
        let key = format!("objects/{name}");
        store.put(&key, sample(length + 17, 1), Condition::None).await.expect("the first version");
        let bytes = sample(length, 2);
        let tag = store.put(&key, bytes.clone(), Condition::None).await.expect("the second version");
        let object = store.get(&key).await.expect("the object");
        assert!(object.bytes == bytes, "{key}: get answers other bytes than were written");
        assert_eq!((&object.info.key, &object.info.tag, object.info.size), (&key, &tag, length as u64));
        let (info, stream) = store.open(&key, None, 0).await.expect("a stream");
        assert_eq!(info, object.info, "{key}: open");
        assert!(collect(stream).await.expect("all bytes") == bytes, "{key}: open answers other bytes");
        let head = store.head(&key).await.expect("the head");
        assert_eq!((head.key, head.tag, head.size), (key, tag, length as u64));
    }
}

/// What is not there is `NotFound`, and deleting it without a condition is a success.
pub async fn missing_objects(store: &Shared) {
    let key = "missing/nothing";
    assert!(matches!(store.get(key).await, Err(StoreError::NotFound { key: named }) if named == key));
    assert!(matches!(store.head(key).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(store.open(key, None, 0).await.err(), Some(StoreError::NotFound { .. })));
    assert!(matches!(store.open(key, None, 7).await.err(), Some(StoreError::NotFound { .. })));
    store.delete(key, Condition::None).await.expect("deleting nothing");
    store.put(key, Bytes::from_static(b"x"), Condition::None).await.expect("a write");
    store.delete(key, Condition::None).await.expect("deleting something");
    assert!(matches!(store.get(key).await, Err(StoreError::NotFound { .. })));
}

/// A stream begins at the byte that was asked for; from the end on it is empty, for an empty object too.
pub async fn ranges(store: &Shared) {
    let bytes = sample(700_000, 3);
    store.put("ranges/object", bytes.clone(), Condition::None).await.expect("a write");
    for from in [0, 1, 65_536, 262_144, 262_145, 699_999, 700_000, 700_001] {
        let (info, stream) = store.open("ranges/object", None, from as u64).await.expect("a stream");
        assert_eq!(info.size, 700_000, "the size is the whole object's");
        let rest = collect(stream).await.expect("all bytes");
        assert!(rest == bytes.slice(from.min(bytes.len())..), "wrong bytes from {from}");
    }
    store.put("ranges/empty", Bytes::new(), Condition::None).await.expect("a write");
    for from in [0, 1] {
        let (_, stream) = store.open("ranges/empty", None, from).await.expect("a stream");
        assert!(collect(stream).await.expect("no bytes").is_empty());
    }
}

/// A pinned read answers that version or `Changed`.
pub async fn pinned_reads(store: &Shared) {
    let key = "pinned/object";
    let first = store.put(key, sample(1000, 4), Condition::None).await.expect("a write");
    let (info, stream) = store.open(key, Some(&first), 10).await.expect("the pinned version");
    assert_eq!(info.tag, first);
    assert!(collect(stream).await.expect("its bytes") == sample(1000, 4).slice(10..));
    store.put(key, sample(1001, 5), Condition::None).await.expect("another write");
    for from in [0, 10, 1001, 5000] {
        let error = store.open(key, Some(&first), from).await.err();
        assert!(matches!(error, Some(StoreError::Changed { .. })), "from {from}: {error:?}");
    }
    let foreign = Tag::new("\"0123456789abcdef\"");
    assert!(matches!(store.open(key, Some(&foreign), 0).await.err(), Some(StoreError::Changed { .. })));
}
