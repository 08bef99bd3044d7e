//! Which snapshot is the newest complete one, and what is waited for or refused.

use std::sync::Arc;

use bytes::Bytes;
use domain::identifier::SegmentName;
use domain::{Clock, ManualClock};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use snapshots::{LocateError, Located, PinnedSnapshot, Problem, SnapshotSettings, newest_complete, segments};
use store::{Condition, MemoryStore, ObjectStore};

const SEGMENT: &str = "Gold + customers";

fn minute(minute: i64) -> Timestamp {
    "2026-01-02T03:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// A bucket with these objects, given as (minute of writing, key below the segment's folder).
async fn bucket(objects: &[(i64, &str)]) -> Arc<dyn ObjectStore> {
    let clock = Arc::new(ManualClock::new(minute(0)));
    let store = MemoryStore::with_clock(clock.clone() as Arc<dyn Clock>);
    let mut objects = objects.to_vec();
    objects.sort_unstable();
    for (written, key) in objects {
        clock.advance_to(minute(written));
        let key = format!("segments/{SEGMENT}/{key}");
        store.put(&key, Bytes::from_static(b"a\n"), Condition::None).await.unwrap();
    }
    Arc::new(store)
}

async fn locate(objects: &[(i64, &str)], now: i64, known_marker: bool) -> Result<Located, LocateError> {
    let store = bucket(objects).await;
    let segment = SegmentName::new(SEGMENT).unwrap();
    newest_complete(&store, "segments/", &segment, minute(now), &SnapshotSettings::default(), known_marker)
        .await
}

fn parts(snapshot: &PinnedSnapshot) -> Vec<&str> {
    let folder = format!("segments/{SEGMENT}/");
    snapshot.parts.iter().map(|part| part.key.strip_prefix(&folder).unwrap()).collect()
}

/// Expected: (newest complete, newer one still being uploaded).
#[rstest]
#[case::nothing(&[], 60, (None, None))]
#[case::one_file(&[(0, "monday.csv")], 0, (Some("monday.csv"), None))]
#[case::the_newer_file(&[(1, "a.csv"), (0, "b.csv")], 1, (Some("a.csv"), None))]
#[case::the_later_name_at_the_same_time(&[(0, "run-9.csv"), (0, "run-10.csv")], 0, (Some("run-10.csv"), None))]
#[case::compressed(&[(0, "monday.csv.gz")], 0, (Some("monday.csv.gz"), None))]
#[case::hidden_files_do_not_count(&[(0, ".monday.csv"), (0, "_monday.csv"), (0, "")], 60, (None, None))]
#[case::notes_do_not_count(&[(0, "monday.csv"), (5, "notes.txt")], 60, (Some("monday.csv"), None))]
#[case::an_empty_folder_does_not_count(&[(0, "monday/"), (0, "monday/_temporary/0/part-0.csv")], 60, (None, None))]
#[case::a_folder_before_its_quiet_period(&[(0, "monday/part-0.csv"), (5, "monday/part-1.csv")], 14, (None, Some("monday")))]
#[case::a_folder_after_its_quiet_period(&[(0, "monday/part-0.csv"), (5, "monday/part-1.csv")], 15, (Some("monday"), None))]
#[case::hidden_files_are_activity(&[(0, "monday/part-0.csv"), (5, "monday/_temporary/1")], 14, (None, Some("monday")))]
#[case::a_marker_ends_the_waiting(&[(0, "monday/part-0.csv"), (1, "monday/_SUCCESS")], 1, (Some("monday"), None))]
#[case::a_manifest_is_a_marker(&[(0, "monday/part-0.csv"), (1, "monday/manifest.json")], 1, (Some("monday"), None))]
#[case::one_marker_makes_them_needed(&[(0, "a/part-0.csv"), (0, "a/_SUCCESS"), (5, "b/part-0.csv")], 600, (Some("a"), Some("b")))]
#[case::also_when_the_marked_one_is_listed_later(&[(0, "b/part-0.csv"), (0, "b/_SUCCESS"), (5, "a/part-0.csv")], 600, (Some("b"), Some("a")))]
#[case::a_single_file_needs_no_marker(&[(0, "a/part-0.csv"), (0, "a/_SUCCESS"), (5, "b.csv")], 5, (Some("b.csv"), None))]
#[case::an_older_unfinished_one_is_not_waited_for(&[(0, "a/part-0.csv"), (5, "b.csv")], 6, (Some("b.csv"), None))]
#[case::a_newer_unfinished_one_is(&[(0, "a.csv"), (5, "b/part-0.csv")], 6, (Some("a.csv"), Some("b")))]
#[case::the_newest_of_several_folders(&[(0, "a/part-0.csv"), (3, "b/part-0.csv"), (2, "c/part-0.csv")], 60, (Some("b"), None))]
#[case::names_that_sort_around_the_slash(&[(0, "a/part-0.csv"), (0, "a-b/part-0.csv"), (1, "a/part-1.csv"), (0, "a.csv")], 60, (Some("a"), None))]
#[tokio::test]
async fn the_newest_complete_snapshot(
    #[case] objects: &[(i64, &str)],
    #[case] now: i64,
    #[case] expected: (Option<&str>, Option<&str>),
) {
    let located = locate(objects, now, false).await.unwrap();
    let newest = located.newest.as_ref().map(|snapshot| snapshot.snapshot.as_str());
    let uploading = located.uploading.as_ref().map(|uploading| uploading.snapshot.as_str());
    assert_eq!((newest, uploading), expected);
}

#[tokio::test]
async fn parts_are_pinned_in_their_order_with_version_and_size() {
    let objects = [
        (0, "m/part-10.csv"),
        (1, "m/part-9.csv"),
        (2, "m/_SUCCESS"),
        (1, "m/.part-9.csv.crc"),
        (1, "m/part-1.csv.gz"),
    ];
    let snapshot = locate(&objects, 2, false).await.unwrap().newest.unwrap();
    assert_eq!(parts(&snapshot), ["m/part-1.csv.gz", "m/part-9.csv", "m/part-10.csv"]);
    assert_eq!(snapshot.last_modified, minute(2));
    assert!(snapshot.had_marker);
    assert_eq!(snapshot.stored_bytes(), 6);

    let stored = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<PinnedSnapshot>(&stored).unwrap(), snapshot);
}

