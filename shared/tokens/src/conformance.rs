//! What every [`SecretStore`] must do, as tests that any implementation can be put through.
//!
//! Each function states one promise, panics when it is broken, and uses secrets below `prefix`.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed assertion is the point of a test")]

use std::sync::Arc;

use domain::Sensitive;

use crate::secret::{SecretError, SecretStore};

/// The store under test, shared by racing tasks.
pub type Shared = Arc<dyn SecretStore>;

/// Every promise.
pub async fn everything(store: &Shared, prefix: &str) {
    versions_stay_readable(store, prefix).await;
    a_secret_is_created_once(store, prefix).await;
    a_write_is_a_compare_and_swap(store, prefix).await;
    the_same_write_again_succeeds(store, prefix).await;
    one_of_many_writers_wins(store, prefix).await;
    a_deleted_secret_is_gone(store, prefix).await;
}

fn value(text: &str) -> Sensitive<String> {
    Sensitive::new(text.to_owned())
}

/// Every version can be read by its name, and the newest is the current one.
pub async fn versions_stay_readable(store: &Shared, prefix: &str) {
    let name = format!("{prefix}versions");
    let first = store.create(&name, &value("one")).await.expect("created");
    let second = store.put(&name, &first, &value("two")).await.expect("written");
    assert_ne!(first, second);
    for (version, text) in [(&first, "one"), (&second, "two")] {
        let read = store.version(&name, version).await.expect("readable");
        assert_eq!((read.value.expose().as_str(), &read.version), (text, version));
    }
    let current = store.current(&name).await.expect("readable");
    assert_eq!((current.value.expose().as_str(), &current.version), ("two", &second));
}

/// Creating a secret that exists changes nothing.
pub async fn a_secret_is_created_once(store: &Shared, prefix: &str) {
    let name = format!("{prefix}once");
    store.create(&name, &value("one")).await.expect("created");
    let again = store.create(&name, &value("two")).await;
    assert!(matches!(again, Err(SecretError::AlreadyExists { .. })), "{again:?}");
    assert_eq!(store.current(&name).await.expect("readable").value.expose(), "one");
}

/// A write on an old version is refused, also when several have followed.
pub async fn a_write_is_a_compare_and_swap(store: &Shared, prefix: &str) {
    let name = format!("{prefix}swap");
    let first = store.create(&name, &value("one")).await.expect("created");
    let second = store.put(&name, &first, &value("two")).await.expect("written");
    store.put(&name, &second, &value("three")).await.expect("written");
    for old in [&first, &second] {
        let late = store.put(&name, old, &value("late")).await;
        assert!(matches!(late, Err(SecretError::Conflict { .. })), "{late:?}");
    }
    assert_eq!(store.current(&name).await.expect("readable").value.expose(), "three");
}

/// A write whose answer was lost may be repeated.
pub async fn the_same_write_again_succeeds(store: &Shared, prefix: &str) {
    let name = format!("{prefix}again");
    let first = store.create(&name, &value("one")).await.expect("created");
    let second = store.put(&name, &first, &value("two")).await.expect("written");
    assert_eq!(store.put(&name, &first, &value("two")).await.expect("repeated"), second);
}

/// Of many writers who read the same version exactly one writes.
pub async fn one_of_many_writers_wins(store: &Shared, prefix: &str) {
    let name = format!("{prefix}race");
    let first = store.create(&name, &value("one")).await.expect("created");
    let mut writers = Vec::new();
    for number in 0..8 {
        let (store, name, first) = (Arc::clone(store), name.clone(), first.clone());
        writers.push(tokio::spawn(async move {
            let text = format!("writer {number}");
            (store.put(&name, &first, &value(&text)).await, text)
        }));
    }
    let mut winners = Vec::new();
    for writer in writers {
        match writer.await.expect("no panic") {
            (Ok(_), text) => winners.push(text),
            (Err(SecretError::Conflict { .. }), _) => {}
            (Err(error), _) => panic!("another failure than a conflict: {error:?}"),
        }
    }
    assert_eq!(winners, [store.current(&name).await.expect("readable").value.expose().clone()]);
}

/// What was deleted cannot be read, and deleting it again does nothing.
pub async fn a_deleted_secret_is_gone(store: &Shared, prefix: &str) {
    let name = format!("{prefix}gone");
    let first = store.create(&name, &value("one")).await.expect("created");
    for _ in 0..2 {
        store.delete(&name).await.expect("deleted");
    }
    assert!(matches!(store.current(&name).await, Err(SecretError::NotFound { .. })));
    assert!(matches!(store.version(&name, &first).await, Err(SecretError::NotFound { .. })));
    let put = store.put(&name, &first, &value("two")).await;
    assert!(matches!(put, Err(SecretError::NotFound { .. })), "{put:?}");
}
