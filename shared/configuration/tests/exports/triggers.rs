//! What starts by itself: slots of schedules and complete uploads, each once, nothing while paused.

use company::{Company, PEOPLE};
use configuration::{RefreshChange, TriggerReport};
use domain::Clock;
use domain::identifier::ExportId;
use engine::{Advance, Caller, RunKey, Started, Trigger};
use jiff::{SignedDuration, Timestamp};
use planner::RunKind;
use schedule::RefreshForm;

use super::world::{World, daily, segment, world};

pub(crate) async fn refresh(world: &World, times: &[&str], upload_trigger: bool) {
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

pub(crate) async fn pause(world: &World, paused: bool) {
    world.bench.time_passes(SignedDuration::from_secs(1));
    world.bench.configuration.pause_everything(&world.bench.administrator(), paused).await.unwrap();
}

/// A tick at this time of 22 November 2026.
pub(crate) async fn tick(world: &World, time: &str) -> TriggerReport {
    let now: Timestamp = format!("2026-11-22T{time}Z").parse().unwrap();
    world.bench.clock.advance_to(now);
    world.bench.configuration.start_due(now).await.unwrap()
}

pub(crate) fn created(report: &TriggerReport) -> Vec<ExportId> {
    let new = report.started.iter().filter(|started| matches!(started.started, Started::Created(_)));
    let mut exports: Vec<ExportId> = new.map(|started| started.export.id.clone()).collect();
    exports.sort();
    exports
}

pub(crate) async fn finish_all(world: &World) {
    for key in world.bench.engine.active_runs().await.unwrap() {
        world.bench.finish(&key).await;
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
    let seen = world.bench.seen(&[&off]).await;
    world.bench.configuration.set_schedules(&carl, &seen, &switch).await.unwrap();
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
    world.bench.upload("customers/new.csv", PEOPLE).await;
    let configuration = &world.bench.configuration;
    assert!(configuration.snapshot_uploaded(&segment("customers")).await.unwrap().started.is_empty());
    pause(&world, false).await;
    assert!(tick(&world, "06:30:00").await.started.is_empty());
    assert_eq!(created(&tick(&world, "07:00:00").await), [news]);
}

/// Until its snapshots are chosen: whatever is uploaded after that is news.
async fn until_pinned(world: &World, key: &RunKey) {
    let Company { engine, clock, control, .. } = &world.bench;
    while !engine.occupation(&key.export).await.unwrap().active.unwrap().pinned {
        control.set_clock(clock.now()).await.unwrap();
        if let Advance::Wait { until } = engine.advance(key, clock.now(), Caller::SoleOwner).await.unwrap() {
            clock.advance_to(until);
        }
    }
}

#[tokio::test]
async fn what_a_schedule_queued_before_a_pause_does_not_begin_in_it() {
    for paused in [true, false] {
        let world = world().await;
        let news = world.export("News").await;
        refresh(&world, &["06:00", "07:00"], false).await;
        tick(&world, "05:00:00").await;
        let carl = world.bench.contributor();
        let run = world.bench.configuration.run_export(&carl, &news, RunKind::Changes, None).await.unwrap();
        until_pinned(&world, run.active()).await;
        // The one that follows has something to do.
        world.bench.upload("customers/new.csv", PEOPLE).await;
        let report = tick(&world, "06:01:00").await;
        assert!(matches!(report.started[0].started, Started::Follows { .. }), "{report:?}");
        if paused {
            pause(&world, true).await;
        }
        world.bench.finish(run.active()).await;
        let runs = world.bench.configuration.runs(&carl, &news, 10).await.unwrap();
        assert_eq!((runs.active.is_some(), runs.queued.len()), (!paused, 0), "paused: {paused}");
        if paused {
            pause(&world, false).await;
            assert!(tick(&world, "06:30:00").await.started.is_empty(), "it is not made up for");
            assert_eq!(created(&tick(&world, "07:00:00").await), [news]);
        }
    }
}

#[tokio::test]
async fn a_complete_upload_starts_each_export_of_its_segment_once() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    let mut own = world.draft("Own");
    own.schedule = daily("2026-11-22T23:00");
    world.save(&own).await;
    world.bench.upload("leads/1.csv", PEOPLE).await;
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
    world.bench.upload("customers/2026-11-22.csv", PEOPLE).await;
    let report = configuration.snapshot_uploaded(&customers).await.unwrap();
    assert_eq!((created(&report), report.started.len()), (vec![news.clone()], 1));
    let active = world.bench.engine.occupation(&news).await.unwrap().active.unwrap();
    assert_eq!(active.request.trigger, Trigger::Upload);
    finish_all(&world).await;
    let started = |actions: Vec<String>| actions.iter().filter(|action| *action == "run.started").count();
    assert_eq!(started(world.bench.actions().await), 1);
    let again = configuration.snapshot_uploaded(&customers).await.unwrap();
    assert!(matches!(again.started[0].started, Started::Known(_)), "delivered twice: {again:?}");
    assert_eq!(started(world.bench.actions().await), 1, "nothing has happened");
}

#[tokio::test]
async fn an_upload_that_a_run_has_used_already_starts_no_other() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    let carl = world.bench.contributor();
    refresh(&world, &[], true).await;
    world.bench.upload("customers/2026-11-22.csv", PEOPLE).await;
    // A click is faster than the watcher.
    let clicked = configuration.run_export(&carl, &news, RunKind::Changes, None).await.unwrap();
    world.bench.finish(clicked.active()).await;
    let announced = configuration.snapshot_uploaded(&segment("customers")).await.unwrap();
    assert_eq!(announced.started[0].started, Started::Known(clicked.active().clone()));
    assert!(world.bench.engine.active_runs().await.unwrap().is_empty());
    // It is no news either when the export was changed since: then there is something to do.
    world.bench.upload("customers/2026-11-23.csv", PEOPLE).await;
    let clicked = configuration.run_export(&carl, &news, RunKind::Changes, None).await.unwrap();
    world.bench.finish(clicked.active()).await;
    let current = configuration.export(&carl, &news).await.unwrap();
    let mut draft = current.value.draft.clone();
    let attribute = domain::mapping::Source::Column("FirstName".to_owned());
    draft
        .attributes
        .push(configuration::AttributeDraft { field: "first_name".to_owned(), source: attribute });
    configuration.update_export(&carl, &news, &current.tag, &draft).await.unwrap();
    let announced = configuration.snapshot_uploaded(&segment("customers")).await.unwrap();
    assert_eq!(created(&announced), [news]);
}

