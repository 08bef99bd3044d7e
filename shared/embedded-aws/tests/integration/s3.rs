//! The real SDK, through the product's own `S3Store`, against the embedded S3.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use embedded_aws::{BucketKind, EmbeddedAws, StartError};
use store::{Condition, LinkTerms, ObjectStore, S3Store, StoreError, conformance};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::{self, BUCKET, FILES};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managed_bucket_conforms() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let shared: conformance::Shared = common::connect(&services, BUCKET).await;
    conformance::everything(&shared).await;
    let unfinished = directory.path().join("buckets").join(BUCKET).join("temporary");
    assert_eq!(fs::read_dir(unfinished).unwrap().count(), 0);
    assert_eq!(fs::read_dir(directory.path().join("uploads")).unwrap().count(), 0);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_bucket_conforms() {
    let (directory, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options =
        common::options(directory.path()).with_bucket(FILES, BucketKind::Folder(files.path().into()));
    let services = EmbeddedAws::start(options).await.unwrap();
    let shared: conformance::Shared = common::connect(&services, FILES).await;
    conformance::plain(&shared).await;
    let hidden = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    assert_eq!(
        fs::read_dir(files.path()).unwrap().filter(|entry| hidden(entry.as_ref().unwrap())).count(),
        0
    );
}

/// The answer to a plain request for `path`, without any credentials: its head and its body.
async fn asked_for(services: &EmbeddedAws, path: &str) -> (String, String) {
    let address = services.endpoint_url().trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_gives_the_one_file_that_it_was_signed_for() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let store = common::connect(&services, BUCKET).await;
    for key in ["reports/one.csv", "reports/two.csv"] {
        store.put(key, Bytes::from_static(b"row,reason\n"), Condition::None).await.unwrap();
    }
    let terms = LinkTerms {
        file_name: "rejected-rows.csv".to_owned(),
        content_type: "text/csv; charset=utf-8",
        lifetime: Duration::from_secs(300),
    };
    let giving = S3Store::clone(&store).giving_links();
    let link = giving.link("reports/one.csv", &terms).await.unwrap().unwrap();
    let path = format!("{}?{}", link.expose().path(), link.expose().query().unwrap());
    let (head, body) = asked_for(&services, &path).await;
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("row,reason"), "{head}\n{body}");
    let head = head.to_lowercase();
    for said in ["attachment; filename=\"rejected-rows.csv\"", "text/csv; charset=utf-8", "no-store"] {
        assert!(head.contains(said), "{said}: {head}");
    }
    let expected = [("one.csv", "two.csv"), ("Expires=300", "Expires=3000"), ("rejected-rows", "else")];
    for (signed, other) in expected {
        let (head, _) = asked_for(&services, &path.replace(signed, other)).await;
        assert!(head.starts_with("HTTP/1.1 403"), "{other}: {head}");
    }
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_outlives_the_process_except_what_was_not_finished() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let store = common::connect(&services, BUCKET).await;
    let tag = store.put("kept/object", Bytes::from_static(b"content"), Condition::None).await.unwrap();
    let before = store.head("kept/object").await.unwrap();
    let mut unfinished = store.begin_upload("unfinished").await.unwrap();
    unfinished.write(vec![7; 9_000_000].into()).await.unwrap();
    drop(unfinished);
    services.stop().await;
    let stray = directory.path().join("buckets").join(BUCKET).join("temporary/stray");
    fs::write(&stray, "half an object").unwrap();

    let services = common::start(directory.path()).await;
    let store = common::connect(&services, BUCKET).await;
    assert_eq!(store.head("kept/object").await.unwrap(), before);
    assert_eq!(store.get("kept/object").await.unwrap().bytes, "content");
    let keys: Vec<String> =
        store::list_all(store.as_ref(), "").await.unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(keys, ["kept/object"]);
    assert!(!stray.exists());
    assert_eq!(fs::read_dir(directory.path().join("uploads")).unwrap().count(), 0);
    store.put("kept/object", Bytes::from_static(b"next"), Condition::Matches(tag)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_apart_and_leaves_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = common::options(directory.path());
    options.capacity_bytes = Some(20_000_000);
    let services = EmbeddedAws::start(options.clone()).await.unwrap();
    let store = common::connect(&services, BUCKET).await;
    let old = Bytes::from(vec![1; 6_000_000]);
    store.put("object", old.clone(), Condition::None).await.unwrap();
    let full = |result: Result<store::Tag, StoreError>| matches!(result, Err(StoreError::NoSpace { key }) if key == "object");
    assert!(full(store.put("object", vec![2; 15_000_000].into(), Condition::None).await));
    let mut upload = store.begin_upload("object").await.unwrap();
    let mut refused = Ok(());
    for _ in 0..4 {
        refused = refused.and(upload.write(vec![3; 9_000_000].into()).await);
    }
    assert!(full(match refused {
        Ok(()) => upload.complete(Condition::None).await,
        Err(error) => {
            upload.abort().await;
            Err(error)
        }
    }));
    assert_eq!(store.get("object").await.unwrap().bytes, old);
    // Nothing of the refused writes takes up space, now or after a restart.
    store.put("beside", vec![4; 13_000_000].into(), Condition::None).await.unwrap();
    services.stop().await;
    let services = EmbeddedAws::start(options).await.unwrap();
    let store = common::connect(&services, BUCKET).await;
    assert!(full(store.put("object", vec![5; 2_000_000].into(), Condition::None).await));
    store.delete("beside", Condition::None).await.unwrap();
    store.put("object", vec![5; 2_000_000].into(), Condition::None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_sign_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let stranger = store::s3::connect(&common::settings(&services, BUCKET, "guessed")).await;
    let refused = stranger.put("object", Bytes::from_static(b"x"), Condition::None).await;
    assert!(matches!(refused, Err(StoreError::AccessDenied { .. })), "{refused:?}");
    let store = common::connect(&services, "no-such-bucket").await;
    assert!(matches!(store.get("object").await, Err(StoreError::Other { .. })));
    assert!(matches!(
        store.head("object").await,
        Err(StoreError::Other { .. } | StoreError::NotFound { .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starting_twice_or_nowhere_is_explained() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let services = common::start(directory.path()).await;
    let twice = EmbeddedAws::start(common::options(directory.path())).await;
    assert!(matches!(twice, Err(StartError::InUse { .. })), "{twice:?}");
    let mut options = common::options(other.path());
    options.address = services.address();
    let occupied = EmbeddedAws::start(options).await;
    assert!(matches!(occupied, Err(StartError::Listen { .. })), "{occupied:?}");
    fs::write(other.path().join("file"), "").unwrap();
    let unusable = EmbeddedAws::start(common::options(&other.path().join("file/below"))).await;
    assert!(matches!(unusable, Err(StartError::Directory { .. })), "{unusable:?}");
    let missing = BucketKind::Folder(other.path().join("missing"));
    let missing = EmbeddedAws::start(common::options(other.path()).with_bucket(FILES, missing)).await;
    assert!(matches!(missing, Err(StartError::Folder { .. })), "{missing:?}");
    services.stop().await;
    common::start(directory.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let services = common::start(directory.path()).await;
    let store: Arc<dyn ObjectStore> = common::connect(&services, BUCKET).await;
    services.stop().await;
    let refused = store.get("object").await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
}
