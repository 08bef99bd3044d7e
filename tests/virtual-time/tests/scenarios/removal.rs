//! A connection that is removed while a run uses it: no request to the service afterwards, whatever the run waits for.

use catalog::{Connection, connection_key};
use domain::identifier::ConnectionId;
use engine::{Caller, Engine, RunKey, Status, Waiting};
use jiff::SignedDuration;
use virtual_time::{World, WorldOptions, end, people};

use super::steps::{slow_world, start};

async fn remove_connection(world: &World) {
    let documents = world.state_documents();
    let key = connection_key(&ConnectionId::new("connection-1").unwrap());
    let current = documents.load::<Connection>(&key).await.unwrap().unwrap();
    let removing = Connection { removing: true, ..current.content.clone() };
    documents.replace(&current, removing).await.unwrap();
}

/// Drives a run that removal has met, and says with how many requests.
async fn stopped(world: &World, engine: &Engine, key: &RunKey) -> (Status, u64) {
    remove_connection(world).await;
    let before = world.control.statistics().await.total;
    let run = world.finish(engine, key).await;
    let after = world.control.statistics().await.total;
    (end(&run).0, after - before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_waits_for_activities_asks_for_nothing_any_more() {
    let world = slow_world().await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while world.control.statistics().await.imports == 0 {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    assert_eq!(stopped(&world, &engine, &key).await, (Status::Canceled, 0));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_has_just_begun_sends_nothing() {
    let world = slow_world().await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    // One step: the list is its own, nothing was looked at.
    engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    assert_eq!(stopped(&world, &engine, &key).await, (Status::Skipped, 0));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_waits_for_the_days_quota_sends_nothing_after_it() {
    let world = World::new(WorldOptions { throttle: true, ..WorldOptions::default() }).await;
    world.upload("1", &people(0, 300)).await;
    world.control.change_limits(|limits| limits.requests_per_day = 5).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while world.control.statistics().await.quota_exceeded == 0 {
        let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
        engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
        world.sleep(SignedDuration::from_secs(10)).await;
    }
    assert_eq!(engine.run(&key).await.unwrap().unwrap().waiting, Some(Waiting::Quota));
    let (status, requests) = stopped(&world, &engine, &key).await;
    assert_eq!((status, requests), (Status::Canceled, 0));
    world.close().await;
}
