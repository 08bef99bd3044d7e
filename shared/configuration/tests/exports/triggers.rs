//! What starts by itself: slots of schedules and complete uploads, each once, nothing while paused.

use configuration::{RefreshChange, TriggerReport};
use domain::Clock;
use domain::identifier::ExportId;
use engine::{Started, Trigger};
use jiff::{SignedDuration, Timestamp};
use schedule::RefreshForm;

use crate::world::{PEOPLE, World, daily, segment, world};

async fn refresh(world: &World, times: &[&str], upload_trigger: bool) {
    let ann = world.bench.administrator();
    let kind = if times.is_empty() { "off" } else { "daily" };
    let schedule = RefreshForm {
        kind: kind.to_owned(),
        times: times.iter().map(|time| (*time).to_owned()).collect(),
        time_zone: "Etc/UTC".to_owned(),
        ..RefreshForm::default()
    };
    let tag = world.bench.configuration.refresh(&ann).await.unwrap().tag;
    let change = RefreshChange { schedule, upload_trigger };
    world.bench.configuration.update_refresh(&ann, &tag, &change).await.unwrap();
}

async fn pause(world: &World, paused: bool) {
    world.bench.time_passes(SignedDuration::from_secs(1));
    world.bench.configuration.pause_everything(&world.bench.administrator(), paused).await.unwrap();
}

/// A tick at this time of 22 November 2026.
async fn tick(world: &World, time: &str) -> TriggerReport {
    let now: Timestamp = format!("2026-11-22T{time}Z").parse().unwrap();
    world.bench.clock.advance_to(now);
    world.bench.configuration.start_due(now).await.unwrap()
}

fn created(report: &TriggerReport) -> Vec<ExportId> {
    let new = report.started.iter().filter(|started| matches!(started.started, Started::Created(_)));
    let mut exports: Vec<ExportId> = new.map(|started| started.export.id.clone()).collect();
    exports.sort();
    exports
}

async fn finish_all(world: &World) {
    for key in world.bench.engine.active_runs().await.unwrap() {
        world.finish(&key).await;
    }
}

#[tokio::test]
async fn the_system_refresh_starts_what_follows_it_for_its_export_user() {
    let world = world().await;
    let news = world.export("News").await;
    let mut own = world.draft("Own");
    own.schedule = daily("2026-11-22T23:00");
    let own = world.save(&own).await.export.value.standing.id;
    let off = world.export("Off").await;
    let carl = world.bench.contributor();
    let switch = configuration::BulkSchedule::Switch(false);
    world.bench.configuration.set_schedules(&carl, std::slice::from_ref(&off), &switch).await.unwrap();
    world.bench.export("Detached", None).await;
    refresh(&world, &["06:00"], false).await;
    assert!(tick(&world, "05:59:30").await.started.is_empty());
    let report = tick(&world, "06:00:20").await;
    assert_eq!(created(&report), std::slice::from_ref(&news));
    assert_eq!(report.left_out.len(), 1, "without a connection nothing runs");
    assert_eq!(world.driven(), std::slice::from_ref(&news));
    let active = world.bench.engine.occupation(&news).await.unwrap().active.unwrap();
    assert_eq!((active.request.trigger, active.request.requested_by.as_str()), (Trigger::Scheduled, "Ann"));
    let sat_out = world.bench.configuration.export(&carl, &own).await.unwrap().value.standing;
    assert_eq!(sat_out.status, None, "never Skipped for having sat out a refresh");
    let page = world.bench.configuration.audit(&world.bench.administrator(), None).await.unwrap();
    let entry = page.items.iter().find(|entry| entry.action == "run.started").unwrap();
    assert_eq!((entry.by.name.as_str(), entry.role), ("Ann", None));
}

#[tokio::test]
async fn late_doubled_and_missing_ticks_make_no_difference() {
    let world = world().await;
    let news = world.export("News").await;
    refresh(&world, &["05:00", "06:00", "07:00"], false).await;
    tick(&world, "04:30:00").await;
    // Two were missed: only the latest runs.
    assert_eq!(created(&tick(&world, "06:10:00").await), std::slice::from_ref(&news));
    finish_all(&world).await;
    assert!(tick(&world, "06:10:00").await.started.is_empty(), "doubled");
    assert!(tick(&world, "06:09:00").await.started.is_empty(), "late");
    assert!(tick(&world, "06:30:00").await.started.is_empty());
    // A crash before the watermark: the same slot again is a known event.
    let ticks = "settings/ticks.json";
    store::ObjectStore::delete(&world.bench.memory, ticks, store::Condition::None).await.unwrap();
    let again = tick(&world, "06:31:00").await;
    assert!(created(&again).is_empty(), "{again:?}");
    assert_eq!(created(&tick(&world, "07:00:00").await), [news]);
}

