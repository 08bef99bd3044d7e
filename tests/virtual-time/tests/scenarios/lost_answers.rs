//! An import whose answer was lost: neither looked for too early nor adopted in doubt.

use std::time::Duration;

use engine::{Caller, ChunkState, EngineSettings, Run, Status};
use jiff::SignedDuration;
use virtual_time::{counts, end};

use super::steps::{start, world_of};

/// How long after its announcement the fate of the first announced import is said to be certain.
fn certain_after(run: &Run) -> Option<SignedDuration> {
    run.sending()?.chunks.iter().find_map(|chunk| match chunk.state {
        ChunkState::Intended { at, certain_at } => Some(certain_at?.duration_since(at)),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_waits_too_long_for_its_turn_is_not_sent() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    *world.import_wait.lock().unwrap() = Some(SignedDuration::from_secs(61));
    while world.import_wait.lock().unwrap().is_some() {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    // Whoever had taken over by now would already reckon with its never having been sent.
    assert_eq!(world.control.statistics().await.imports, 0);
    let run = world.finish(&engine, &key).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_patience_counts_from_the_last_moment_of_sending() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    world.crash.arm_imports(true);
    tokio::select! {
        _ = world.drive(&engine, &key) => panic!("it did not die"),
        () = world.crash.died() => {}
    }
    world.crash.arm_imports(false);
    let settings = EngineSettings::default();
    let patience = settings.patience(Duration::from_secs(20));
    let run = engine.run(&key).await.unwrap().unwrap();
    assert_eq!(certain_after(&run), Some(settings.send_window + patience));
    // Whoever takes it over knows that the dead cannot send any more.
    let now = world.clock_now();
    world.process().advance(&key, now, Caller::SoleOwner).await.unwrap();
    let run = engine.run(&key).await.unwrap().unwrap();
    assert_eq!(certain_after(&run), Some(patience));
    let run = world.finish(&world.process(), &key).await;
    assert_eq!(counts(&run).added, 200);
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}
