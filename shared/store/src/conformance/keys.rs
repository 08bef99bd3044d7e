//! Keys: listing them, their order, and what may stand in them.

use bytes::Bytes;

use super::{Shared, names};
use crate::Condition;

async fn write(store: &Shared, key: &str) {
    store.put(key, Bytes::copy_from_slice(key.as_bytes()), Condition::None).await.expect("a write");
}

/// Listings are in byte order, page by page, strictly after the given key, and of the prefix alone.
pub async fn listing(store: &Shared) {
    for name in ["b", "a/2", "a/10", "a-", "B", "a.b", "c/d/e/f", "a0"] {
        write(store, &format!("listing/{name}")).await;
    }
    write(store, "listing-beside").await;
    let all = ["B", "a-", "a.b", "a/10", "a/2", "a0", "b", "c/d/e/f"];
    assert_eq!(names(store, "listing/").await, all);
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.list("listing/", after.as_deref(), 3).await.expect("a page");
        assert!(page.objects.len() <= 3);
        seen.extend(page.objects.iter().map(|object| object.key.trim_start_matches("listing/").to_owned()));
        after = page.objects.last().map(|object| object.key.clone());
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, all, "pages repeat or skip");
    let page = store.list("listing/a", Some("listing/a0"), 10).await.expect("a page");
    assert!(page.objects.is_empty() && !page.more, "nothing of the prefix follows its last key");
    let page = store.list("listing/", Some("listing/a/"), 2).await.expect("a page");
    let keys: Vec<&str> = page.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!((keys, page.more), (vec!["listing/a/10", "listing/a/2"], true));
    let object = page.objects.first().expect("an object");
    let head = store.head(&object.key).await.expect("the head");
    assert_eq!((&object.tag, object.size), (&head.tag, head.size), "listing and head agree");
    let page = store.list("listing/b", None, 1).await.expect("a page");
    assert!(!page.more, "exactly as many as asked for, and no more");
    let page = store.list("no such prefix", None, 10).await.expect("a page");
    assert!(page.objects.is_empty() && !page.more);
}

/// Folders are the beginnings of keys up to the next slash, each once, in order.
pub async fn folders(store: &Shared) {
    for name in ["x/1", "x/2", "x/deep/3", "y z/4", "w"] {
        write(store, &format!("folders/{name}")).await;
    }
    let found = store.list_folders("folders/").await.expect("folders");
    assert_eq!(found, ["folders/x/", "folders/y z/"]);
    assert_eq!(store.list_folders("folders/x/").await.expect("folders"), ["folders/x/deep/"]);
    assert!(store.list_folders("folders/nothing/").await.expect("none").is_empty());
}

/// Spaces, plus signs, percent signs and letters of any script stand for themselves in keys.
pub async fn unusual_characters(store: &Shared) {
    let unusual =
        ["a b", "a%20b", "a+b", "q?x=1&y=2#z", "ü/日本", "quo\"te", "semi;colon=equals", "~*'()!$,@:"];
    for name in unusual {
        write(store, &format!("unusual/{name}")).await;
    }
    let mut ordered = unusual.to_vec();
    ordered.sort_unstable();
    assert_eq!(names(store, "unusual/").await, ordered);
    for name in unusual {
        let key = format!("unusual/{name}");
        assert!(store.get(&key).await.expect("the object").bytes == key, "{key} answers another object");
        store.delete(&key, Condition::None).await.expect("a delete");
    }
    assert!(names(store, "unusual/").await.is_empty());
}

/// A key may also be the folder of other keys, end with a slash, be 1,024 bytes long, or look like a path.
pub async fn any_key(store: &Shared) {
    let long = "l".repeat(1024 - "any/".len());
    let nested = "n/".repeat(200);
    let strange = ["a", "a/b", "a/b/c", "a/", "hidden/.x", "tmp/x.tmp", "CASE", "case", &long, &nested];
    for name in strange {
        write(store, &format!("any/{name}")).await;
    }
    let mut ordered = strange.to_vec();
    ordered.sort_unstable();
    assert_eq!(names(store, "any/").await, ordered);
    for name in strange {
        let key = format!("any/{name}");
        assert!(store.get(&key).await.expect("the object").bytes == key, "{key} answers another object");
    }
    store.delete("any/a", Condition::None).await.expect("a delete");
    assert!(store.get("any/a/b").await.is_ok(), "deleting a key leaves those below it");
}
