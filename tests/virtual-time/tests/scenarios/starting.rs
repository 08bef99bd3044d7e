//! Who starts a run, who joins one, and who follows.

use std::convert::Infallible;

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use engine::{Caller, Engine, Phase, RunKey, StartRequest, Started, Status, Trigger, Waiting, Warning};
use jiff::SignedDuration;
use planner::RunKind;
use store::{Change, Condition, ObjectStore};
use virtual_time::{Person, World, csv, end, people};

use super::steps::{slow_world, start, until_imports, world_of};

fn upload(world: &World) -> StartRequest {
    StartRequest { trigger: Trigger::Upload, ..world.request(RunKind::Changes) }
}

async fn event(world: &World, engine: &Engine, event: &str) -> Started {
    engine.start_run_for_event(&world.export, upload(world), event).await.unwrap().started
}

/// Until its snapshots are chosen and something was sent.
async fn until_sent(world: &World, engine: &Engine, key: &RunKey) {
    while world.control.statistics().await.imports == 0 {
        engine.advance(key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_delivered_twice_makes_one_run() {
    let world = slow_world().await;
    let engine = world.process();
    let created = event(&world, &engine, "a").await;
    assert!(matches!(created, Started::Created(_)));
    let key = created.active().clone();
    // Before its snapshots are chosen, after that, and after its end.
    assert_eq!(event(&world, &engine, "a").await, Started::Joined(key.clone()));
    until_sent(&world, &engine, &key).await;
    assert_eq!(event(&world, &engine, "a").await, Started::Joined(key.clone()));
    world.finish(&engine, &key).await;
    assert_eq!(event(&world, &engine, "a").await, Started::Known(key.clone()));
    assert_eq!(engine.runs(&world.export, 10).await.unwrap().len(), 1);
    assert_eq!(engine.occupation(&world.export).await.unwrap().active, None);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_follow_up_serves_all_events_after_the_snapshots_are_chosen() {
    let world = slow_world().await;
    let engine = world.process();
    let key = event(&world, &engine, "a").await.active().clone();
    assert_eq!(event(&world, &engine, "b").await, Started::Joined(key.clone()));
    until_sent(&world, &engine, &key).await;
    world.upload("2", &people(0, 60)).await;
    for name in ["c", "d", "c"] {
        assert_eq!(event(&world, &engine, name).await, Started::Follows { active: key.clone() });
    }
    let run = world.finish(&engine, &key).await;
    assert_eq!(run.ended().unwrap().snapshots[0].snapshot, "1.csv");
    let next = engine.occupation(&world.export).await.unwrap().active.unwrap();
    assert_eq!(event(&world, &engine, "d").await.active().run, next.run);
    let next = world.finish(&engine, &RunKey { run: next.run, ..key }).await;
    assert_eq!(next.ended().unwrap().snapshots[0].snapshot, "2.csv");
    assert_eq!(engine.runs(&world.export, 10).await.unwrap().len(), 2);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follow_up_of_an_upload_without_anything_newer_is_dropped_and_a_persons_is_not() {
    for trigger in [Trigger::Upload, Trigger::Scheduled, Trigger::OnDemand] {
        let world = slow_world().await;
        let engine = world.process();
        let key = event(&world, &engine, "a").await.active().clone();
        until_sent(&world, &engine, &key).await;
        let request = StartRequest { trigger, ..upload(&world) };
        engine.start_run_for_event(&world.export, request, "b").await.unwrap();
        world.finish(&engine, &key).await;
        let active = engine.occupation(&world.export).await.unwrap().active;
        assert_eq!(active.is_some(), trigger == Trigger::OnDemand, "{trigger:?}");
        world.close().await;
    }
}

/// *Pause everything*, or its end.
async fn pause(world: &World, paused: bool) {
    let settings = RefreshSettings { paused, ..RefreshSettings::default() };
    let change = |_: Option<&RefreshSettings>| Ok::<_, Infallible>(Change::Write(settings.clone(), ()));
    world.state_documents().update(REFRESH_SETTINGS, change).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_queued_before_a_pause_begins_in_it_for_a_person_only() {
    use Trigger::{OnDemand, Scheduled, Upload};
    for (asked, begins) in [
        (vec![Upload], false),
        (vec![Scheduled], false),
        (vec![Upload, Scheduled], false),
        (vec![OnDemand], true),
        (vec![Upload, OnDemand], true),
        (vec![OnDemand, Scheduled], true),
    ] {
        let world = slow_world().await;
        let engine = world.process();
        let key = event(&world, &engine, "a").await.active().clone();
        until_sent(&world, &engine, &key).await;
        world.upload("2", &people(0, 60)).await;
        for trigger in &asked {
            let request = StartRequest { trigger: *trigger, ..upload(&world) };
            engine.start_run_for_event(&world.export, request, &format!("{trigger:?}")).await.unwrap();
        }
        pause(&world, true).await;
        let run = world.finish(&engine, &key).await;
        assert_eq!(end(&run).0, Status::Successful, "what is under way goes on");
        let occupation = engine.occupation(&world.export).await.unwrap();
        assert_eq!((occupation.active.is_some(), occupation.follow_up), (begins, None), "{asked:?}");
        if !begins {
            // What would have begun is not made up for; whatever comes after the pause begins as ever.
            pause(&world, false).await;
            assert_eq!(event(&world, &engine, &format!("{:?}", asked[0])).await, Started::Known(key));
            let next = event(&world, &engine, "after").await;
            assert!(matches!(next, Started::Created(_)), "{next:?}");
            let next = world.finish(&engine, next.active()).await;
            assert_eq!(next.ended().unwrap().snapshots[0].snapshot, "2.csv");
        }
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_plan_and_an_ordinary_request_do_not_serve_each_other() {
    let world = slow_world().await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    world.upload("1", &people(0, 200)).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 302)).await;
    let braked = world.run(RunKind::Changes).await;
    assert_eq!(end(&braked).1.code(), "brake_additions");
    // A run that changes nothing is under way when the plan is approved; then there is a newer snapshot.
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    while matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Queued | Phase::Looking(_)) {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    let approved = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(RunKind::Changes) };
    let follows = Started::Follows { active: key.clone() };
    assert_eq!(event(&world, &engine, "before").await, follows);
    assert_eq!(engine.start_run(&world.export, approved).await.unwrap(), follows);
    world.upload("3", &people(0, 310)).await;
    assert_eq!(event(&world, &engine, "after").await, follows);
    let mut used = Vec::new();
    let mut next = Some(key.run.clone());
    while let Some(run) = next {
        let run = world.finish(&engine, &RunKey { run, ..key.clone() }).await;
        used.push((end(&run).1.code(), run.ended().unwrap().snapshots[0].snapshot.clone()));
        next = engine.occupation(&world.export).await.unwrap().active.map(|active| active.run);
    }
    let used: Vec<(&str, &str)> = used.iter().map(|(code, snapshot)| (*code, snapshot.as_str())).collect();
    assert_eq!(used, [("brake_additions", "2.csv"), ("completed", "2.csv"), ("completed", "3.csv")]);
    assert_eq!(world.members().await.len(), 310);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_and_parts_are_one_run_and_the_first_row_of_a_person_counts() {
    let world = slow_world().await;
    world.use_segments(&["people", "members"]).await;
    let mut again = people(0, 1);
    again[0].first_name = "Other".into();
    again.extend(people(100, 30));
    world.upload_file("segments/members/2026-11-22/part-10.csv", csv(&people(200, 30))).await;
    world.upload_file("segments/members/2026-11-22/part-9.csv", csv(&again)).await;
    world.upload_file("segments/members/2026-11-22/_SUCCESS", Vec::new()).await;
    let run = world.run(RunKind::Changes).await;
    let ended = run.ended().unwrap();
    assert_eq!((ended.counts.read, ended.counts.duplicates, ended.counts.added), (111, 1, 110));
    let parts: Vec<usize> = ended.snapshots.iter().map(|snapshot| snapshot.parts.len()).collect();
    assert_eq!(parts, [1, 2]);
    assert_ne!(world.members().await["person0@example.com"], "Other");
    // One of them changes: only that is sent.
    world.upload_file("segments/members/2026-11-23/part-0.csv", csv(&people(100, 40))).await;
    world.upload_file("segments/members/2026-11-23/_SUCCESS", Vec::new()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((run.ended().unwrap().counts.added, run.ended().unwrap().counts.unchanged), (10, 80));
    // One of them is missing: nothing is sent.
    world.use_segments(&["people", "nobody"]).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Skipped, "segment_missing"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_queued_while_a_newer_snapshot_is_uploaded_but_not_for_ever() {
    for completes in [true, false] {
        let world = slow_world().await;
        // It has had a marker once, so that without one it is not complete however long nobody writes.
        world.upload_file("segments/people/2026-11-22/part-0.csv", csv(&people(0, 40))).await;
        world.upload_file("segments/people/2026-11-22/_SUCCESS", Vec::new()).await;
        world.run(RunKind::Changes).await;
        world.upload_file("segments/people/2026-11-23/part-0.csv", csv(&people(0, 60))).await;
        let engine = world.process();
        let asked = world.clock_now();
        let key = event(&world, &engine, "a").await.active().clone();
        let deadline = asked.checked_add(SignedDuration::from_mins(5)).unwrap();
        engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
        let run = engine.run(&key).await.unwrap().unwrap();
        assert_eq!((run.status(), run.waiting), (Status::Queued, Some(Waiting::Snapshot)));
        if completes {
            world.sleep(SignedDuration::from_hours(1)).await;
            world.upload_file("segments/people/2026-11-23/_SUCCESS", Vec::new()).await;
        }
        let run = world.finish(&engine, &key).await;
        let ended = run.ended().unwrap();
        let used = ended.snapshots[0].snapshot.as_str();
        let waited = ended.at.duration_since(asked);
        if completes {
            assert_eq!((used, run.warnings.len()), ("2026-11-23", 0));
            assert!(waited < SignedDuration::from_mins(100), "{waited}");
        } else {
            assert_eq!(used, "2026-11-22");
            assert!(matches!(&run.warnings[..], [Warning::UploadUnfinished { .. }]), "{:?}", run.warnings);
            assert!(waited >= SignedDuration::from_hours(2), "{waited}");
            assert!(waited < SignedDuration::from_mins(150), "{waited}");
        }
        world.close().await;
    }
}

async fn part(world: &World, key: &str, rows: &[Person]) {
    let bytes = csv(rows);
    world.segments.put(key, bytes.into(), Condition::None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_joins_a_run_that_still_waits_for_an_upload() {
    let world = world_of(20).await;
    world.sleep(SignedDuration::from_mins(1)).await;
    part(&world, "segments/people/2/part-0.csv", &people(0, 25)).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    let deadline = world.clock_now().checked_add(SignedDuration::from_mins(5)).unwrap();
    engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
    assert_eq!(engine.run(&key).await.unwrap().unwrap().waiting, Some(Waiting::Snapshot));
    let again = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert_eq!(again, Started::Joined(key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_followed_waits_for_an_upload_like_any_other() {
    let world = world_of(20).await;
    world.control.change_switches(|switches| switches.activity_seconds = 3 * 3600).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    let follows = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert!(matches!(follows, Started::Follows { .. }));
    world.sleep(SignedDuration::from_hours(3)).await;
    part(&world, "segments/people/2/part-0.csv", &people(0, 25)).await;
    world.finish(&engine, &key).await;
    let active = engine.occupation(&world.export).await.unwrap().active.unwrap();
    let next = world.finish(&engine, &RunKey { export: world.export.clone(), run: active.run }).await;
    assert_eq!(next.ended().unwrap().snapshots[0].snapshot, "2", "{:?}", next.warnings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_run_that_was_asked_for_is_not_lost_to_a_later_ordinary_one() {
    let world = world_of(20).await;
    world.control.change_switches(|switches| switches.activity_seconds = 3600).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    engine.start_run(&world.export, world.request(RunKind::Full)).await.unwrap();
    engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let follow_up = engine.occupation(&world.export).await.unwrap().follow_up.unwrap();
    assert_eq!(follow_up.request.kind, RunKind::Full);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_run_serves_no_announcement_that_comes_late() {
    let world = slow_world().await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_sent(&world, &engine, &key).await;
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).0, Status::Canceled);
    let used = run.ended().unwrap().snapshots[0].clone();
    let late = engine.start_run_for_snapshot(&world.export, upload(&world), "late", &used).await.unwrap();
    assert!(matches!(late.started, Started::Created(_)), "{late:?}");
    world.close().await;
}
