//! From the store to the rows: pinned versions, failures that keep their meaning, and ends that are noticed.

use std::convert::Infallible;
use std::io::Read;
use std::sync::Arc;

use crate::support::{Collected, gzip, part};
use bytes::Bytes;
use domain::{Classified, FailureClass};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use snapshots::{
    CsvLayout, Format, PinnedPart, PinnedSnapshot, ReadError, SnapshotSettings, SnapshotTotals,
    channel_reader, read_pinned, read_snapshot,
};
use store::{ByteStream, Condition, MemoryStore, ObjectStore, StoreError};
use tokio::runtime::Handle;

/// A snapshot of these files, pinned.
async fn pinned(store: &Arc<dyn ObjectStore>, files: &[(&str, Vec<u8>)]) -> PinnedSnapshot {
    let mut parts = Vec::new();
    for (key, content) in files {
        let tag = store.put(key, Bytes::from(content.clone()), Condition::None).await.unwrap();
        parts.push(PinnedPart { key: (*key).to_owned(), tag, size: content.len() as u64 });
    }
    PinnedSnapshot {
        segment: domain::identifier::SegmentName::new("gold").unwrap(),
        snapshot: "m".to_owned(),
        last_modified: Timestamp::UNIX_EPOCH,
        format: Format::Csv,
        layout: CsvLayout::default(),
        parts,
        had_marker: false,
    }
}

async fn read(
    store: &Arc<dyn ObjectStore>,
    snapshot: &PinnedSnapshot,
) -> Result<(Collected, SnapshotTotals), ReadError<Infallible>> {
    let (store, snapshot, runtime) = (Arc::clone(store), snapshot.clone(), Handle::current());
    let reading = tokio::task::spawn_blocking(move || {
        let mut collected = Collected::default();
        let totals = read_pinned(&store, &snapshot, &runtime, &SnapshotSettings::default(), &mut collected)?;
        Ok((collected, totals))
    });
    reading.await.unwrap()
}

fn text(from: usize, to: usize) -> Vec<u8> {
    let rows: String = (from..to).map(|row| format!("{row},person{row}@example.com\n")).collect();
    format!("CustomerId,EMail\n{rows}").into_bytes()
}

#[tokio::test]
async fn rows_of_all_parts_come_from_the_store_in_order() {
    let store: Arc<dyn ObjectStore> = Arc::new(MemoryStore::new());
    let files =
        [("m/1.csv", text(0, 30_000)), ("m/2.csv", vec![]), ("m/3.csv.gz", gzip(&text(30_000, 60_000)))];
    let snapshot = pinned(&store, &files).await;
    let (collected, totals) = read(&store, &snapshot).await.unwrap();
    assert_eq!(totals.rows, 60_000);
    for (index, row) in collected.rows.iter().enumerate() {
        assert_eq!(row.fields[0], index.to_string().into_bytes());
    }
}

#[tokio::test]
async fn a_file_that_was_replaced_or_removed_must_be_pinned_again() {
    let store: Arc<dyn ObjectStore> = Arc::new(MemoryStore::new());
    let snapshot = pinned(&store, &[("m/1.csv", text(0, 3)), ("m/2.csv.gz", gzip(&text(3, 6)))]).await;
    store.put("m/2.csv.gz", Bytes::from(gzip(&text(3, 7))), Condition::None).await.unwrap();
    let changed = |error| matches!(error, ReadError::Changed { file } if file == "m/2.csv.gz");
    assert!(changed(read(&store, &snapshot).await.unwrap_err()));
    store.delete("m/2.csv.gz", Condition::None).await.unwrap();
    assert!(changed(read(&store, &snapshot).await.unwrap_err()));
}

fn pieces(pieces: Vec<Result<Bytes, StoreError>>) -> ByteStream {
    stream::iter(pieces).boxed()
}

async fn read_stream(
    name: &'static str,
    stream: ByteStream,
    size: usize,
) -> Result<SnapshotTotals, ReadError<Infallible>> {
    let source: Box<dyn Read + Send> = Box::new(channel_reader(stream, &Handle::current()));
    let parts = vec![(part(name, size), source)];
    let reading = move || read_snapshot(parts, &SnapshotSettings::default(), &mut Collected::default());
    tokio::task::spawn_blocking(reading).await.unwrap()
}

