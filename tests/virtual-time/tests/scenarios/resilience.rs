//! What could hold a run for ever, lose what it did, or write to somebody who had opted out: one scenario each.

use engine::{Caller, End, ParkReason, Phase, Status};
use jiff::SignedDuration;
use planner::RunKind;
use store::{Condition, ObjectStore};
use virtual_time::{Ending, counts, end, people};

use super::steps::{bounded, start, until_imports, world_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_parked_longer_than_chunks_are_kept_ends() {
    let mut held = Vec::new();
    for imports in [0, 1] {
        let world = world_of(200).await;
        let engine = world.process();
        let key = start(&world, &engine).await;
        if imports == 0 {
            while !matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Sending(_)) {
                engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
            }
        } else {
            until_imports(&world, &engine, &key, imports).await;
        }
        world.control.expire_access_tokens().await.unwrap();
        let ending = world.drive(&engine, &key).await;
        assert!(matches!(ending, Ending::Parked(ParkReason::NeedsReauthentication)));
        world.sleep(SignedDuration::from_hours(8 * 24)).await;
        for object in world.state.keys().into_iter().filter(|object| object.starts_with("chunks/")) {
            world.state.delete(&object, Condition::None).await.unwrap();
        }
        world.reauthenticate().await;
        let run = bounded(&world, &world.process(), &key, 300).await;
        if let Err(answer) = run {
            held.push(format!("{imports} imports: {answer}"));
        }
        world.close().await;
    }
    assert!(held.is_empty(), "{held:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_a_newer_release_parks_the_run() {
    let world = world_of(100).await;
    world.run(RunKind::Changes).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    let mut bytes = world.state.get(&ledger).await.unwrap().bytes.to_vec();
    bytes[8] = 2;
    world.state.put(&ledger, bytes.into(), Condition::None).await.unwrap();
    let engine = world.process();
    let key = start(&world, &engine).await;
    let run = bounded(&world, &engine, &key, 50).await.map(|run| end(&run));
    assert!(run.as_ref().is_err_and(|error| error.starts_with("parked")), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_run_whose_connection_is_never_authorised_again_ends() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.control.expire_access_tokens().await.unwrap();
    world.drive(&engine, &key).await;
    engine.cancel(&key, "administrator").await.unwrap();
    for _ in 0..30 {
        world.sleep(SignedDuration::from_hours(24)).await;
        if let Ending::Ended(_) = world.drive(&engine, &key).await {
            return;
        }
    }
    panic!("not ended 30 days after it was canceled, 20 days after the service forgot its activities");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_canceled_first_run_left_can_be_sent_by_the_next() {
    let world = world_of(300).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    let sentence = end(&run).1.to_string();
    let next = world.run(RunKind::Changes).await;
    assert_eq!(end(&next).0, Status::Successful, "first: {sentence} then: {}", end(&next).1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_deleted_in_mid_run_is_said_to_be_missing() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.control.delete_list(world.list.clone()).await.unwrap();
    let run = bounded(&world, &engine, &key, 300).await.unwrap();
    counts(&run);
    assert_eq!(end(&run).1, End::ListMissing, "{}", end(&run).1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_vanishes_before_the_settlement_does_not_hold_the_run() {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 210)).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 6).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    world.state.delete(&ledger, Condition::None).await.unwrap();
    let run = bounded(&world, &engine, &key, 100).await;
    assert!(run.is_ok(), "{}", run.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_ledgers_do_not_pile_up() {
    let world = world_of(50).await;
    for round in 0..5 {
        world.upload(&format!("r{round}"), &people(0, 60 + round)).await;
        world.run(RunKind::Changes).await;
    }
    let ledgers = world.state.keys().into_iter().filter(|key| key.starts_with("ledgers/")).count();
    assert!(ledgers <= 2, "{ledgers} ledgers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_is_denied_something_is_not_taken_for_a_dead_one() {
    let world = world_of(200).await;
    world.state_denied.writing("chunks/");
    let engine = world.process();
    let key = start(&world, &engine).await;
    // More often than a step is begun by callers that die in it; nobody waits for the lease of the one before.
    for _ in 0..7 {
        let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
        let denied = engine.advance(&key, deadline, Caller::Shared).await.unwrap_err();
        assert!(matches!(denied, engine::AdvanceError::Files(_)), "{denied}");
    }
    world.state_denied.nothing();
    let run = world.finish(&engine, &key).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200), "{}", end(&run).1);
}
