//! What could hold a run for ever, lose what it did, or write to somebody who had opted out: one scenario each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::time::Duration;

use domain::identifier::ExportId;
use domain::outcome::Reason;
use engine::{
    Advance, Caller, End, Engine, ParkReason, Phase, Run, RunKey, StartRequest, Started, Status, Waiting,
};
use jiff::SignedDuration;
use planner::RunKind;
use simulator::{Change, NewContact};
use store::{Condition, ObjectStore};
use virtual_time::{Ending, Person, When, World, WorldOptions, counts, end, people};

async fn world_with(count: usize) -> World {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    world.upload("1", &people(0, count)).await;
    world
}

async fn start(world: &World, engine: &Engine, kind: RunKind) -> RunKey {
    engine.start_run(&world.export, world.request(kind)).await.unwrap().active().clone()
}

/// One step after the other until so many imports have been made.
async fn until_imports(world: &World, engine: &Engine, key: &RunKey, imports: u64) {
    for _ in 0..200 {
        if world.control.statistics().await.imports >= imports {
            return;
        }
        engine.advance(key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    panic!("no import");
}

/// How a bounded number of advances ended; the last one's answer.
async fn bounded(world: &World, engine: &Engine, key: &RunKey, advances: usize) -> Result<Run, String> {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_parked_longer_than_chunks_are_kept_ends() {
    let mut held = Vec::new();
    for imports in [0, 1] {
        let world = world_with(200).await;
        let engine = world.process();
        let key = start(&world, &engine, RunKind::Changes).await;
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
async fn a_second_part_after_an_unreadable_ledger_ends() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    world.state.delete(&ledger, Condition::None).await.unwrap();
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 6).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let (world, engine) = (std::sync::Arc::new(world), engine);
    let driver = {
        let (world, engine, key) = (std::sync::Arc::clone(&world), engine.clone(), key.clone());
        tokio::spawn(async move { bounded(&world, &engine, &key, 100).await })
    };
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let run = engine.run(&key).await.unwrap().unwrap();
        let warnings = run.warnings.len();
        if warnings > 20 {
            driver.abort();
        }
        assert!(
            warnings <= 20,
            "the plan starts over without end: {warnings} warnings, {:?}",
            run.warnings.last()
        );
        if driver.is_finished() {
            break;
        }
    }
    let run = driver.await.unwrap();
    assert!(run.is_ok(), "{}", run.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_a_newer_release_parks_the_run() {
    let world = world_with(100).await;
    world.run(RunKind::Changes).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    let mut bytes = world.state.get(&ledger).await.unwrap().bytes.to_vec();
    bytes[8] = 2;
    world.state.put(&ledger, bytes.into(), Condition::None).await.unwrap();
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    let run = bounded(&world, &engine, &key, 50).await.map(|run| end(&run));
    assert!(run.as_ref().is_err_and(|error| error.starts_with("parked")), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_canceled_after_a_closed_part_counts_what_it_sent() {
    let world = world_with(200).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    for _ in 0..100 {
        if matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Looking(_)) {
            break;
        }
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
        world.sleep(SignedDuration::from_secs(5)).await;
    }
    assert!(matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Looking(_)));
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 40);
    let counts = counts(&run);
    assert_eq!(counts.added, 40, "{:?} {counts:?} files {:?}", end(&run), run.ended().unwrap().files);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_missing_after_a_closed_part_is_not_skipped_with_nothing_sent() {
    let world = world_with(200).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.segments.delete("segments/people/1.csv", Condition::None).await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 40);
    assert_ne!(end(&run).0, Status::Skipped, "{}", end(&run).1);
}

/// A run that adds more than the brake allows, stopped by a day's wait when most of it is sent.
async fn adds_many_in_two_parts(world: &World, engine: &Engine, key: &RunKey) {
    let before = world.control.statistics().await.imports;
    until_imports(world, engine, key, before + 4).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let run = world.finish(engine, key).await;
    let members = world.members().await.len();
    assert_eq!(end(&run).0, Status::Successful, "{} members {members} {:?}", end(&run).1, counts(&run));
    assert_eq!((members, counts(&run).added), (400, 200));
    assert_eq!(world.times_imported().await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_run_goes_on_after_a_day() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 400)).await;
    let braked = world.run(RunKind::Changes).await;
    assert_eq!(end(&braked).1.code(), "brake_additions");
    let engine = world.process();
    let approved = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(RunKind::Changes) };
    let key = engine.start_run(&world.export, approved).await.unwrap().active().clone();
    adds_many_in_two_parts(&world, &engine, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_approved_run_left_unsent_goes_on_after_a_day() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 400)).await;
    let braked = world.run(RunKind::Changes).await;
    let engine = world.process();
    let approved = StartRequest { approved: Some(braked.key.run.clone()), ..world.request(RunKind::Changes) };
    let key = engine.start_run(&world.export, approved).await.unwrap().active().clone();
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, Phase::Sending(_)) {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    engine.cancel(&key, "administrator").await.unwrap();
    let canceled = world.finish(&engine, &key).await;
    assert_eq!(counts(&canceled).unsent, 200);
    let key = start(&world, &engine, RunKind::Changes).await;
    adds_many_in_two_parts(&world, &engine, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_run_sends_nobody_twice_after_a_day() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Full).await;
    until_imports(&world, &engine, &key, 9).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.finish(&engine, &key).await;
    assert_eq!(world.times_imported().await, [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_part_brakes_too() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    let mut changed = people(0, 200);
    for person in changed.iter_mut().take(60) {
        person.first_name = "Changed".into();
    }
    world.upload("2", &changed).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 6).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    world.upload("3", &people(0, 1000)).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!(world.members().await.len(), 200, "{:?}", end(&run));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_run_whose_connection_is_never_authorised_again_ends() {
    let world = world_with(200).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
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
async fn every_rejected_row_is_in_the_report_parked_ones_too() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person7".into())).await;
    world.upload("1", &people(0, 20)).await;
    for _ in 0..5 {
        world.run(RunKind::Changes).await;
    }
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).reasons.get(&Reason::Parked), Some(&1));
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_braked_run_has_a_report_and_an_outcome_file() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    let mut rows = people(0, 310);
    rows.push(Person { id: "C-x".into(), email: "broken".into(), first_name: "Bo".into() });
    world.upload("2", &rows).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1.code(), "brake_additions");
    assert_eq!(counts(&run).rejected, 1);
    let files = &run.ended().unwrap().files;
    assert!(files.report.is_some() && files.outcomes.is_some(), "{files:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_unreadable_rows_are_counted_as_the_report_has_them() {
    let world = World::new(WorldOptions::default()).await;
    world.upload_bytes("3", b"CustomerId,EMail,FirstName\n1,a@example.com\n".to_vec()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1.code(), "too_many_unreadable_rows");
    assert_eq!((counts(&run).read, counts(&run).rejected), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_of_unreadable_rows_survives_a_crash() {
    for effect in 0..40 {
        let world = World::new(WorldOptions::default()).await;
        world.upload_bytes("3", b"CustomerId,EMail,FirstName\n1,a@example.com\n".to_vec()).await;
        let (run, died) = world.run_with_crash(RunKind::Changes, effect, When::After).await;
        assert!(run.ended().unwrap().files.report.is_some(), "effect {effect}");
        if !died {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_canceled_first_run_left_can_be_sent_by_the_next() {
    let world = world_with(300).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    let sentence = end(&run).1.to_string();
    let next = world.run(RunKind::Changes).await;
    assert_eq!(end(&next).0, Status::Successful, "first: {sentence} then: {}", end(&next).1);
}

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
    let world = world_with(30).await;
    let other = two_exports(&world).await;
    world.control.change_switches(|switches| switches.activity_seconds = 6 * 3600).await;
    world.control.change_faults(|faults| faults.drop_after_import_next = 1).await;
    let engine = world.process();
    let first = start(&world, &engine, RunKind::Changes).await;
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
        let world = world_with(30).await;
        let other = two_exports(&world).await;
        world.control.change_switches(|switches| switches.activity_seconds = 6 * 3600).await;
        let engine = world.process();
        world.crash.arm(Some((effect, When::After)));
        let first = async {
            let key = start(&world, &engine, RunKind::Changes).await;
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
async fn nobody_known_to_have_opted_out_is_sent_when_a_chunk_is_sent_again() {
    let world = world_with(200).await;
    world.control.change_switches(|switches| switches.activity_seconds = 90 * 60).await;
    world.control.change_faults(|faults| faults.failed_import_next = 1).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    let body = world.state.keys().into_iter().find(|key| key.ends_with("000001-0.json")).unwrap();
    let body = world.state_file(&body).await;
    let email = body.split("\"email\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let contact = NewContact { email: email.clone(), ..NewContact::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    world.control.change_contact(email.clone(), Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_mins(61)).await;
    // Looks again, and sends the other four.
    until_imports(&world, &engine, &key, 5).await;
    let before = world.control.import_counts(email.clone()).await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).0, Status::Successful);
    let after = world.control.import_counts(email).await.unwrap();
    assert_eq!((before.declined, after.declined), (0, 0), "sent although known: {after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opts_out_while_the_full_read_is_interrupted_is_not_sent() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    let mut contacts = vec![NewContact { email: "person5@example.com".into(), ..NewContact::default() }];
    contacts.extend((0..20_100).map(|number| NewContact {
        email: format!("gone{number}@example.org"),
        unsubscribed: true,
        ..NewContact::default()
    }));
    world.control.add_contacts(contacts).await.unwrap();
    world.sleep(SignedDuration::from_hours(1)).await;
    world.upload("1", &people(0, 10)).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    for _ in 0..3 {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    world.sleep(SignedDuration::from_mins(5)).await;
    world.control.change_contact("person5@example.com", Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_hours(5)).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).0, Status::Successful);
    let sent = world.control.import_counts("person5@example.com").await.unwrap();
    assert_eq!((sent.imported, sent.declined), (0, 0), "opted out five hours before: {sent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_whom_a_repeated_full_read_skips() {
    let world = World::new(WorldOptions::default()).await;
    let contacts = (0..1200).map(|number| NewContact {
        email: format!("person{number}@example.com"),
        unsubscribed: true,
        ..NewContact::default()
    });
    world.control.add_contacts(contacts.collect()).await.unwrap();
    world.upload("1", &people(0, 1200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).opted_out, 1200);
    assert_eq!(world.control.statistics().await.imports, 0);
    world.control.change_switches(|switches| switches.pages_skip = 3).await;
    world.sleep(SignedDuration::from_hours(31 * 24)).await;
    world.run(RunKind::Changes).await;
    assert_eq!(world.control.statistics().await.imports, 0, "people known to have opted out were sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_of_one_account_that_look_at_once_do_not_stall() {
    for round in 0..20 {
        let world = world_with(30).await;
        let other = two_exports(&world).await;
        let (one, two) = (world.process(), world.process());
        let first = start(&world, &one, RunKind::Changes).await;
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
async fn who_subscribes_again_is_put_back_on_the_list() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.unsubscribe_leaves_lists = true).await;
    world.upload("1", &people(0, 20)).await;
    world.run(RunKind::Changes).await;
    world.control.change_contact("person1@example.com", Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_hours(48)).await;
    assert_eq!(counts(&world.run(RunKind::Changes).await).opted_out, 1);
    world.control.change_contact("person1@example.com", Change::Resubscribe).await.unwrap();
    world.sleep(SignedDuration::from_hours(31 * 24)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).opted_out, 0);
    assert!(world.members().await.contains_key("person1@example.com"), "{:?}", counts(&run));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opt_out_with_an_international_domain_is_recognised() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.international_addresses = true).await;
    let contact =
        NewContact { email: "ann@bücher.example".into(), unsubscribed: true, ..NewContact::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    let person = Person { id: "1".into(), email: "Ann@BÜCHER.example".into(), first_name: "Ann".into() };
    world.upload("1", &[person]).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).added), (1, 0));
}

async fn part(world: &World, key: &str, rows: &[Person]) {
    let bytes = virtual_time::csv(rows);
    world.segments.put(key, bytes.into(), Condition::None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_joins_a_run_that_still_waits_for_an_upload() {
    let world = world_with(20).await;
    world.sleep(SignedDuration::from_mins(1)).await;
    part(&world, "segments/people/2/part-0.csv", &people(0, 25)).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    let deadline = world.clock_now().checked_add(SignedDuration::from_mins(5)).unwrap();
    engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
    assert_eq!(engine.run(&key).await.unwrap().unwrap().waiting, Some(Waiting::Snapshot));
    let again = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert_eq!(again, Started::Joined(key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_followed_waits_for_an_upload_like_any_other() {
    let world = world_with(20).await;
    world.control.change_switches(|switches| switches.activity_seconds = 3 * 3600).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    let follows = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert!(matches!(follows, Started::Follows { .. }));
    world.sleep(SignedDuration::from_hours(3)).await;
    part(&world, "segments/people/2/part-0.csv", &people(0, 25)).await;
    world.finish(&engine, &key).await;
    let active = engine.occupation(&world.export).await.unwrap().active.unwrap();
    let next = world.finish(&engine, &RunKey { export: world.export.clone(), run: active.run }).await;
    assert_eq!(next.ended().unwrap().snapshots[0].snapshot, "2", "{:?}", next.warnings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_run_that_was_asked_for_is_not_lost_to_a_later_ordinary_one() {
    let world = world_with(20).await;
    world.control.change_switches(|switches| switches.activity_seconds = 3600).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    engine.start_run(&world.export, world.request(RunKind::Full)).await.unwrap();
    engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let follow_up = engine.occupation(&world.export).await.unwrap().follow_up.unwrap();
    assert_eq!(follow_up.request.kind, RunKind::Full);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_deleted_in_mid_run_is_said_to_be_missing() {
    let world = world_with(200).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 1).await;
    world.control.delete_list(world.list.clone()).await.unwrap();
    let run = bounded(&world, &engine, &key, 300).await.unwrap();
    counts(&run);
    assert_eq!(end(&run).1, End::ListMissing, "{}", end(&run).1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_vanishes_before_the_settlement_does_not_hold_the_run() {
    let world = world_with(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 210)).await;
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
    until_imports(&world, &engine, &key, 6).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    world.state.delete(&ledger, Condition::None).await.unwrap();
    let run = bounded(&world, &engine, &key, 100).await;
    assert!(run.is_ok(), "{}", run.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_ledgers_do_not_pile_up() {
    let world = world_with(50).await;
    for round in 0..5 {
        world.upload(&format!("r{round}"), &people(0, 60 + round)).await;
        world.run(RunKind::Changes).await;
    }
    let ledgers = world.state.keys().into_iter().filter(|key| key.starts_with("ledgers/")).count();
    assert!(ledgers <= 2, "{ledgers} ledgers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_opt_out_hashes_are_read_again() {
    let world = World::new(WorldOptions::default()).await;
    let contact =
        NewContact { email: "person1@example.com".into(), unsubscribed: true, ..NewContact::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    world.upload("1", &people(0, 20)).await;
    world.run(RunKind::Changes).await;
    for object in world.state.keys().into_iter().filter(|object| object.ends_with(".hashes")) {
        world.state.delete(&object, Condition::None).await.unwrap();
    }
    world.upload("2", &people(0, 25)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).0, Status::Successful, "{}", end(&run).1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_is_denied_something_is_not_taken_for_a_dead_one() {
    let world = world_with(200).await;
    world.state_denied.writing("chunks/");
    let engine = world.process();
    let key = start(&world, &engine, RunKind::Changes).await;
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
