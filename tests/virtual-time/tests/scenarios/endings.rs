//! Whatever is denied, and whoever keeps dying: a run comes to an end that says what to do.

use engine::{Advance, Caller, Engine, ParkReason, Phase, RunKey, Status};
use jiff::SignedDuration;
use planner::RunKind;
use rstest::rstest;
use virtual_time::{Ending, When, World, WorldOptions, counts, end};

use super::steps::{start, world_of};

/// One advance of ten minutes in a process that may die; `None` when it did. Then its lease ends.
async fn advance_until_death(world: &World, key: &RunKey) -> Option<Advance> {
    let engine = world.process();
    let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
    let advance = tokio::select! {
        advance = engine.advance(key, deadline, Caller::Shared) => Some(advance.unwrap()),
        () = world.crash.died() => None,
    };
    if advance.is_none() {
        world.sleep(SignedDuration::from_mins(11)).await;
    }
    advance
}

/// Processes die in the step at hand: the first effect of each takes the lease, the next belongs to the step.
async fn die_five_times(world: &World, engine: &Engine, key: &RunKey) {
    for _ in 0..5 {
        world.crash.arm(Some((1, When::Before)));
        assert_eq!(advance_until_death(world, key).await, None);
    }
    world.crash.arm(None);
    let noticed = engine.run(key).await.unwrap().unwrap().crashes.map_or(0, |crashes| crashes.count);
    assert_eq!(noticed, 4, "the fifth is noticed by whoever comes next");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_the_outcome_file_does_not_keep_a_run_from_ending() {
    let world = world_of(200).await;
    world.denied.writing("outcomes/");
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    assert_eq!(run.ended().unwrap().files.outcomes, None);
    let warning = run.warnings.iter().find(|warning| warning.code() == "outcomes_unwritten").unwrap();
    assert!(warning.to_string().contains("s3:PutObject"), "{warning}");
    // As soon as it is allowed, there is one again; and the ledger did not suffer.
    world.denied.nothing();
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).unchanged, run.warnings.len()), (200, 0));
    assert!(run.ended().unwrap().files.outcomes.is_some());
    world.close().await;
}

