//! One run from its start to its end, and the next ones: what people see, and what the service holds afterwards.

use domain::outcome::Reason;
use engine::{End, EngineSettings, Phase, StartRequest, Started, Status, Trigger, Warning};
use jiff::SignedDuration;
use planner::{Brake, RunKind};
use simulator::Change;
use virtual_time::{Person, World, WorldOptions, counts, end, people};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_run_brings_everybody_once_and_the_second_sends_nothing() {
    let world = World::new(WorldOptions::default()).await;
    let mut rows = people(0, 100);
    rows.push(Person { email: "PERSON1@example.com".into(), id: "other".into(), ..rows[1].clone() });
    rows.push(Person { email: "nobody".into(), id: "C-x".into(), ..rows[1].clone() });
    world.upload("2026-11-22", &rows).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run), (Status::Successful, End::Completed));
    let first = counts(&run);
    assert_eq!((first.read, first.members, first.added), (102, 100, 100));
    assert_eq!((first.duplicates, first.rejected), (1, 1));
    assert_eq!(world.members().await.len(), 100);
    assert_eq!(world.times_imported().await, [1]);
    // The files that people get back.
    let files = &run.ended().unwrap().files;
    let outcomes = world.segment_file(files.outcomes.as_ref().unwrap()).await;
    assert_eq!(outcomes.lines().count(), 103);
    assert!(outcomes.starts_with("CustomerId,outcome,reason,chunk\n"));
    assert_eq!(outcomes.lines().filter(|line| line.contains(",added,,")).count(), 100);
    let report = world.state_file(files.report.as_ref().unwrap()).await;
    assert_eq!(
        report,
        "file,row,reason,detail,content\nsegments/people/2026-11-22.csv,102,email_invalid,,\"C-x,nobody,Ann 1\"\n"
    );

    let imports = world.control.statistics().await.imports;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run), (Status::Successful, End::NothingToSend));
    assert_eq!(counts(&run).unchanged, 100);
    assert_eq!(world.control.statistics().await.imports, imports);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_new_or_changed_is_sent() {
    let world = World::new(WorldOptions::default()).await;
    let mut rows = people(0, 200);
    world.upload("1", &rows).await;
    world.run(RunKind::Changes).await;
    rows[7].first_name = "Zoë".into();
    // Changes the address: Add and update leaves the old one.
    rows[8].email = "moved@example.com".into();
    rows.extend(people(500, 3));
    rows.remove(0);
    world.upload("2", &rows).await;
    let run = world.run(RunKind::Changes).await;
    let counts = counts(&run);
    assert_eq!((counts.added, counts.updated, counts.unchanged), (4, 1, 197));
    assert_eq!(counts.notes.address_changed, 1);
    let members = world.members().await;
    assert_eq!(members.len(), 204);
    assert_eq!(members["person7@example.com"], "Zoë");
    assert_eq!(run.requests[&constant_contact::RequestKind::Import], 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_opted_out_is_sent() {
    let world = World::new(WorldOptions::default()).await;
    let rows = people(0, 100);
    world.upload("1", &rows).await;
    let contacts = [1, 2, 3].map(|number| simulator::NewContact {
        email: format!("person{number}@example.com"),
        ..simulator::NewContact::default()
    });
    world.control.add_contacts(contacts.to_vec()).await.unwrap();
    world.control.change_contact("person1@example.com", Change::Unsubscribe).await.unwrap();
    world.control.change_contact("person2@example.com", Change::Delete).await.unwrap();
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).added), (2, 98));
    assert_eq!(world.control.import_counts("person1@example.com").await.unwrap().imported, 0);
    assert_eq!(world.control.import_counts("person2@example.com").await.unwrap().imported, 0);
    // Later opt-outs are found by looking at what is new.
    world.control.change_contact("person3@example.com", Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_hours(30)).await;
    let run = world.run(RunKind::Full).await;
    assert_eq!((counts(&run).opted_out, counts(&run).updated), (3, 97));
    // Somebody who subscribes again is released by the next full read, 30 days later.
    world.control.change_contact("person1@example.com", Change::Resubscribe).await.unwrap();
    world.sleep(SignedDuration::from_hours(31 * 24)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).added), (2, 1));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_was_deleted_is_sent_although_nothing_else_of_the_contact_changed() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.deletion_moves_updated_at = false).await;
    world.upload("1", &people(0, 50)).await;
    world.run(RunKind::Changes).await;
    // Longer ago than a look reaches back.
    world.sleep(SignedDuration::from_hours(30)).await;
    world.run(RunKind::Changes).await;
    world.sleep(SignedDuration::from_hours(30)).await;
    world.control.change_contact("person7@example.com", Change::Delete).await.unwrap();
    let run = world.run(RunKind::Full).await;
    assert_eq!((counts(&run).opted_out, counts(&run).updated), (1, 49));
    assert_eq!(world.control.import_counts("person7@example.com").await.unwrap().imported, 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_brake_stops_what_would_add_too_many_until_it_is_approved() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 200)).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &people(0, 302)).await;
    let run = world.run(RunKind::Changes).await;
    let brake = Brake::ManyAdditions { additions: 102, held: 200 };
    assert_eq!(end(&run), (Status::Skipped, End::Braked { brake }));
    counts(&run);
    assert_eq!(world.members().await.len(), 200);

    let engine = world.process();
    let approved = StartRequest { approved: Some(run.key.run.clone()), ..world.request(RunKind::Changes) };
    let started = engine.start_run(&world.export, approved.clone()).await.unwrap();
    let run = world.finish(&engine, started.active()).await;
    assert_eq!(end(&run).0, Status::Successful);
    assert_eq!(world.members().await.len(), 302);
    // The approval was for that plan alone.
    let started = engine.start_run(&world.export, approved).await.unwrap();
    let run = world.finish(&engine, started.active()).await;
    assert_eq!(end(&run), (Status::Skipped, End::ApprovalOutdated));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_that_empties_brakes_and_one_that_is_missing_skips() {
    let world = World::new(WorldOptions::default()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1.code(), "segment_missing");
    world.upload("1", &people(0, 5)).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &[]).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Skipped, "brake_segment_emptied"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sent_ends_with_a_reason_and_nothing_is_sent() {
    let mut options = WorldOptions::default();
    options.settings.max_members = 150;
    let world = World::new(options).await;
    world.upload("1", &people(0, 151)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Skipped, "too_many_profiles"));

    world.upload_bytes("2", b"CustomerId,FirstName\n1,Ann\n".to_vec()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "broken_file"));
    assert!(end(&run).1.to_string().contains("EMail"), "{}", end(&run).1);

    world.upload_bytes("3", b"CustomerId,EMail,FirstName\n1,a@example.com\n".to_vec()).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "too_many_unreadable_rows"));
    let report = run.ended().unwrap().files.report.clone().unwrap();
    assert!(world.state_file(&report).await.contains("field_count"));

    world.use_list("af73e650-96f0-11ef-b2a0-fa163eafb85e").await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "list_missing"));

    world.use_list(&world.list).await;
    world.save_export(world.export.clone(), &[("cf:hobby", "FirstName")]).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, end(&run).1.code()), (Status::Failure, "custom_field_missing"));
    assert_eq!(world.control.statistics().await.imports, 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_profiles_take_less_than_an_hour_when_each_import_takes_a_quarter() {
    // 26 chunks, as a million profiles make: how long they take depends on their number, not on their size.
    let mut options = WorldOptions { throttle: true, ..WorldOptions::default() };
    options.settings.chunks.rows = 40;
    let world = World::new(options).await;
    world.control.change_switches(|switches| switches.activity_seconds = 15 * 60).await;
    world.upload("1", &people(0, 26 * 40)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).added, 26 * 40);
    let took = run.ended().unwrap().at.duration_since(run.created_at);
    assert!(took < SignedDuration::from_hours(1), "{took}");
    assert_eq!(run.requests[&constant_contact::RequestKind::Import], 26);
    let others = run.total_requests() - 26;
    assert!(others <= 15, "{:?}", run.requests);
    assert_eq!(world.control.statistics().await.refused(), 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn triggers_join_until_the_snapshots_are_chosen_and_follow_after_that() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 50)).await;
    let engine = world.process();
    let scheduled = StartRequest { trigger: Trigger::Scheduled, ..world.request(RunKind::Changes) };
    let created = engine.start_run(&world.export, scheduled.clone()).await.unwrap();
    let joined = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    assert_eq!(joined, Started::Joined(created.active().clone()));
    // Let it choose its snapshots and send, but not end.
    world.control.change_switches(|switches| switches.activity_seconds = 600).await;
    let deadline = world.clock_now().checked_add(SignedDuration::from_secs(600)).unwrap();
    engine.advance(created.active(), deadline, engine::Caller::SoleOwner).await.unwrap();
    let run = engine.run(created.active()).await.unwrap().unwrap();
    assert!(matches!(run.phase, Phase::Sending(_)));
    for _ in 0..2 {
        let follows = engine.start_run(&world.export, scheduled.clone()).await.unwrap();
        assert_eq!(follows, Started::Follows { active: created.active().clone() });
    }
    world.finish(&engine, created.active()).await;
    // Nothing newer came: the run that would follow by schedule is dropped.
    assert_eq!(engine.occupation(&world.export).await.unwrap().active, None);
    assert_eq!(engine.runs(&world.export, 10).await.unwrap().len(), 1);
    assert!(engine.active_runs().await.unwrap().is_empty());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_a_person_cancels_settles_what_was_sent_and_says_so() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 100)).await;
    world.control.change_switches(|switches| switches.activity_seconds = 600).await;
    let engine = world.process();
    let started = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let key = started.active().clone();
    // A deadline that has come allows one step: until the first of three chunks has been sent.
    while world.control.statistics().await.imports == 0 {
        engine.advance(&key, world.clock_now(), engine::Caller::SoleOwner).await.unwrap();
    }
    engine.cancel(&key, "administrator").await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run), (Status::Canceled, End::Canceled { by: "administrator".into() }));
    assert_eq!((counts(&run).added, counts(&run).unsent), (40, 60));
    let next = world.run(RunKind::Changes).await;
    assert_eq!(end(&next).0, Status::Successful);
    assert_eq!(world.members().await.len(), 100);
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_the_service_refuses_is_tried_five_times_and_then_parked() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person7".into())).await;
    world.upload("1", &people(0, 20)).await;
    for attempt in 1..=5 {
        let run = world.run(RunKind::Changes).await;
        assert_eq!((counts(&run).rejected, counts(&run).unsent), (1, 0), "attempt {attempt}");
    }
    let imports = world.control.statistics().await.imports;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).reasons.get(&Reason::Parked), Some(&1));
    assert_eq!(world.control.statistics().await.imports, imports);
    world.control.change_faults(|faults| faults.refuse_containing = None).await;
    let run = world.run(RunKind::RetryFailed).await;
    assert_eq!((counts(&run).added, counts(&run).rejected), (1, 0));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_cannot_be_read_is_never_an_empty_one() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 120)).await;
    world.run(RunKind::Changes).await;
    let ledger = world.state.keys().into_iter().find(|key| key.starts_with("ledgers/")).unwrap();
    store::ObjectStore::delete(world.state.as_ref(), &ledger, store::Condition::None).await.unwrap();
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).0, Status::Successful);
    assert!(run.warnings.contains(&Warning::LedgerUnreadable));
    counts(&run);
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).1, End::NothingToSend);
    world.close().await;
}

#[test]
fn the_defaults_are_the_documented_limits() {
    let settings = EngineSettings::default();
    assert_eq!(
        (settings.max_members, settings.chunks.rows, settings.chunks.bytes),
        (1_000_000, 39_999, 3_900_000)
    );
}