#[tokio::test]
async fn a_segment_that_once_had_a_marker_is_not_complete_without_one() {
    let world = world().await;
    let (configuration, marked) = (&world.bench.configuration, segment("marked"));
    world.bench.upload("marked/1/part-1.csv", PEOPLE).await;
    world.bench.upload("marked/1/_SUCCESS", "").await;
    let mut draft = world.draft("News");
    draft.segments = vec!["marked".to_owned()];
    let news = world.save(&draft).await.export.value.standing.id;
    refresh(&world, &[], true).await;
    assert_eq!(created(&configuration.snapshot_uploaded(&marked).await.unwrap()), [news]);
    finish_all(&world).await;
    // The customer tidies up, and the next feed is cut short.
    for name in ["part-1.csv", "_SUCCESS"] {
        let key = format!("segments/marked/1/{name}");
        store::ObjectStore::delete(&world.bench.segments, &key, store::Condition::None).await.unwrap();
    }
    world.bench.upload("marked/2/part-1.csv", PEOPLE).await;
    assert!(configuration.snapshot_uploaded(&marked).await.unwrap().started.is_empty());
    world.bench.time_passes(SignedDuration::from_mins(11));
    let report = configuration.start_due(world.bench.clock.now()).await.unwrap();
    assert!(report.started.is_empty() && report.failed.is_empty(), "{report:?}");
    let viewer = world.bench.viewer();
    let item = configuration.segment(&viewer, &marked).await.unwrap().item;
    assert_eq!(item.snapshot, None, "people are told what a run would find");
    let listed = configuration.segments(&viewer).await.unwrap();
    assert_eq!(listed.iter().find(|item| item.name == marked).unwrap().snapshot, None);
}