#[rstest]
#[case::nothing_of_it("segments/")]
#[case::its_files("segments/people/1.csv")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_that_may_not_be_read_end_the_run(#[case] denied: &str) {
    let world = world_of(200).await;
    world.denied.reading(denied);
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "segments_unreadable"));
    assert!(end(&run).1.to_string().contains("s3:GetObject"), "{}", end(&run).1);
    world.denied.nothing();
    assert_eq!(counts(&world.run(RunKind::Changes).await).added, 200);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_in_which_every_process_dies_ends_the_run() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Planning(_)) {
        engine.advance(&key, world.clock_now(), Caller::Shared).await.unwrap();
    }
    die_five_times(&world, &engine, &key).await;
    let Ending::Ended(run) = world.drive_as(&world.process(), &key, Caller::Shared).await else {
        panic!("not ended");
    };
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "step_keeps_failing"));
    assert!(end(&run).1.to_string().contains("memory"), "{}", end(&run).1);
    assert_eq!(counts(&world.run(RunKind::Changes).await).added, 200);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_every_process_died_is_in_the_ledger() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while world.control.statistics().await.imports == 0 {
        engine.advance(&key, world.clock_now(), Caller::Shared).await.unwrap();
    }
    world.crash.arm_imports(true);
    let mut deaths = 0;
    while engine
        .run(&key)
        .await
        .unwrap()
        .unwrap()
        .sending()
        .is_some_and(|sending| sending.stopped_by.is_none())
    {
        match advance_until_death(&world, &key).await {
            None => deaths += 1,
            Some(Advance::Wait { until }) => {
                world.sleep(until.duration_since(world.clock_now()).max(SignedDuration::ZERO)).await;
            }
            Some(_) => break,
        }
        assert!(deaths <= 6, "it is begun for ever");
    }
    let run = world.finish(&world.process(), &key).await;
    world.crash.arm_imports(false);
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "step_keeps_failing"));
    assert_eq!((counts(&run).added, counts(&run).unsent), (40, 160));
    assert_eq!(counts(&world.run(RunKind::Changes).await).added, 160);
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settlement_in_which_every_process_dies_waits_for_a_person_and_loses_nothing() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    loop {
        let run = engine.run(&key).await.unwrap().unwrap();
        if matches!(&run.phase, Phase::Finishing(finishing) if finishing.counts.is_none()) {
            break;
        }
        if let Advance::Wait { until } =
            engine.advance(&key, world.clock_now(), Caller::Shared).await.unwrap()
        {
            world.sleep(until.duration_since(world.clock_now()).max(SignedDuration::ZERO)).await;
        }
    }
    die_five_times(&world, &engine, &key).await;
    let ending = world.drive_as(&world.process(), &key, Caller::Shared).await;
    assert!(
        matches!(&ending, Ending::Parked(ParkReason::NeedsPerson { problem }) if problem.contains("memory"))
    );
    // Somebody has given it more memory.
    let run = world.finish(&world.process(), &key).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_between_deaths_starts_the_count_anew() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    let (mut run, mut deaths) = (None, 0);
    // Dies at the same effect of every call; each call gets something done before: so many are more than a plan takes.
    for _ in 0..40 {
        world.crash.arm(Some((18, When::After)));
        match advance_until_death(&world, &key).await {
            None => deaths += 1,
            Some(Advance::Done { .. }) => {
                run = engine.run(&key).await.unwrap();
                break;
            }
            Some(Advance::Wait { until }) => {
                world.sleep(until.duration_since(world.clock_now()).max(SignedDuration::ZERO)).await;
            }
            Some(Advance::Parked { reason }) => panic!("{reason}"),
        }
    }
    let run = run.expect("no end");
    assert!(deaths >= 2, "{deaths}");
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_has_ended_is_done_at_once_whoever_died_in_it() {
    let mut ended = 0;
    for effect in 0..100 {
        let world = world_of(200).await;
        let engine = world.process();
        let key = start(&world, &engine).await;
        world.crash.arm(Some((effect, When::After)));
        let died = tokio::select! {
            _ = world.drive_as(&engine, &key, Caller::Shared) => false,
            () = world.crash.died() => true,
        };
        world.crash.arm(None);
        if !died {
            break;
        }
        let run = engine.run(&key).await.unwrap().unwrap();
        if run.ended().is_some() {
            ended += 1;
            let now = world.clock_now();
            let advance = world.process().advance(&key, now, Caller::Shared).await.unwrap();
            assert_eq!(advance, Advance::Done { status: Status::Successful, next: None }, "effect {effect}");
            assert!(engine.active_runs().await.unwrap().is_empty(), "effect {effect}");
            assert_eq!(engine.history(&world.export, 10).await.unwrap().len(), 1);
        }
        world.close().await;
    }
    assert!(ended > 1, "it never died after the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunk_files_that_are_gone_when_opt_outs_are_refreshed_are_left_to_the_next_run() {
    let world = world_of(200).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
    while world.control.statistics().await.imports == 0 {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    world.sleep(SignedDuration::from_mins(61)).await;
    for object in world.state.keys() {
        if object.starts_with("chunks/") && object.contains("000003-0") {
            store::ObjectStore::delete(world.state.as_ref(), &object, store::Condition::None).await.unwrap();
        }
    }
    let run = world.finish(&engine, &key).await;
    assert_eq!((end(&run).1.code(), counts(&run).added, counts(&run).unsent), ("rows_unsent", 160, 40));
    assert_eq!(counts(&world.run(RunKind::Changes).await).added, 40);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_do_not_exist_are_not_sent_where_that_is_refused() {
    let mut options = WorldOptions::default();
    options.settings.refuse_examples = true;
    let world = World::new(options).await;
    // A no-break space behind it and capital letters make nobody exist.
    let rows = "CustomerId,EMail,FirstName\nc-1,,Nobody\nc-2,ANN@Example.ORG\u{a0},Ann\n";
    world.upload_bytes("1", rows.as_bytes().to_vec()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "permanent_error"));
    let said = end(&run).1.to_string();
    assert!(said.contains("1.csv, row 2, holds an address under example.com"), "{said}");
    assert!(!said.contains("ANN") && !said.contains("ann"), "{said}");
    assert_eq!(world.control.statistics().await.imports, 0);
    world.close().await;
}
