//! What a run that waited for longer than a day does with what it had sent, and with the rest.

use std::time::Duration;

use engine::{Caller, Engine, Phase, RunKey, StartRequest, Status};
use jiff::SignedDuration;
use planner::RunKind;
use store::{Condition, ObjectStore};
use virtual_time::{World, counts, csv, end, people};

use super::steps::{bounded, start, start_kind, until_imports, world_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_part_after_an_unreadable_ledger_ends() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    world.state.delete(&ledger, Condition::None).await.unwrap();
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 6).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let (world, engine) = (std::sync::Arc::new(world), engine);
    let driver = {
        let (world, engine, key) = (std::sync::Arc::clone(&world), engine.clone(), key.clone());
        tokio::spawn(async move { bounded(&world, &engine, &key, 100).await })
    };
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let run = engine.run(&key).await.unwrap().unwrap();
        let warnings = run.warnings.len();
        if warnings > 20 {
            driver.abort();
        }
        assert!(
            warnings <= 20,
            "the plan starts over without end: {warnings} warnings, {:?}",
            run.warnings.last()
        );
        if driver.is_finished() {
            break;
        }
    }
    let run = driver.await.unwrap();
    assert!(run.is_ok(), "{}", run.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_canceled_after_a_closed_part_counts_what_it_sent() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    for _ in 0..100 {
        if matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Looking(_)) {
            break;
        }
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
        world.sleep(SignedDuration::from_secs(5)).await;
    }
    assert!(matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Looking(_)));
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 40);
    let counts = counts(&run);
    assert_eq!(counts.added, 40, "{:?} {counts:?} files {:?}", end(&run), run.ended().unwrap().files);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_missing_after_a_closed_part_is_not_skipped_with_nothing_sent() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.segments.delete("segments/people/1.csv", Condition::None).await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 40);
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "rows_unsent"));
    let said = end(&run).1.to_string();
    assert!(said.contains("160 rows stay unsent") && said.contains("has no complete snapshot"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_cannot_be_read_after_a_closed_part_leave_its_counts_and_files() {
    let world = world_of(200).await;
    let mut rows = people(0, 200);
    rows[7].email = "no address".into();
    world.upload("2", &rows).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let unreadable = "C1,a@example.com\n".repeat(20);
    let bytes = format!("{}{unreadable}", String::from_utf8(csv(&people(0, 30))).unwrap());
    world.upload_bytes("3", bytes.into_bytes()).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "too_many_unreadable_rows"));
    let said = end(&run).1.to_string();
    assert!(said.contains("of the 50 rows that the segments hold by now 20 cannot be read"), "{said}");
    assert!(said.contains("159 rows were not sent"), "{said}");
    let counts = counts(&run);
    assert_eq!((counts.read, counts.added, counts.unsent, counts.rejected), (200, 40, 159, 1));
    assert_eq!(world.members().await.len(), 40);
    let ended = run.ended().unwrap();
    assert_eq!((ended.chunks, ended.snapshots[0].snapshot.as_str()), (5, "2.csv"));
    let report = world.state_file(ended.files.report.as_ref().unwrap()).await;
    assert!(report.contains("email_invalid") && !report.contains("field_count"), "{report}");
    let outcomes = world.segment_file(ended.files.outcomes.as_ref().unwrap()).await;
    assert_eq!(outcomes.lines().count(), 201);
    // What was missing comes with the next snapshot.
    world.upload("4", &people(0, 200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).0, Status::Successful);
    assert_eq!(world.members().await.len(), 200);
    assert_eq!(world.times_imported().await, [1]);
}

/// A run that adds more than the brake allows, stopped by a day's wait when most of it is sent.
async fn adds_many_in_two_parts(world: &World, engine: &Engine, key: &RunKey) {
    let before = world.control.statistics().await.imports;
    until_imports(world, engine, key, before + 4).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let run = world.finish(engine, key).await;
    let members = world.members().await.len();
    assert_eq!(end(&run).0, Status::Successful, "{} members {members} {:?}", end(&run).1, counts(&run));
    assert_eq!((members, counts(&run).added), (400, 200));
    assert_eq!(world.times_imported().await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_run_goes_on_after_a_day() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 400)).await;
    let braked = world.run(RunKind::Changes).await;
    assert_eq!(end(&braked).1.code(), "brake_additions");
    let engine = world.process();
    let approved = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(RunKind::Changes) };
    let key = engine.start_run(&world.export, approved).await.unwrap().active().clone();
    adds_many_in_two_parts(&world, &engine, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_approved_run_left_unsent_goes_on_after_a_day() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 400)).await;
    let braked = world.run(RunKind::Changes).await;
    let engine = world.process();
    let approved = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(RunKind::Changes) };
    let key = engine.start_run(&world.export, approved).await.unwrap().active().clone();
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Sending(_)) {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    engine.cancel(&key, "administrator").await.unwrap();
    let canceled = world.finish(&engine, &key).await;
    assert_eq!(counts(&canceled).unsent, 200);
    let key = start(&world, &engine).await;
    adds_many_in_two_parts(&world, &engine, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_run_sends_nobody_twice_after_a_day() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    let engine = world.process();
    let key = start_kind(&world, &engine, RunKind::Full).await;
    until_imports(&world, &engine, &key, 9).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.finish(&engine, &key).await;
    assert_eq!(world.times_imported().await, [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_part_brakes_too() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    let mut changed = people(0, 200);
    for person in changed.iter_mut().take(60) {
        person.first_name = "Changed".into();
    }
    world.upload("2", &changed).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 6).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.upload("3", &people(0, 1000)).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 200, "{:?}", end(&run));
}