#[tokio::test]
async fn a_change_of_the_schedule_makes_up_for_nothing() {
    let world = world().await;
    let news = world.export("News").await;
    tick(&world, "05:00:00").await;
    world.bench.clock.advance_to("2026-11-22T08:00:00Z".parse().unwrap());
    refresh(&world, &["06:00", "09:00"], false).await;
    assert!(tick(&world, "08:01:00").await.started.is_empty(), "06:00 was over when it was set");
    // The upload switch in the very minute of a slot takes nothing away from it.
    world.bench.clock.advance_to("2026-11-22T09:00:30Z".parse().unwrap());
    refresh(&world, &["06:00", "09:00"], true).await;
    assert_eq!(created(&tick(&world, "09:01:00").await), [news]);
}

#[tokio::test]
async fn an_own_recurrence_starts_only_its_export() {
    let world = world().await;
    world.export("News").await;
    let mut own = world.draft("Own");
    own.schedule = daily("2026-11-22T06:30");
    let own = world.save(&own).await.export.value.standing.id;
    assert!(tick(&world, "06:29:00").await.started.is_empty());
    assert_eq!(created(&tick(&world, "06:31:00").await), std::slice::from_ref(&own));
    // An edit of the export in the minute of a slot takes nothing away from it either.
    finish_all(&world).await;
    let next: Timestamp = "2026-11-23T06:30:40Z".parse().unwrap();
    world.bench.configuration.start_due("2026-11-23T06:29:40Z".parse().unwrap()).await.unwrap();
    world.bench.clock.advance_to(next);
    let carl = world.bench.contributor();
    let current = world.bench.configuration.export(&carl, &own).await.unwrap();
    let mut draft = current.value.draft.clone();
    draft.name = "Renamed".to_owned();
    world.bench.configuration.update_export(&carl, &own, &current.tag, &draft).await.unwrap();
    assert_eq!(created(&world.bench.configuration.start_due(next).await.unwrap()), [own]);
}

#[tokio::test]
async fn nothing_starts_while_paused_and_nothing_is_made_up_for() {
    let world = world().await;
    let news = world.export("News").await;
    refresh(&world, &["06:00", "07:00"], true).await;
    tick(&world, "05:00:00").await;
    pause(&world, true).await;
    assert!(tick(&world, "06:01:00").await.started.is_empty());
    world.upload("customers/new.csv", PEOPLE).await;
    let configuration = &world.bench.configuration;
    assert!(configuration.snapshot_uploaded(&segment("customers")).await.unwrap().started.is_empty());
    pause(&world, false).await;
    assert!(tick(&world, "06:30:00").await.started.is_empty());
    assert_eq!(created(&tick(&world, "07:00:00").await), [news]);
}

#[tokio::test]
async fn a_complete_upload_starts_each_export_of_its_segment_once() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    let mut own = world.draft("Own");
    own.schedule = daily("2026-11-22T23:00");
    world.save(&own).await;
    world.upload("leads/1.csv", PEOPLE).await;
    let mut other = world.draft("Other");
    other.segments = vec!["leads".to_owned()];
    world.save(&other).await;
    let customers = segment("customers");
    assert!(
        configuration.snapshot_uploaded(&customers).await.unwrap().started.is_empty(),
        "off until turned on"
    );
    assert_eq!(
        configuration.segments(&world.bench.viewer()).await.unwrap()[0].members,
        Some(3),
        "counted all the same"
    );
    refresh(&world, &[], true).await;
    world.upload("customers/2026-11-22.csv", PEOPLE).await;
    let report = configuration.snapshot_uploaded(&customers).await.unwrap();
    assert_eq!((created(&report), report.started.len()), (vec![news.clone()], 1));
    let active = world.bench.engine.occupation(&news).await.unwrap().active.unwrap();
    assert_eq!(active.request.trigger, Trigger::Upload);
    finish_all(&world).await;
    let again = configuration.snapshot_uploaded(&customers).await.unwrap();
    assert!(matches!(again.started[0].started, Started::Known(_)), "delivered twice: {again:?}");
}

#[tokio::test]
async fn a_folder_of_parts_starts_when_it_is_complete() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    refresh(&world, &[], true).await;
    let customers = segment("customers");
    for part in 1..=2 {
        world.upload(&format!("customers/big/part-{part}.csv"), PEOPLE).await;
        assert!(configuration.snapshot_uploaded(&customers).await.unwrap().started.is_empty());
    }
    let now = world.bench.clock.now();
    assert!(configuration.start_due(now).await.unwrap().started.is_empty(), "not quiet yet");
    world.bench.time_passes(SignedDuration::from_mins(11));
    let report = configuration.start_due(world.bench.clock.now()).await.unwrap();
    assert_eq!(created(&report), std::slice::from_ref(&news));
    assert!(!world.bench.memory.keys().iter().any(|key| key.starts_with("uploads/")), "seen to");
    finish_all(&world).await;
    // A marker ends the waiting at once.
    world.upload("customers/marked/part-1.csv", PEOPLE).await;
    assert!(configuration.snapshot_uploaded(&customers).await.unwrap().started.is_empty());
    world.upload("customers/marked/_SUCCESS", "").await;
    assert_eq!(created(&configuration.snapshot_uploaded(&customers).await.unwrap()), [news]);
    world.bench.time_passes(SignedDuration::from_mins(11));
    let report = configuration.start_due(world.bench.clock.now()).await.unwrap();
    assert!(created(&report).is_empty(), "{report:?}");
}
