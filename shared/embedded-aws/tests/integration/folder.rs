//! A person's own folder as a bucket: what is shown, what is not, and files that change under a reader.

use std::fs;
use std::io::Write;
use std::path::Path;

use bytes::Bytes;
use embedded_aws::{BucketKind, EmbeddedAws};
use futures_util::StreamExt;
use store::{Condition, ObjectStore, StoreError};

use crate::common::{self, FILES};

async fn serve(directory: &Path, files: &Path) -> (EmbeddedAws, std::sync::Arc<store::S3Store>) {
    let options = common::options(directory).with_bucket(FILES, BucketKind::Folder(files.to_owned()));
    let services = EmbeddedAws::start(options).await.unwrap();
    let store = common::connect(&services, FILES).await;
    (services, store)
}

async fn keys(store: &store::S3Store) -> Vec<String> {
    store::list_all(store, "").await.unwrap().into_iter().map(|object| object.key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_files_are_objects_and_objects_are_plain_files() {
    let (directory, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir_all(files.path().join("newsletter/2026-11-22")).unwrap();
    fs::write(files.path().join("newsletter/2026-11-22/part 1.csv"), "id\n1\n").unwrap();
    let (_services, store) = serve(directory.path(), files.path()).await;
    assert_eq!(keys(&store).await, ["newsletter/2026-11-22/part 1.csv"]);
    assert_eq!(store.get("newsletter/2026-11-22/part 1.csv").await.unwrap().bytes, "id\n1\n");
    store.put("new/folder/file.csv", Bytes::from_static(b"id\n2\n"), Condition::Absent).await.unwrap();
    assert_eq!(fs::read_to_string(files.path().join("new/folder/file.csv")).unwrap(), "id\n2\n");
    let refused = store.put("new/folder", Bytes::from_static(b"x"), Condition::None).await;
    assert!(matches!(refused, Err(StoreError::Other { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hidden_unfinished_and_foreign_files_do_not_exist() {
    let (directory, files, elsewhere) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(elsewhere.path().join("foreign"), "not yours").unwrap();
    for name in [".hidden", "a.csv.part", "a.csv.tmp", "a.csv~", ".segment-export-old.tmp", "shown"] {
        fs::write(files.path().join(name), name).unwrap();
    }
    std::os::unix::fs::symlink(elsewhere.path(), files.path().join("folder-link")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("foreign"), files.path().join("link")).unwrap();
    std::os::unix::fs::symlink(files.path().join("shown"), files.path().join("inner-link")).unwrap();
    let (_services, store) = serve(directory.path(), files.path()).await;
    assert_eq!(keys(&store).await, ["inner-link", "shown"]);
    assert!(!files.path().join(".segment-export-old.tmp").exists(), "our own leftovers are removed at start");
    assert!(files.path().join("a.csv.tmp").exists(), "other people's are not");
    for key in [".hidden", "a.csv.part", "link", "folder-link/foreign", "x/../shown", "shown/below"] {
        let answer = store.get(key).await;
        assert!(answer.is_err(), "{key}: {answer:?}");
    }
    for key in [".hidden", "a.tmp", "folder-link/new", "a//b", "a/../b"] {
        let answer = store.put(key, Bytes::from_static(b"x"), Condition::None).await;
        assert!(answer.is_err(), "{key}: {answer:?}");
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_changes_while_it_is_read_breaks_the_stream() {
    let (directory, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = files.path().join("large.csv");
    fs::write(&path, vec![b'a'; 64_000_000]).unwrap();
    let (_services, store) = serve(directory.path(), files.path()).await;
    let (info, mut stream) = store.open("large.csv", None, 0).await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert!(first.iter().all(|byte| *byte == b'a'));
    // Writing into the file, not replacing it: what a careless export does.
    let mut file = fs::OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
    file.write_all(&vec![b'b'; 64_000_000]).unwrap();
    drop(file);
    let error = loop {
        match stream.next().await.expect("the stream must not end as if it were complete") {
            Ok(piece) => assert!(piece.iter().all(|byte| *byte == b'a'), "two versions were mixed"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let again = store.open("large.csv", Some(&info.tag), 1000).await.err();
    assert!(matches!(again, Some(StoreError::Changed { .. })), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_replaced_while_it_is_read_is_read_to_its_end() {
    let (directory, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = files.path().join("large.csv");
    fs::write(&path, vec![b'a'; 32_000_000]).unwrap();
    let (_services, store) = serve(directory.path(), files.path()).await;
    let (_, stream) = store.open("large.csv", None, 0).await.unwrap();
    store.put("large.csv", Bytes::from_static(b"new"), Condition::None).await.unwrap();
    let pieces: Vec<Bytes> = stream.map(|piece| piece.unwrap()).collect().await;
    assert_eq!(pieces.iter().map(Bytes::len).sum::<usize>(), 32_000_000);
    assert_eq!(store.get("large.csv").await.unwrap().bytes, "new");
}
