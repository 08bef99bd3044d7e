//! A long reading survives broken connections and never mixes versions.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use store::{Condition, Fault, MemoryStore, ObjectStore, StoreError, UnreliableStore, open_resuming};

async fn bench() -> (Arc<UnreliableStore>, store::Tag, Vec<u8>) {
    let unreliable = Arc::new(UnreliableStore::new(Arc::new(MemoryStore::new())));
    let bytes: Vec<u8> =
        (0..500_000_u32).map(|number| number.to_le_bytes()[0] ^ number.to_le_bytes()[1]).collect();
    let tag = unreliable.put("key", Bytes::from(bytes.clone()), Condition::None).await.unwrap();
    (unreliable, tag, bytes)
}

#[tokio::test]
async fn broken_streams_are_taken_up_where_they_broke() {
    let (store, tag, bytes) = bench().await;
    for after in [100_000, 1, 0, 65_536, 200_000] {
        store.inject(Fault::StreamBreaks(after));
    }
    let pieces: Vec<Bytes> = open_resuming(store.clone(), "key", tag).try_collect().await.unwrap();
    assert!(pieces.concat() == bytes);
    assert_eq!(store.outstanding(), 0);
}

#[tokio::test]
async fn a_replaced_object_ends_the_reading() {
    let (store, tag, bytes) = bench().await;
    store.inject(Fault::StreamBreaks(70_000));
    let mut stream = open_resuming(store.clone(), "key", tag);
    let mut read = stream.next().await.unwrap().unwrap().to_vec();
    store.put("key", Bytes::from_static(b"new"), Condition::None).await.unwrap();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(piece) => read.extend_from_slice(&piece),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Changed { .. }));
    assert_eq!(read, bytes[..70_000]);
    assert!(stream.next().await.is_none(), "after an error the stream has ended");
}

#[tokio::test]
async fn a_store_that_always_breaks_is_given_up() {
    let (store, tag, _) = bench().await;
    (0..9).for_each(|_| store.inject(Fault::StreamBreaks(10)));
    let result: Result<Vec<Bytes>, StoreError> = open_resuming(store.clone(), "key", tag).try_collect().await;
    assert!(matches!(result, Err(StoreError::Unavailable { .. })));
    assert_eq!(store.outstanding(), 0);
}
