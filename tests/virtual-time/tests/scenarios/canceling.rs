//! What was asked for beside a run that is canceled, or fails, is not lost with it.

use engine::{RunKey, StartRequest, Started, Status, Trigger};
use planner::RunKind;
use virtual_time::{World, end};

use super::steps::{slow_world, start, until_imports, world_of};

const TRIGGERS: [Trigger; 3] = [Trigger::OnDemand, Trigger::Scheduled, Trigger::Upload];

fn request(world: &World, trigger: Trigger) -> StartRequest {
    StartRequest { trigger, ..world.request(RunKind::Changes) }
}

/// The run that has begun after `ended`.
async fn next(world: &World, engine: &engine::Engine, ended: &RunKey) -> Option<RunKey> {
    let active = engine.occupation(&world.export).await.unwrap().active?;
    assert_ne!(active.run, ended.run);
    Some(RunKey { run: active.run, ..ended.clone() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_while_a_run_is_being_canceled_gets_another_one() {
    for trigger in TRIGGERS {
        let world = world_of(20).await;
        let engine = world.process();
        let key = start(&world, &engine).await;
        // Nobody has worked on it: whoever came before would have joined it.
        engine.cancel(&key, "administrator").await.unwrap();
        let follows = engine.start_run(&world.export, request(&world, trigger)).await.unwrap();
        assert_eq!(follows, Started::Follows { active: key.clone() }, "{trigger:?}");
        assert_eq!(end(&world.finish(&engine, &key).await).0, Status::Canceled);
        let next = next(&world, &engine, &key).await.unwrap_or_else(|| panic!("{trigger:?} is lost"));
        assert_eq!(end(&world.finish(&engine, &next).await).0, Status::Successful);
        assert_eq!(world.members().await.len(), 20);
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_a_canceled_run_begins_although_nothing_newer_came() {
    for trigger in TRIGGERS {
        for asked_before in [true, false] {
            let world = slow_world().await;
            let engine = world.process();
            let key = start(&world, &engine).await;
            until_imports(&world, &engine, &key, 1).await;
            for asks in [asked_before, !asked_before] {
                if asks {
                    engine.start_run(&world.export, request(&world, trigger)).await.unwrap();
                } else {
                    engine.cancel(&key, "administrator").await.unwrap();
                }
            }
            assert_eq!(end(&world.finish(&engine, &key).await).0, Status::Canceled);
            let next = next(&world, &engine, &key).await.unwrap_or_else(|| panic!("{trigger:?} is lost"));
            assert_eq!(end(&world.finish(&engine, &next).await).0, Status::Successful);
            world.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_follows_a_run_that_left_rows_unsent_begins_although_nothing_newer_came() {
    let world = world_of(20).await;
    world.control.change_faults(|faults| faults.failed_import_every = 1).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    engine.start_run(&world.export, request(&world, Trigger::Scheduled)).await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).1.code(), "rows_unsent");
    world.control.change_faults(|faults| faults.failed_import_every = 0).await;
    let next = next(&world, &engine, &key).await.unwrap();
    assert_eq!(end(&world.finish(&engine, &next).await).0, Status::Successful);
    assert_eq!(world.members().await.len(), 20);
    world.close().await;
}
