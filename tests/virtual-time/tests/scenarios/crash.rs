//! A process may die before or after any of its effects, every step may run twice, and two may work at once: the result
//! is that of an undisturbed run, and nothing is sent twice.

use engine::{Advance, Caller, Status};
use jiff::SignedDuration;
use planner::RunKind;
use virtual_time::{Ending, Person, When, World, WorldOptions, counts, end, people};

fn rows() -> Vec<Person> {
    let mut rows = people(0, 100);
    rows.push(Person { email: "broken".into(), id: "C-broken".into(), first_name: "Bo".into() });
    rows
}

/// Dies at one effect of a first run, then checks everything. Answers whether the effect was reached.
async fn die_at(effect: u64, when: When) -> bool {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    world.upload("1", &rows()).await;
    let (run, died) = world.run_with_crash(RunKind::Changes, effect, when).await;
    let context = format!("effect {effect}, {when:?}");
    assert_eq!(end(&run).0, Status::Successful, "{context}: {:?}", end(&run));
    let counts = counts(&run);
    assert_eq!((counts.read, counts.rejected, counts.unsent), (101, 1, 0), "{context}");
    assert_eq!(world.members().await.len(), 100, "{context}");
    assert_eq!(world.times_imported().await, [1], "{context}: something was sent twice");
    // Nothing is left over, and the next run finds nothing to do.
    let engine = world.process();
    assert!(engine.active_runs().await.unwrap().is_empty(), "{context}");
    assert_eq!(engine.occupation(&world.export).await.unwrap().active, None, "{context}");
    let next = world.run(RunKind::Changes).await;
    assert_eq!(end(&next).1.code(), "nothing_to_send", "{context}");
    world.close().await;
    died
}

async fn die_at_every_effect(when: When) {
    let mut effect = 0;
    while die_at(effect, when).await {
        effect += 1;
    }
    // Fewer would mean that the effects are not counted any more.
    assert!(effect > 30, "only {effect} effects");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_before_any_effect_changes_nothing() {
    die_at_every_effect(When::Before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_after_any_effect_changes_nothing() {
    die_at_every_effect(When::After).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_per_step_comes_to_the_same_end() {
    let world = World::new(WorldOptions { deadline: SignedDuration::ZERO, ..WorldOptions::default() }).await;
    world.upload("1", &rows()).await;
    let engine = world.process();
    let started = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    loop {
        // Each step in a process of its own, and each asked for twice.
        for _ in 0..2 {
            let engine = world.process();
            match engine.advance(started.active(), world.clock_now(), Caller::Shared).await.unwrap() {
                Advance::Done { status, .. } => {
                    assert_eq!(status, Status::Successful);
                    assert_eq!(world.times_imported().await, [1]);
                    assert_eq!(world.members().await.len(), 100);
                    return;
                }
                Advance::Wait { until } => {
                    world.sleep(until.duration_since(world.clock_now()).max(SignedDuration::ZERO)).await;
                }
                Advance::Parked { reason } => panic!("{reason}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_callers_at_once_make_one_run() {
    for _ in 0..10 {
        let world =
            World::new(WorldOptions { deadline: SignedDuration::ZERO, ..WorldOptions::default() }).await;
        world.upload("1", &rows()).await;
        let (one, other) = (world.process(), world.process());
        let request = || world.request(RunKind::Changes);
        let (first, second) =
            tokio::join!(one.start_run(&world.export, request()), other.start_run(&world.export, request()));
        assert_eq!(first.unwrap().active(), second.as_ref().unwrap().active());
        let key = second.unwrap().active().clone();
        let (first, second) = tokio::join!(
            world.drive_as(&one, &key, Caller::Shared),
            world.drive_as(&other, &key, Caller::Shared)
        );
        for ending in [first, second] {
            let Ending::Ended(run) = ending else { panic!("parked") };
            assert_eq!(end(&run).0, Status::Successful);
            assert_eq!(counts(&run).added, 100);
        }
        assert_eq!(world.times_imported().await, [1]);
        assert_eq!(world.process().runs(&world.export, 10).await.unwrap().len(), 1);
        world.close().await;
    }
}
