//! Steps that many scenarios begin with.

use std::time::Duration;

use engine::{Advance, Caller, Engine, Run, RunKey};
use jiff::SignedDuration;
use planner::RunKind;
use virtual_time::{World, WorldOptions, people};

/// A world with so many people in one segment, whose activities take half a minute.
pub(crate) async fn world_of(count: usize) -> World {
    world_with(count, 30).await
}

/// A world with 50 people, whose activities take ten minutes, so that a run can be met while it waits for them.
pub(crate) async fn slow_world() -> World {
    world_with(50, 600).await
}

async fn world_with(count: usize, activity_seconds: u32) -> World {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(move |switches| switches.activity_seconds = activity_seconds).await;
    world.upload("1", &people(0, count)).await;
    world
}

/// Starts a run of what has changed.
pub(crate) async fn start(world: &World, engine: &Engine) -> RunKey {
    start_kind(world, engine, RunKind::Changes).await
}

pub(crate) async fn start_kind(world: &World, engine: &Engine, kind: RunKind) -> RunKey {
    engine.start_run(&world.export, world.request(kind)).await.unwrap().active().clone()
}

/// One step after the other until so many imports have been made.
pub(crate) async fn until_imports(world: &World, engine: &Engine, key: &RunKey, imports: u64) {
    for _ in 0..200 {
        if world.control.statistics().await.imports >= imports {
            return;
        }
        engine.advance(key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    panic!("no import");
}

/// How a bounded number of advances ended; the last one's answer.
pub(crate) async fn bounded(
    world: &World,
    engine: &Engine,
    key: &RunKey,
    advances: usize,
) -> Result<Run, String> {
    let work = async {
        let mut last = None;
        for _ in 0..advances {
            let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
            match engine.advance(key, deadline, Caller::SoleOwner).await.unwrap() {
                Advance::Done { .. } => return Ok(engine.run(key).await.unwrap().unwrap()),
                Advance::Wait { until } => {
                    world.sleep(until.duration_since(world.clock_now()).max(SignedDuration::ZERO)).await;
                    last = Some(format!("waits: {:?}", engine.run(key).await.unwrap().unwrap().waiting));
                }
                Advance::Parked { reason } => return Err(format!("parked: {reason:?}")),
            }
        }
        let run = engine.run(key).await.unwrap().unwrap();
        let phase = format!("{:?}", run.phase).chars().take(60).collect::<String>();
        Err(format!("no end after {advances} advances, {last:?}, failures {}, {phase}", run.failures))
    };
    match tokio::time::timeout(Duration::from_secs(20), work).await {
        Ok(result) => result,
        Err(_) => Err("one advance never returns".to_owned()),
    }
}
