//! The clock's events.

use jiff::SignedDuration;
use schedule::ExportSchedule;
use serde_json::json;

use crate::bench::bench;

#[tokio::test]
async fn each_due_moment_makes_one_run_however_often_the_clock_ticks() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.refresh_daily(&["10:00", "18:00"]).await;
    // 08:59 UTC is 09:59 in Berlin, in winter.
    bench.at("2026-11-22T08:59:59Z").await;
    assert_eq!(bench.tick().await, 0);
    bench.at("2026-11-22T09:00:00Z").await;
    assert_eq!((bench.tick().await, bench.tick().await), (1, 0));
    bench.pass(SignedDuration::from_mins(1)).await;
    assert_eq!(bench.tick().await, 0);
    assert_eq!(bench.finish().await, 1);
    bench.at("2026-11-22T17:00:30Z").await;
    assert_eq!(bench.tick().await, 1);
    assert_eq!(bench.finish().await, 1);
}

#[tokio::test]
async fn the_time_of_an_event_does_not_count() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.refresh_daily(&["10:00"]).await;
    bench.at("2026-11-22T09:00:10Z").await;
    let event = json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2015-10-08T16:53:06Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/segment-export-ScheduledRefresh-1ABC"],
        "detail": {}
    });
    assert_eq!(bench.send(event).await.unwrap().started, 1);
}

#[tokio::test]
async fn after_missed_ticks_only_the_latest_moment_runs() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.refresh_daily(&["10:00", "18:00"]).await;
    assert_eq!(bench.tick().await, 0);
    bench.at("2026-11-25T12:00:00Z").await;
    assert_eq!(bench.tick().await, 1);
    assert_eq!(bench.finish().await, 1);
    bench.pass(SignedDuration::from_mins(1)).await;
    assert_eq!(bench.tick().await, 0);
}

#[tokio::test]
async fn while_everything_is_paused_nothing_starts_and_nothing_is_made_up_for() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.refresh_daily(&["10:00"]).await;
    bench.refresh(|settings| (settings.paused, settings.upload_trigger) = (true, true)).await;
    bench.stage.upload("people/1.csv", 3).await;
    assert_eq!(bench.announce("people/1.csv").await, 0);
    bench.at("2026-11-22T09:00:00Z").await;
    assert_eq!(bench.tick().await, 0);
    bench.refresh(|settings| settings.paused = false).await;
    bench.pass(SignedDuration::from_mins(1)).await;
    assert_eq!(bench.tick().await, 0);
    bench.at("2026-11-23T09:00:00Z").await;
    assert_eq!(bench.tick().await, 1);
}

#[tokio::test]
async fn a_time_that_a_clock_skips_or_shows_twice_runs_once() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default()).await;
    bench.refresh_daily(&["02:30"]).await;
    // In Berlin clocks go from 02:00 to 03:00 on 28 March 2027 and back from 03:00 to 02:00 on 31 October, each at
    // 01:00 UTC.
    for (before, due, after) in [
        ("2027-03-28T00:59:00Z", "2027-03-28T01:00:00Z", "2027-03-28T01:30:00Z"),
        ("2027-10-31T00:29:00Z", "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"),
    ] {
        bench.at(before).await;
        bench.tick().await;
        bench.finish().await;
        bench.at(due).await;
        assert_eq!(bench.tick().await, 1, "{due}");
        assert_eq!(bench.finish().await, 1);
        bench.at(after).await;
        assert_eq!(bench.tick().await, 0, "{after}");
    }
}

#[tokio::test]
async fn an_export_that_does_not_follow_is_left_alone() {
    let bench = bench().await;
    bench.stage.export("export-1", &["people"], ExportSchedule::default().switched_off()).await;
    bench.refresh_daily(&["10:00"]).await;
    bench.at("2026-11-22T09:00:00Z").await;
    assert_eq!(bench.tick().await, 0);
}
