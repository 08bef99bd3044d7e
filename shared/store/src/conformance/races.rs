//! Conditions hold when many ask at the same moment.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;

use super::{Shared, collect, sample};
use crate::{Condition, StoreError, Tag};

const RACERS: u8 = 16;
const ROUNDS: usize = 8;

/// Runs one task per racer at the same time and gathers their answers.
async fn race<A, F>(store: &Shared, racer: impl Fn(Shared, u8) -> F) -> Vec<A>
where
    A: Send + 'static,
    F: Future<Output = A> + Send + 'static,
{
    let tasks = (0..RACERS).map(|number| tokio::spawn(racer(Arc::clone(store), number)));
    join_all(tasks).await.into_iter().map(|answer| answer.expect("a racer")).collect()
}

fn winner(answers: &[Result<Tag, StoreError>]) -> usize {
    let winners: Vec<usize> =
        answers.iter().enumerate().filter(|(_, answer)| answer.is_ok()).map(|(number, _)| number).collect();
    assert_eq!(winners.len(), 1, "exactly one may win: {answers:?}");
    for answer in answers {
        let expected =
            matches!(answer, Ok(_) | Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }));
        assert!(expected, "losing is no failure: {answer:?}");
    }
    winners.first().copied().unwrap_or_default()
}

/// Of many that create the same key exactly one wins, and its content is the one that stays.
pub async fn one_creator_wins(store: &Shared) {
    for round in 0..ROUNDS {
        let key = format!("races/create/{round}");
        let answers = race(store, |store, number| {
            let key = key.clone();
            async move { store.put(&key, sample(5000, number), Condition::Absent).await }
        })
        .await;
        let winner = u8::try_from(winner(&answers)).unwrap_or_default();
        let object = store.get(&key).await.expect("the winner's object");
        assert!(object.bytes == sample(5000, winner), "the winner's content was replaced");
    }
}

/// Increments by compare-and-swap from many tasks all count.
pub async fn compare_and_swap_loses_nothing(store: &Shared) {
    let key = "races/counter";
    store.put(key, Bytes::from_static(b"0"), Condition::None).await.expect("the start");
    race(store, |store, _| async move {
        for _ in 0..3 {
            loop {
                let object = store.get(key).await.expect("the counter");
                let count: u32 = std::str::from_utf8(&object.bytes)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .expect("a number");
                let next = Bytes::from((count + 1).to_string());
                match store.put(key, next, Condition::Matches(object.info.tag)).await {
                    Ok(_) => break,
                    Err(StoreError::Conflict { .. }) => tokio::task::yield_now().await,
                    Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}"),
                }
            }
        }
    })
    .await;
    let object = store.get(key).await.expect("the counter");
    assert!(object.bytes == (u32::from(RACERS) * 3).to_string(), "increments were lost: {:?}", object.bytes);
}

/// A conditional delete and conditional writes of the same version exclude each other.
pub async fn delete_and_write_exclude_each_other(store: &Shared) {
    for round in 0..ROUNDS {
        let key = format!("races/delete/{round}");
        let tag = store.put(&key, sample(10, 0), Condition::None).await.expect("the start");
        let answers = race(store, |store, number| {
            let (key, condition) = (key.clone(), Condition::Matches(tag.clone()));
            async move {
                match number % 2 {
                    0 => store.delete(&key, condition).await.map(|()| true),
                    _ => store.put(&key, sample(11, number), condition).await.map(|_| false),
                }
            }
        })
        .await;
        let winners: Vec<bool> = answers.iter().filter_map(|answer| answer.as_ref().ok()).copied().collect();
        assert_eq!(winners.len(), 1, "exactly one may win: {answers:?}");
        let deleted = winners.first().copied().unwrap_or_default();
        let gone = matches!(store.head(&key).await, Err(StoreError::NotFound { .. }));
        assert_eq!(deleted, gone, "what is there now is not what the winner did");
    }
}

/// Of many uploads that create the same key exactly one wins.
pub async fn one_upload_wins(store: &Shared) {
    let key = "races/upload";
    let answers = race(store, |store, number| async move {
        // Some large enough for parts, the others a plain write: both kinds race with each other.
        let length = if number.is_multiple_of(8) { 8_400_000 } else { 1000 };
        let mut upload = store.begin_upload(key).await?;
        upload.write(sample(length, number)).await?;
        upload.complete(Condition::Absent).await
    })
    .await;
    let winner = winner(&answers);
    let length = if winner.is_multiple_of(8) { 8_400_000 } else { 1000 };
    let object = store.get(key).await.expect("the winner's object");
    assert!(object.bytes == sample(length, u8::try_from(winner).unwrap_or_default()));
}

/// A pinned read of an object that is being overwritten answers the old bytes entirely, or fails.
pub async fn pinned_reads_never_mix(store: &Shared) {
    let key = "races/pinned";
    let old = sample(3_000_000, 0);
    let pinned = store.put(key, old.clone(), Condition::None).await.expect("the start");
    let answers = race(store, |store, number| {
        let pinned = pinned.clone();
        async move {
            if number == 7 {
                return store.put(key, sample(3_000_000, 99), Condition::None).await.map(|_| None);
            }
            let (_, stream) = store.open(key, Some(&pinned), 0).await?;
            collect(stream).await.map(Some)
        }
    })
    .await;
    for answer in answers {
        match answer {
            Ok(Some(bytes)) => assert!(bytes == old, "a pinned read mixed two versions"),
            Ok(None) | Err(StoreError::Changed { .. } | StoreError::Unavailable { .. }) => {}
            Err(error) => assert!(matches!(error, StoreError::Changed { .. }), "{error:?}"),
        }
    }
}
