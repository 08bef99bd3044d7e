//! Several exports of one account take turns, and none keeps the others waiting for longer than needed.

use domain::identifier::ExportId;
use engine::{Caller, RunKey, Waiting};
use jiff::SignedDuration;
use planner::RunKind;
use simulator::{Change, NewContact};
use virtual_time::{When, World, counts};

use super::steps::{bounded, start, start_kind, world_of};

/// Two exports to two lists of one account.
async fn two_exports(world: &World) -> ExportId {
    let other = ExportId::new("export-2").unwrap();
    world.save_export(other.clone(), &[("first_name", "FirstName")]).await;
    let list = world.control.create_list("Other").await.unwrap();
    world.use_list(&list).await;
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_does_not_keep_the_account_from_others_for_longer_than_needed() {
    let world = world_of(30).await;
    let other = two_exports(&world).await;
    world.control.change_switches(|switches| switches.activity_seconds = 6 * 3600).await;
    world.control.change_faults(|faults| faults.drop_after_import_next = 1).await;
    let engine = world.process();
    let first = start(&world, &engine).await;
    // It is sent, its answer lost, found again; it waits for its activity.
    let _ = bounded(&world, &engine, &first, 8).await;
    let run = engine.run(&first).await.unwrap().unwrap();
    assert_eq!(run.waiting, Some(Waiting::Activities));
    let second = engine.start_run(&other, world.request(RunKind::Changes)).await.unwrap().active().clone();
    let answer = bounded(&world, &engine, &second, 60).await.err();
    assert_eq!(world.control.statistics().await.imports, 2, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_with_the_slot_does_not_keep_the_account_from_others() {
    // Dies at every effect after its import; then another process takes the run over and only waits.
    let mut blocked = Vec::new();
    for effect in 10..40 {
        let world = world_of(30).await;
        let other = two_exports(&world).await;
        world.control.change_switches(|switches| switches.activity_seconds = 6 * 3600).await;
        let engine = world.process();
        world.crash.arm(Some((effect, When::After)));
        let first = async {
            let key = start(&world, &engine).await;
            let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
            engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
        };
        let died = tokio::select! { () = first => false, () = world.crash.died() => true };
        world.crash.arm(None);
        if !died {
            break;
        }
        if world.control.statistics().await.imports == 0 {
            continue;
        }
        let engine = world.process();
        let active = engine.occupation(&world.export).await.unwrap().active.unwrap();
        let first = RunKey { export: world.export.clone(), run: active.run };
        let _ = bounded(&world, &engine, &first, 6).await;
        let second =
            engine.start_run(&other, world.request(RunKind::Changes)).await.unwrap().active().clone();
        let _ = bounded(&world, &engine, &second, 30).await;
        if world.control.statistics().await.imports < 2 {
            blocked.push(effect);
        }
        world.close().await;
    }
    assert!(blocked.is_empty(), "blocked for hours after dying after effects {blocked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_of_one_account_that_look_at_once_do_not_stall() {
    for round in 0..20 {
        let world = world_of(30).await;
        let other = two_exports(&world).await;
        let (one, two) = (world.process(), world.process());
        let first = start_kind(&world, &one, RunKind::Changes).await;
        let second = two.start_run(&other, world.request(RunKind::Changes)).await.unwrap().active().clone();
        let deadline = world.clock_now().checked_add(SignedDuration::from_mins(10)).unwrap();
        let (a, b) = tokio::join!(
            one.advance(&first, deadline, Caller::Shared),
            two.advance(&second, deadline, Caller::Shared)
        );
        a.unwrap();
        b.unwrap();
        for (engine, key) in [(&one, &first), (&two, &second)] {
            let run = engine.run(key).await.unwrap().unwrap();
            if run.ended().is_none() {
                assert_eq!(
                    run.lease, None,
                    "round {round}: it stopped working and kept its lease: {:?}",
                    run.phase
                );
            }
        }
        world.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_one_account_that_look_at_once_lose_nothing_of_what_they_read() {
    let world = world_of(30).await;
    let gone: Vec<String> = (0..1600).map(|number| format!("gone{number}@example.org")).collect();
    let contacts = gone.iter().map(|email| NewContact { email: email.clone(), ..NewContact::default() });
    world.control.add_contacts(contacts.collect()).await.unwrap();
    for email in gone {
        world.control.change_contact(email, Change::Delete).await.unwrap();
    }
    world.run(RunKind::Changes).await;
    let other = two_exports(&world).await;
    world.sleep(SignedDuration::from_hours(2)).await;
    // Everybody in full the first time; then a page of those who opted out, and four of those who were deleted.
    let look = 5;
    for round in 0..20 {
        world.sleep(SignedDuration::from_hours(2)).await;
        world
            .control
            .change_contact(format!("person{round}@example.com"), Change::Unsubscribe)
            .await
            .unwrap();
        let before = world.control.statistics().await.contacts;
        let (one, two) = (world.process(), world.process());
        let first = start_kind(&world, &one, RunKind::Changes).await;
        let second = two.start_run(&other, world.request(RunKind::Changes)).await.unwrap().active().clone();
        let (one, two) = tokio::join!(world.finish(&one, &first), world.finish(&two, &second));
        assert_eq!((counts(&one).opted_out, counts(&two).opted_out), (round + 1, round + 1));
        let requests = world.control.statistics().await.contacts - before;
        assert!(requests <= 2 * look, "round {round}: {requests} requests");
    }
    world.close().await;
}
