//! An export that is changed while it runs: whoever changes it and asks for a run gets one of what it is now.

use engine::{Caller, Engine, Phase, Run, RunKey, StartRequest, Started, Status, Trigger, Waiting};
use jiff::SignedDuration;
use planner::RunKind;
use virtual_time::{World, csv, end, people};

use super::steps::{start, world_of};

async fn step(world: &World, engine: &Engine, key: &RunKey) -> Run {
    engine.advance(key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    engine.run(key).await.unwrap().unwrap()
}

/// How many members a list has.
async fn members_of(world: &World, list: &str) -> usize {
    let mut members = 0;
    world.control.for_each_member(list, |_| members += 1).await.unwrap();
    members
}

/// Drives a run and what follows it to their ends; answers how many runs that were.
async fn finish_all(world: &World, engine: &Engine, key: &RunKey) -> usize {
    let mut next = Some(key.run.clone());
    let mut runs = 0;
    while let Some(run) = next {
        let run = world.finish(engine, &RunKey { run, ..key.clone() }).await;
        assert_eq!(end(&run).0, Status::Successful, "{}", end(&run).1);
        runs += 1;
        next = engine.occupation(&world.export).await.unwrap().active.map(|active| active.run);
    }
    runs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_a_run_of_a_changed_export_does_not_join_one_of_what_it_was() {
    for trigger in [Trigger::OnDemand, Trigger::Scheduled, Trigger::Upload] {
        let world = world_of(20).await;
        let engine = world.process();
        let key = start(&world, &engine).await;
        for _ in 0..2 {
            step(&world, &engine, &key).await;
        }
        let phase = engine.run(&key).await.unwrap().unwrap().phase;
        assert!(matches!(phase, Phase::Looking(looking) if looking.checked));
        let request = StartRequest { trigger, ..world.request(RunKind::Changes) };
        let ask = async || engine.start_run(&world.export, request.clone()).await.unwrap();
        assert_eq!(ask().await, Started::Joined(key.clone()), "nothing has changed");
        let other = world.control.create_list("Other").await.unwrap();
        world.use_list(&other).await;
        assert_eq!(ask().await, Started::Follows { active: key.clone() }, "{trigger:?}");
        assert_eq!(finish_all(&world, &engine, &key).await, 2, "{trigger:?}");
        assert_eq!(members_of(&world, &other).await, 20, "{trigger:?}");
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_waits_for_an_upload_is_not_joined_for_what_the_export_has_become() {
    let world = world_of(20).await;
    world.upload_file("segments/people/2/part-0.csv", csv(&people(0, 25))).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while step(&world, &engine, &key).await.waiting != Some(Waiting::Snapshot) {}
    let before = world.list.clone();
    let other = world.control.create_list("Other").await.unwrap();
    world.use_list(&other).await;
    let asked = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert_eq!(asked, Started::Follows { active: key.clone() });
    // What it has become is what it was: that is what the run does.
    world.use_list(&before).await;
    let asked = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert_eq!(asked, Started::Joined(key));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_while_a_run_reads_the_export_is_read_by_it_and_the_list_is_free_for_others() {
    let world = world_of(20).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    let run = step(&world, &engine, &key).await;
    assert!(matches!(run.phase, Phase::Looking(looking) if !looking.checked));
    let before = world.list.clone();
    let other = world.control.create_list("Other").await.unwrap();
    world.use_list(&other).await;
    let run = step(&world, &engine, &key).await;
    assert_eq!((run.phase, run.configuration), (Phase::Queued, None));
    // Another export to the list of before need not wait for it.
    let neighbour = domain::identifier::ExportId::new("export-2").unwrap();
    world.save_export(neighbour.clone(), &[("first_name", "FirstName")]).await;
    let second =
        engine.start_run(&neighbour, world.request(RunKind::Changes)).await.unwrap().active().clone();
    assert!(matches!(step(&world, &engine, &second).await.phase, Phase::Looking(_)));
    assert_eq!(finish_all(&world, &engine, &key).await, 1);
    assert_eq!((members_of(&world, &other).await, members_of(&world, &before).await), (20, 0));
    world.sleep(SignedDuration::from_secs(30)).await;
    assert_eq!(end(&world.finish(&engine, &second).await).0, Status::Successful);
    assert_eq!(members_of(&world, &before).await, 20);
    world.close().await;
}