/// A document that no release can read.
pub(crate) async fn damage(world: &World, key: &str) -> bytes::Bytes {
    let whole = store::ObjectStore::get(&world.bench.memory, key).await.unwrap().bytes;
    let damaged = bytes::Bytes::from_static(b"{}");
    store::ObjectStore::put(&world.bench.memory, key, damaged, store::Condition::None).await.unwrap();
    whole
}

#[tokio::test]
async fn an_export_that_cannot_be_started_holds_up_no_other_and_loses_nothing() {
    // Its own document, and what says which run is active.
    for name in ["export", "occupation"] {
        let world = world().await;
        let (news, offers) = (world.export("News").await, world.export("Offers").await);
        refresh(&world, &["05:00", "06:00"], true).await;
        tick(&world, "04:30:00").await;
        tick(&world, "05:01:00").await;
        finish_all(&world).await;
        let key = format!("exports/{news}/{name}.json");
        let whole = damage(&world, &key).await;
        let report = tick(&world, "06:01:00").await;
        assert_eq!(created(&report), std::slice::from_ref(&offers));
        assert_eq!(report.failed.iter().map(|export| &export.id).collect::<Vec<_>>(), [&news]);
        finish_all(&world).await;
        // A new schedule whose time is over begins with the change, also now.
        world.bench.clock.advance_to("2026-11-22T06:20:00Z".parse().unwrap());
        let report = tick(&world, "06:21:00").await;
        assert!(report.started.is_empty() && report.failed.len() == 1, "{report:?}");
        let own = configuration::BulkSchedule::Own(daily("2026-11-22T06:10"));
        let carl = world.bench.contributor();
        let seen = world.bench.seen(&[&offers]).await;
        world.bench.configuration.set_schedules(&carl, &seen, &own).await.unwrap();
        assert!(created(&tick(&world, "06:22:00").await).is_empty(), "06:10 was over when it was set");
        let uploaded = {
            world.bench.upload("customers/2026-11-22.csv", PEOPLE).await;
            world.bench.configuration.snapshot_uploaded(&segment("customers")).await.unwrap()
        };
        assert_eq!((created(&uploaded).len(), uploaded.failed.len()), (0, 1), "{uploaded:?}");
        // Mended, it is made up for: the refresh, and the upload with the next look.
        store::ObjectStore::put(&world.bench.memory, &key, whole, store::Condition::None).await.unwrap();
        let report = tick(&world, "06:31:00").await;
        assert_eq!(created(&report), std::slice::from_ref(&news), "{name}");
        let keys = world.bench.memory.keys();
        assert!(!keys.iter().any(|key| key.starts_with("uploads/")), "the upload was seen to");
        finish_all(&world).await;
        assert!(tick(&world, "06:40:00").await.started.is_empty(), "once");
    }
}

#[tokio::test]
async fn a_folder_of_parts_starts_when_it_is_complete() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    refresh(&world, &[], true).await;
    let customers = segment("customers");
    for part in 1..=2 {
        world.bench.upload(&format!("customers/big/part-{part}.csv"), PEOPLE).await;
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
    world.bench.upload("customers/marked/part-1.csv", PEOPLE).await;
    assert!(configuration.snapshot_uploaded(&customers).await.unwrap().started.is_empty());
    world.bench.upload("customers/marked/_SUCCESS", "").await;
    assert_eq!(created(&configuration.snapshot_uploaded(&customers).await.unwrap()), [news]);
    world.bench.time_passes(SignedDuration::from_mins(11));
    let report = configuration.start_due(world.bench.clock.now()).await.unwrap();
    assert!(created(&report).is_empty(), "{report:?}");
}
