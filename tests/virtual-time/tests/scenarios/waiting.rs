//! Why a run waits: said as long as it waits, and not a moment longer.

use engine::{Caller, Engine, Phase, Run, RunKey, Status, Waiting};
use jiff::SignedDuration;
use planner::RunKind;
use simulator::NewContact;
use virtual_time::{When, World, WorldOptions, csv, people};

use super::steps::{start, world_of};

async fn run(engine: &Engine, key: &RunKey) -> Run {
    engine.run(key).await.unwrap().unwrap()
}

/// Advances by one step.
async fn step(world: &World, engine: &Engine, key: &RunKey) -> Run {
    engine.advance(key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    run(engine, key).await
}

/// The run as whoever looks sees it while somebody works at the first effect after having taken it up.
async fn taken_up(world: &World, key: &RunKey) -> Run {
    let engine = world.process();
    world.crash.arm(Some((1, When::Before)));
    tokio::select! {
        answer = engine.advance(key, world.clock_now(), Caller::SoleOwner) => panic!("{answer:?}"),
        () = world.crash.died() => {}
    }
    world.crash.arm(None);
    run(&world.process(), key).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_goes_on_does_not_say_what_it_waited_for() {
    let world = world_of(200).await;
    let other = domain::identifier::ExportId::new("export-2").unwrap();
    world.save_export(other.clone(), &[("first_name", "FirstName")]).await;
    let engine = world.process();
    let first = start(&world, &engine).await;
    step(&world, &engine, &first).await;
    let second = engine.start_run(&other, world.request(RunKind::Changes)).await.unwrap().active().clone();
    assert_eq!(step(&world, &engine, &second).await.waiting, Some(Waiting::List));
    world.finish(&engine, &first).await;
    world.sleep(SignedDuration::from_secs(20)).await;
    let mut phases = 0;
    loop {
        let run = step(&world, &engine, &second).await;
        if world.control.statistics().await.imports > 5 {
            break;
        }
        assert_eq!(run.waiting, None, "{:?}", run.phase);
        phases += 1;
    }
    assert!(phases > 2, "{phases}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_opt_outs_that_takes_more_than_one_call_waits_for_nothing() {
    let world = World::new(WorldOptions::default()).await;
    let contacts = (0..2_600).map(|number| NewContact {
        email: format!("gone{number}@example.org"),
        unsubscribed: true,
        ..NewContact::default()
    });
    world.control.add_contacts(contacts.collect()).await.unwrap();
    world.upload("1", &people(0, 10)).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    let mut calls = 0;
    while matches!(run(&engine, &key).await.phase, Phase::Queued | Phase::Looking(_)) {
        assert_eq!(step(&world, &engine, &key).await.waiting, None);
        calls += 1;
    }
    assert!(calls > 6, "the look was made in one call");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_tried_again_is_work_and_a_look_whether_something_has_come_is_none() {
    let world = world_of(20).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    world.control.change_faults(|faults| faults.error_every = 1).await;
    while step(&world, &engine, &key).await.waiting != Some(Waiting::Retry) {}
    world.control.change_faults(|faults| faults.error_every = 0).await;
    world.sleep(SignedDuration::from_mins(5)).await;
    let tried = taken_up(&world, &key).await;
    assert_eq!((tried.waiting, tried.status()), (None, Status::Processing));

    world.upload_file("segments/people/2/part-0.csv", csv(&people(0, 25))).await;
    let engine = world.process();
    while step(&world, &engine, &key).await.waiting != Some(Waiting::Snapshot) {}
    world.sleep(SignedDuration::from_mins(1)).await;
    let looked = taken_up(&world, &key).await;
    assert_eq!((looked.waiting, looked.status()), (Some(Waiting::Snapshot), Status::Queued));
    world.close().await;
}
