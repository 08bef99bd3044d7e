//! Objects that appear in the bucket of the segments.

use engine::{RunKey, Status};
use jiff::SignedDuration;
use schedule::ExportSchedule;

use crate::bench::{BUCKET, Bench, bench, object_created};

async fn with_export() -> Bench {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.trigger_uploads().await;
    bench
}

#[tokio::test]
async fn a_file_makes_one_run_however_often_and_late_it_is_announced() {
    let bench = with_export().await;
    // The names that are encoded in S3's own notifications, and not here.
    for path in ["people/2026 11+22 100%20.csv", "people/ä.csv"] {
        bench.stage.upload(path, 3).await;
        assert_eq!(bench.announce(path).await, 1, "{path}");
        assert_eq!(bench.finish().await, 1);
        assert_eq!(bench.announce(path).await, 0);
        bench.pass(SignedDuration::from_hours(1)).await;
        assert_eq!(bench.announce(path).await, 0);
        // The run that served it is asked for again, which does no harm.
        assert_eq!(bench.finish().await, 1);
    }
    let export = domain::identifier::ExportId::new("export-1").unwrap();
    assert_eq!(bench.stage.engine.history(&export, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_announced_out_of_order_is_exported_once() {
    let bench = with_export().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.pass(SignedDuration::from_secs(5)).await;
    bench.stage.upload("people/2.csv", 4).await;
    assert_eq!(bench.announce("people/2.csv").await, 1);
    assert_eq!(bench.finish().await, 1);
    assert_eq!(bench.announce("people/1.csv").await, 0, "the newest snapshot is the other one");
}

#[tokio::test]
async fn parts_wait_for_their_marker() {
    let bench = with_export().await;
    for part in ["people/2026-11-22/part-0.csv", "people/2026-11-22/part-1.csv"] {
        bench.stage.upload(part, 3).await;
        assert_eq!(bench.announce(part).await, 0, "{part}");
        assert_eq!(bench.tick().await, 0);
        bench.pass(SignedDuration::from_mins(1)).await;
    }
    bench.stage.upload_text("people/2026-11-22/_SUCCESS", "").await;
    assert_eq!(bench.announce("people/2026-11-22/_SUCCESS").await, 1);
    let run = bench.driven();
    let [run] = run.as_slice() else { panic!("one run: {run:?}") };
    bench.stage.drive(run).await;
    assert_eq!(bench.stage.run(run).await.ended().unwrap().end.status(), Status::Successful);
    // What comes late, again, or by the clock starts nothing more.
    assert_eq!(bench.announce("people/2026-11-22/part-0.csv").await, 0);
    assert_eq!(bench.announce("people/2026-11-22/_SUCCESS").await, 0);
    bench.pass(SignedDuration::from_mins(11)).await;
    assert_eq!(bench.tick().await, 0);
}

#[tokio::test]
async fn parts_without_a_marker_wait_until_they_have_come_to_rest() {
    let bench = with_export().await;
    bench.stage.upload("people/2026-11-22/part-0.csv", 3).await;
    assert_eq!(bench.announce("people/2026-11-22/part-0.csv").await, 0);
    bench.pass(SignedDuration::from_mins(9)).await;
    assert_eq!(bench.tick().await, 0);
    // Another part begins the quiet period anew.
    bench.stage.upload("people/2026-11-22/part-1.csv", 3).await;
    assert_eq!(bench.announce("people/2026-11-22/part-1.csv").await, 0);
    bench.pass(SignedDuration::from_mins(9)).await;
    assert_eq!(bench.tick().await, 0);
    bench.pass(SignedDuration::from_mins(2)).await;
    assert_eq!((bench.tick().await, bench.tick().await), (1, 0));
    assert_eq!(bench.finish().await, 1);
    let left = bench.stage.documents.store().list("uploads/", None, 10).await.unwrap();
    assert!(left.objects.is_empty(), "nothing is waited for any more");
}

#[tokio::test]
async fn an_upload_a_tick_and_a_click_before_the_snapshots_are_chosen_make_one_run() {
    let bench = with_export().await;
    bench.refresh_daily(&["10:00"]).await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.at("2026-11-22T09:00:00Z").await;
    assert_eq!(bench.announce("people/1.csv").await, 1);
    assert_eq!(bench.tick().await, 1, "it joins");
    let export = domain::identifier::ExportId::new("export-1").unwrap();
    let clicked: RunKey = bench.stage.start_run(&export).await;
    assert_eq!(bench.driven(), std::slice::from_ref(&clicked));
    bench.stage.drive(&clicked).await;
    let history = bench.stage.engine.history(&export, 10).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(bench.stage.engine.occupation(&export).await.unwrap().active, None, "and nothing follows");
}

#[tokio::test]
async fn with_the_trigger_off_an_upload_starts_nothing_and_is_counted() {
    let bench = with_export().await;
    bench.refresh(|settings| settings.upload_trigger = false).await;
    bench.stage.upload("people/1.csv", 3).await;
    assert_eq!(bench.announce("people/1.csv").await, 0);
    let counts = bench.stage.documents.store().list("segment-counts/", None, 10).await.unwrap();
    assert_eq!(counts.objects.len(), 1);
}

#[tokio::test]
async fn only_exports_with_the_segment_are_started() {
    let bench = with_export().await;
    bench.stage.export("export-2", &["others"], ExportSchedule::default()).await;
    bench.stage.export("export-3", &["others", "people"], ExportSchedule::default()).await;
    bench.stage.export("export-4", &["people"], ExportSchedule::default().switched_off()).await;
    bench.stage.upload("people/1.csv", 3).await;
    assert_eq!(bench.announce("people/1.csv").await, 2);
    let exports: Vec<String> = bench.driven().into_iter().map(|run| run.export.to_string()).collect();
    assert_eq!(exports, ["export-1", "export-3"]);
}

#[tokio::test]
async fn what_is_no_segment_is_ignored() {
    let bench = with_export().await;
    bench.stage.upload("people/1.csv", 3).await;
    for (bucket, key) in [
        ("another-bucket", "segments/people/1.csv"),
        (BUCKET, "outcomes/export-1/run-1.csv"),
        (BUCKET, "segments/people/"),
        (BUCKET, "segments/people/.1.csv.part"),
        (BUCKET, "segments/people/_temporary/0/part-0.csv"),
        (BUCKET, "people/1.csv"),
    ] {
        let answer = bench.send(object_created(bucket, key, "1")).await.unwrap();
        assert_eq!((answer.event, answer.started), ("ignored", 0), "{key}");
    }
    assert!(bench.driven().is_empty());
}
