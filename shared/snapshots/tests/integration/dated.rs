//! The dated layout with its model.json: what is pinned, what is waited for, and how its files are read.

use std::sync::Arc;

use bytes::Bytes;
use domain::identifier::SegmentName;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use snapshots::{LocateError, Located, SnapshotSettings, newest_complete, read_pinned};
use store::{Condition, MemoryStore, ObjectStore};
use tokio::runtime::Handle;

use crate::support::Collected;

const ROOT: &str = "crm/CustomerInsights_1/Export/";
const OLD: &str = "2021/05/01/0600/Gold_0.csv";
const NEW: &str = "2021/05/02/0600/Gold_0.csv";
const NEW_TWO: &str = "2021/05/02/0600/Gold_2.csv";
const NEW_TEN: &str = "2021/05/02/0600/Gold_10.csv";
const NEXT: &str = "2021/05/02/1800/Gold_0.csv";

fn model(settings: &str, files: &[&str]) -> String {
    let partition = |file: &&str| {
        let location = format!("https://store.example.com/box/CustomerInsights_1/Export/Gold/{file}");
        format!(r#"{{"location":"{location}","fileFormatSettings":{{{settings}}}}}"#)
    };
    let partitions = files.iter().map(partition).collect::<Vec<_>>().join(",");
    let attributes = r#"{"name":"CustomerId"},{"name":"EMail"}"#;
    format!(r#"{{"entities":[{{"name":"Gold","attributes":[{attributes}],"partitions":[{partitions}]}}]}}"#)
}

async fn bucket(model: &str, files: &[(&str, &str)]) -> Arc<dyn ObjectStore> {
    let store = MemoryStore::new();
    let model = Bytes::copy_from_slice(model.as_bytes());
    store.put(&format!("{ROOT}model.json"), model, Condition::None).await.unwrap();
    for (file, content) in files {
        let content = Bytes::copy_from_slice(content.as_bytes());
        store.put(&format!("{ROOT}Gold/{file}"), content, Condition::None).await.unwrap();
    }
    Arc::new(store)
}

async fn locate(store: &Arc<dyn ObjectStore>) -> Result<Located, LocateError> {
    let segment = SegmentName::new("Gold").unwrap();
    let later = Timestamp::now() + SignedDuration::from_hours(1);
    newest_complete(store, ROOT, &segment, later, &SnapshotSettings::default(), false).await
}

/// Expected: (newest complete, newer one still being uploaded).
#[rstest]
#[case::all_there(&[OLD, NEW, NEW_TEN], &[NEW, NEW_TEN], (Some("2021/05/02/0600"), None))]
#[case::one_lacks(&[OLD, NEW], &[NEW, NEW_TEN], (None, Some("2021/05/02/0600")))]
#[case::none_there(&[OLD], &[NEW], (None, Some("2021/05/02/0600")))]
#[case::the_next_one_begun(&[OLD, NEW, NEXT], &[NEW], (Some("2021/05/02/0600"), Some("2021/05/02/1800")))]
#[case::no_run_after_it(&[NEW, "2021/05/02/0600/zzz", "latest/x.csv"], &[NEW], (Some("2021/05/02/0600"), None))]
#[tokio::test]
async fn the_snapshot_is_what_the_model_lists(
    #[case] there: &[&str],
    #[case] listed: &[&str],
    #[case] expected: (Option<&str>, Option<&str>),
) {
    let files: Vec<_> = there.iter().map(|file| (*file, "1,a@example.com\n")).collect();
    let located = locate(&bucket(&model("", listed), &files).await).await.unwrap();
    let newest = located.newest.as_ref().map(|snapshot| snapshot.snapshot.as_str());
    let uploading = located.uploading.as_ref().map(|uploading| uploading.snapshot.as_str());
    assert_eq!((newest, uploading), expected);
    assert!(located.marker_seen);
}

#[rstest]
#[case::no_header("", &[(NEW, "1,a\n"), (NEW_TEN, "3,\"c,\"\n"), (NEW_TWO, "2,b\n")], &[["1", "a"], ["2", "b"], ["3", "c,"]])]
#[case::header(r#""columnHeaders":true"#, &[(NEW, "CustomerId,EMail\n1,a\n")], &[["1", "a"]])]
#[case::no_quotes(r#""quoteStyle":"QuoteStyle.None","delimiter":"|""#, &[(NEW, "\"1|5\" high\n,|\"\n")], &[["\"1", "5\" high"], [",", "\""]])]
#[case::nobody("", &[(NEW, "")], &[])]
#[tokio::test]
async fn its_files_are_read_as_the_model_describes_them(
    #[case] settings: &str,
    #[case] files: &[(&str, &str)],
    #[case] expected: &[[&str; 2]],
) {
    let listed: Vec<&str> = files.iter().map(|(file, _)| *file).collect();
    let store = bucket(&model(settings, &listed), files).await;
    let snapshot = locate(&store).await.unwrap().newest.unwrap();
    let runtime = Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        let mut collected = Collected::wanting(&["CustomerId", "email"]);
        read_pinned(&store, &snapshot, &runtime, &SnapshotSettings::default(), &mut collected).unwrap();
        collected
    });
    let collected = reading.await.unwrap();
    assert_eq!(collected.columns, ["CustomerId", "EMail"]);
    assert_eq!(collected.texts(), expected);
}

#[rstest]
#[case::no_model("{", "model.json: the model.json cannot be used")]
#[case::another_format(&model("", &["2021/05/02/0600/Gold_0.parquet"]), "Gold_0.parquet: files of this kind are not supported yet")]
#[case::segment_not_named(r#"{"entities":[]}"#, "a model.json that names the segment")]
#[tokio::test]
async fn what_the_model_leaves_open_is_not_guessed_at(#[case] model: &str, #[case] message: &str) {
    let store = bucket(model, &[(NEW, "1,2\n")]).await;
    let error = locate(&store).await.unwrap_err().to_string();
    assert!(error.starts_with(ROOT) && error.contains(message), "{error}");
}
