//! Objects written in parts.

use bytes::Bytes;

use super::{Shared, sample};
use crate::{Condition, StoreError, Tag};

async fn upload(
    store: &Shared,
    key: &str,
    bytes: &Bytes,
    piece: usize,
    condition: Condition,
) -> Result<Tag, StoreError> {
    let mut upload = store.begin_upload(key).await?;
    for piece in bytes.chunks(piece) {
        upload.write(Bytes::copy_from_slice(piece)).await?;
    }
    upload.complete(condition).await
}

/// An upload may be empty or small; its pieces may have any size.
pub async fn small_uploads(store: &Shared) {
    for length in [0, 1, 100_000] {
        let bytes = sample(length, 6);
        let tag = upload(store, "uploads/small", &bytes, 777, Condition::None).await.expect("an upload");
        let object = store.get("uploads/small").await.expect("the object");
        assert!(object.info.tag == tag && object.bytes == bytes);
    }
}

/// 20 MB in uneven pieces, larger and smaller than a part, arrive in order and complete.
pub async fn large_uploads(store: &Shared) {
    let bytes = sample(20_000_000, 7);
    for piece in [1_048_577, 9_500_000] {
        let tag = upload(store, "uploads/large", &bytes, piece, Condition::None).await.expect("an upload");
        let (info, stream) = store.open("uploads/large", Some(&tag), 0).await.expect("a stream");
        assert_eq!((info.size, &info.tag), (20_000_000, &tag));
        assert!(super::collect(stream).await.expect("all bytes") == bytes, "pieces of {piece}");
    }
}

/// Nothing is visible before completion, and the condition is decided then.
pub async fn conditional_uploads(store: &Shared) {
    let key = "uploads/conditional";
    let bytes = sample(9_000_000, 8);
    let mut pending = store.begin_upload(key).await.expect("an upload");
    pending.write(bytes.clone()).await.expect("a piece");
    assert!(matches!(store.head(key).await, Err(StoreError::NotFound { .. })), "visible before completion");
    let first = pending.complete(Condition::Absent).await.expect("nothing was there");
    let refused = upload(store, key, &bytes, 9_000_000, Condition::Absent).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists { .. })), "{refused:?}");
    let second =
        upload(store, key, &sample(9_000_000, 9), 1_000_000, Condition::Matches(first.clone())).await;
    let second = second.expect("the version was right");
    let refused = upload(store, key, &bytes, 9_000_000, Condition::Matches(first)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert_eq!(store.head(key).await.expect("the head").tag, second);
    store.delete(key, Condition::None).await.expect("a delete");
    let refused = upload(store, key, &bytes, 9_000_000, Condition::Matches(second)).await;
    assert!(matches!(refused, Err(StoreError::Gone { .. })), "{refused:?}");
}

/// An upload that was given up leaves no object, and nothing in a listing.
pub async fn aborted_uploads(store: &Shared) {
    let mut pending = store.begin_upload("uploads/aborted/object").await.expect("an upload");
    pending.write(sample(9_000_000, 1)).await.expect("a piece");
    pending.abort().await;
    assert!(super::names(store, "uploads/aborted/").await.is_empty());
}