#[tokio::test]
async fn a_failure_of_the_store_keeps_its_class() {
    for (name, beginning) in [("p.csv", text(0, 10)), ("p.csv.gz", gzip(&text(0, 10))[..20].to_vec())] {
        let failure = StoreError::unavailable("the connection broke");
        let stream = pieces(vec![Ok(Bytes::from(beginning)), Err(failure)]);
        let error = read_stream(name, stream, 1000).await.unwrap_err();
        let unavailable = matches!(error, ReadError::Store { source: StoreError::Unavailable { .. }, .. });
        assert!(unavailable, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn an_early_end_is_no_broken_file() {
    let compressed = gzip(&text(0, 10));
    for (name, content) in [("p.csv", text(0, 10)), ("p.csv.gz", compressed)] {
        let beginning = Bytes::copy_from_slice(&content[..content.len() - 4]);
        let error = read_stream(name, pieces(vec![Ok(beginning)]), content.len()).await.unwrap_err();
        assert!(matches!(error, ReadError::Interrupted { .. }), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn bytes_beyond_the_pinned_size_are_refused() {
    let content = text(0, 10);
    let size = content.len() - 1;
    let error = read_stream("p.csv", pieces(vec![Ok(Bytes::from(content))]), size).await.unwrap_err();
    assert!(matches!(error, ReadError::Interrupted { .. }), "{error:?}");
}

#[tokio::test]
async fn dropping_the_reader_ends_a_stream_that_waits_for_ever() {
    let (alive, mut gone) = tokio::sync::mpsc::channel::<()>(1);
    let stream = stream::once(async move {
        let _held_while_the_stream_lives = alive;
        std::future::pending().await
    });
    let reader = channel_reader(stream.boxed(), &Handle::current());
    tokio::task::yield_now().await;
    drop(reader);
    assert_eq!(gone.recv().await, None);
}

#[test]
fn a_runtime_that_ends_is_an_error_not_an_end() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let first = stream::iter(vec![Ok(Bytes::from_static(b"a,b\n"))]);
    let stream = first.chain(stream::pending()).boxed();
    let mut reader = channel_reader(stream, runtime.handle());
    runtime.shutdown_background();
    assert!(reader.read(&mut [0; 10]).is_err());
}

#[tokio::test]
async fn every_failure_says_what_to_do_next() {
    let class = async |name, stream, size| {
        read_stream(name, stream, size).await.map_err(|error| match error {
            ReadError::Broken(broken) => ReadError::<Never>::Broken(broken).class(),
            ReadError::Changed { file } => ReadError::<Never>::Changed { file }.class(),
            ReadError::Store { file, source } => ReadError::<Never>::Store { file, source }.class(),
            ReadError::Interrupted { file, source } => {
                ReadError::<Never>::Interrupted { file, source }.class()
            }
            ReadError::Handler(never) => match never {},
        })
    };
    let failing = |error| pieces(vec![Err(error)]);
    let denied = StoreError::AccessDenied { bucket: "b".to_owned() };
    let changed = StoreError::Changed { key: "p.csv".to_owned() };
    assert_eq!(class("p.csv", failing(denied), 1).await, Err(FailureClass::NeedsPerson));
    assert_eq!(class("p.csv", failing(StoreError::unavailable("gone")), 1).await, Err(FailureClass::Retry));
    assert_eq!(class("p.csv", failing(changed), 1).await, Err(FailureClass::Retry));
    assert_eq!(class("p.csv", pieces(vec![]), 1).await, Err(FailureClass::Retry));
    assert_eq!(class("p.csv", pieces(vec![]), 0).await, Err(FailureClass::Permanent));
}

/// A handler's error that never happens, with a class.
#[derive(Debug, thiserror::Error)]
enum Never {}

impl Classified for Never {
    fn class(&self) -> FailureClass {
        match *self {}
    }
}
