//! Promises: every change of an export's standing is told, once, and nothing else is.

use domain::identifier::{ExportId, RunId};
use domain::outcome::Counts;
use engine::{End, Ended, Run, RunKey, StartRequest, Trigger, UsedSnapshot};
use jiff::Timestamp;
use planner::RunKind;

use super::*;
use NotificationKind::{
    ExportFailed, ExportNeedsPerson, ExportRecovered, ExportSkipped, ManyRowsRejected, SnapshotOld,
};

fn segment(name: &str) -> SegmentName {
    SegmentName::new(name).unwrap()
}

fn summary(end: End) -> RunSummary {
    let key = RunKey { export: ExportId::new("export-1").unwrap(), run: RunId::new("run-1").unwrap() };
    let request = StartRequest {
        trigger: Trigger::Scheduled,
        requested_by: "Ann".to_owned(),
        kind: RunKind::Changes,
        approved: None,
    };
    let at = Timestamp::UNIX_EPOCH;
    RunSummary::new(&Run::new(key, request, at), &Ended::new(at, end))
}

fn unsent(rows: u64) -> RunSummary {
    summary(End::RowsUnsent { rows, cause: None })
}

fn missing(name: &str) -> RunSummary {
    summary(End::SegmentMissing { segment: segment(name) })
}

fn canceled() -> RunSummary {
    summary(End::Canceled { by: "Ann".to_owned() })
}

fn rejecting(rejected: u64, read: u64) -> RunSummary {
    RunSummary { counts: Counts { read, rejected, ..Counts::default() }, ..summary(End::Completed) }
}

fn with_old(old: &[&str]) -> RunSummary {
    let last_modified = Timestamp::UNIX_EPOCH;
    let used = |name: &str| UsedSnapshot { segment: segment(name), snapshot: "1".to_owned(), last_modified };
    let warnings = old.iter().map(|name| Warning::SnapshotOld { segment: segment(name), last_modified });
    RunSummary {
        snapshots: vec![used("a"), used("b")],
        warnings: warnings.collect(),
        ..summary(End::NothingToSend)
    }
}

/// What is told of each of these runs, one after another.
fn told(runs: &[RunSummary]) -> Vec<Vec<NotificationKind>> {
    let mut standing = Standing::default();
    let settings = NotificationSettings::default();
    runs.iter()
        .map(|run| after_run(&mut standing, run, &settings).into_iter().map(|news| news.kind).collect())
        .collect()
}

#[test]
fn success_is_no_news() {
    assert_eq!(told(&[summary(End::Completed), summary(End::NothingToSend)]), [vec![], vec![]]);
}

#[test]
fn a_failure_is_told_once_and_its_end_once() {
    let runs = [unsent(3), unsent(5), unsent(5), summary(End::NothingToSend), summary(End::Completed)];
    assert_eq!(told(&runs), [vec![ExportFailed], vec![], vec![], vec![ExportRecovered], vec![]]);
}

#[test]
fn another_reason_is_another_matter() {
    let runs = [missing("a"), missing("b"), summary(End::NoConnection), summary(End::ListMissing)];
    assert_eq!(told(&runs), [vec![ExportSkipped], vec![], vec![ExportSkipped], vec![ExportFailed]]);
}

#[test]
fn a_cancellation_changes_nothing() {
    let runs = [canceled(), unsent(1), canceled(), unsent(1), canceled(), summary(End::Completed)];
    assert_eq!(told(&runs), [vec![], vec![ExportFailed], vec![], vec![], vec![], vec![ExportRecovered]]);
}

#[test]
fn rejected_rows_are_told_above_the_share_and_above_the_floor() {
    // 9 of 10: below the floor. 50 of 1000: not above the share.
    let runs = [rejecting(9, 10), rejecting(50, 1000), rejecting(51, 1000), rejecting(400, 1000)];
    assert_eq!(told(&runs), [vec![], vec![], vec![ManyRowsRejected], vec![]]);
    let runs = [rejecting(400, 1000), missing("a"), rejecting(400, 1000), rejecting(1, 1000)];
    assert_eq!(
        told(&runs),
        [vec![ManyRowsRejected], vec![ExportSkipped], vec![ExportRecovered], vec![ExportRecovered]],
        "a run without rows says nothing of them"
    );
}

#[test]
fn an_old_snapshot_is_told_once_per_segment() {
    let runs = [with_old(&["a"]), with_old(&["a"]), with_old(&["a", "b"]), with_old(&["b"]), with_old(&[])];
    assert_eq!(told(&runs), [vec![SnapshotOld], vec![], vec![SnapshotOld], vec![], vec![ExportRecovered]]);
    let told = told(&[with_old(&["a"]), missing("b"), with_old(&["a"])]);
    assert_eq!(
        told[2],
        [ExportRecovered],
        "the run is successful again, and the snapshot was known to be old"
    );
}

#[test]
fn waiting_for_a_person_is_told_once_and_over_with_the_next_success() {
    let mut standing = Standing::default();
    let settings = NotificationSettings::default();
    let news = while_waiting_for_a_person(&mut standing, "Enter the current secret.").unwrap();
    assert_eq!((news.kind, news.message.as_str()), (ExportNeedsPerson, "Enter the current secret."));
    assert_eq!(while_waiting_for_a_person(&mut standing, "Enter the current secret."), None);
    assert_eq!(after_run(&mut standing, &canceled(), &settings), []);
    let news = after_run(&mut standing, &summary(End::Completed), &settings);
    assert_eq!((news[0].kind, news[0].code.as_str()), (ExportRecovered, "needs_person"));
}

#[test]
fn messages_say_what_to_do() {
    let mut standing = Standing::default();
    let settings = NotificationSettings::default();
    let news = after_run(&mut standing, &missing("vip"), &settings);
    assert_eq!(news[0].code, "segment_missing");
    assert!(news[0].message.contains("\"vip\"") || news[0].message.contains("vip"), "{}", news[0].message);
    let news = after_run(&mut standing, &rejecting(600, 1000), &settings);
    assert_eq!(news[0].message, "The export has run successfully again.");
    assert!(news[1].message.starts_with("600 of 1000 rows were rejected."), "{}", news[1].message);
}