#[tokio::test]
async fn a_segment_that_once_had_a_marker_needs_one_from_then_on() {
    let objects = [(0, "a/part-0.csv")];
    let located = locate(&objects, 60, true).await.unwrap();
    assert_eq!(located.newest, None);
    assert_eq!(located.uploading.unwrap().quiet_at, None);

    let located = locate(&objects, 5, false).await.unwrap();
    assert_eq!(located.uploading.unwrap().quiet_at, Some(minute(10)));
    assert!(!located.marker_seen);

    let located = locate(&[(0, "a/part-0.csv"), (0, "a/_SUCCESS")], 60, false).await.unwrap();
    assert!(located.marker_seen);
}

#[rstest]
#[case::json_lines(&[(0, "a.csv"), (1, "b.jsonl")], "b.jsonl", Problem::Unsupported)]
#[case::parquet_in_a_folder(&[(0, "a/part-0.parquet"), (0, "a/_SUCCESS")], "a/part-0.parquet", Problem::Unsupported)]
#[case::model_in_a_folder(&[(0, "a/part-0.csv"), (0, "a/model.json")], "a/model.json", Problem::Unsupported)]
#[case::mixture(&[(0, "a/part-0.csv"), (0, "a/part-1.jsonl")], "a/part-1.jsonl", Problem::Unsupported)]
#[case::part_of_no_kind(&[(0, "a/part-0.csv"), (0, "a/part-1")], "a/part-1", Problem::Unsupported)]
#[case::folder_in_folder(&[(0, "a/part-0.csv"), (0, "a/region=eu/part-0.csv")], "a/region=eu/part-0.csv", Problem::NestedFolder)]
#[case::marker_alone(&[(0, "a/_SUCCESS")], "a", Problem::NoParts)]
#[case::part_outside_a_folder(&[(0, "part-0.csv")], "part-0.csv", Problem::LooseParts)]
#[case::marker_outside_a_folder(&[(0, "x.csv"), (0, "y.csv"), (0, "_SUCCESS")], "_SUCCESS", Problem::LooseParts)]
#[tokio::test]
async fn a_newest_snapshot_that_cannot_be_read_is_an_error(
    #[case] objects: &[(i64, &str)],
    #[case] file: &str,
    #[case] problem: Problem,
) {
    match locate(objects, 60, false).await {
        Err(LocateError::Broken(broken)) => {
            assert_eq!(broken.file, format!("segments/{SEGMENT}/{file}"));
            assert_eq!(broken.problem, problem);
        }
        other => panic!("expected a broken file, got {other:?}"),
    }
}

#[tokio::test]
async fn an_old_snapshot_of_another_kind_does_no_harm() {
    let objects = [(0, "a.parquet"), (0, "b/part-0.jsonl"), (1, "c.csv")];
    assert_eq!(locate(&objects, 60, false).await.unwrap().newest.unwrap().snapshot, "c.csv");
}

#[tokio::test]
async fn a_folder_is_whole_across_the_pages_of_a_listing() {
    let keys: Vec<String> = (0..2500).map(|part| format!("m/part-{part}.csv")).collect();
    let objects: Vec<(i64, &str)> = keys.iter().map(|key| (0, key.as_str())).collect();
    let snapshot = locate(&objects, 10, false).await.unwrap().newest.unwrap();
    assert_eq!(parts(&snapshot), keys);
}

#[tokio::test]
async fn another_segment_with_the_same_beginning_is_not_mixed_in() {
    let store = bucket(&[(0, "a.csv")]).await;
    let key = format!("segments/{SEGMENT} too/b.csv");
    store.put(&key, Bytes::from_static(b"a\n"), Condition::None).await.unwrap();
    for hidden in ["segments/_spark/x.csv", "segments/.trash/x.csv", "segments/loose.csv"] {
        store.put(hidden, Bytes::new(), Condition::None).await.unwrap();
    }
    let names = segments(&store, "segments/").await.unwrap();
    assert_eq!(names.iter().map(SegmentName::as_str).collect::<Vec<_>>(), [SEGMENT, "Gold + customers too"]);
    let settings = SnapshotSettings::default();
    let located = newest_complete(&store, "segments/", &names[0], minute(60), &settings, false);
    assert_eq!(located.await.unwrap().newest.unwrap().snapshot, "a.csv");
}
