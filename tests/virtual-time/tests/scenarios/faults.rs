//! Whatever the service does, every row is accepted or reported.

use domain::outcome::Reason;
use engine::{Advance, Caller, End, Engine, ParkReason, RunKey, Status};
use jiff::SignedDuration;
use planner::RunKind;
use rstest::rstest;
use simulator::{Change, FailedImport, Faults, Naming, Switches};
use store::Condition;
use virtual_time::{Ending, World, WorldOptions, counts, end, people};

/// A world with 200 people in five chunks.
async fn world_with(options: WorldOptions) -> World {
    let world = World::new(options).await;
    world.control.change_switches(|switches| switches.activity_seconds = 30).await;
    world.upload("1", &people(0, 200)).await;
    world
}

/// The same, with these faults.
async fn world(fault: fn(&mut Faults)) -> World {
    let world = world_with(WorldOptions::default()).await;
    world.control.change_faults(fault).await;
    world
}

/// A run that has been brought so far that something was sent.
async fn begun(world: &World) -> (Engine, RunKey) {
    let engine = world.process();
    let started = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let key = started.active().clone();
    while world.control.statistics().await.imports == 0 {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    (engine, key)
}

#[rstest]
#[case::throttled(true, |faults: &mut Faults| faults.throttle_every = 3)]
#[case::errors(true, |faults: &mut Faults| faults.error_every = 4)]
#[case::answers_dropped_after_accepting(true, |faults: &mut Faults| faults.drop_after_import_every = 2)]
#[case::dropped_before(true, |faults: &mut Faults| faults.drop_before_every = 3)]
#[case::activities_failing(false, |faults: &mut Faults| faults.failed_import_every = 3)]
#[case::activities_timing_out(false, |faults: &mut Faults| { faults.failed_import_next = 2; faults.failed_import_ends = FailedImport::TimedOut })]
#[case::activities_cancelled_half_way(false, |faults: &mut Faults| {
    faults.failed_import_next = 2;
    faults.failed_import_ends = FailedImport::Cancelled;
    faults.failed_import_applies_percent = 50;
})]
#[case::activities_stuck(false, |faults: &mut Faults| { faults.failed_import_next = 1; faults.failed_import_ends = FailedImport::Stuck })]
#[case::everything_at_once(false, |faults: &mut Faults| {
    faults.throttle_every = 3;
    faults.drop_after_import_every = 3;
    faults.failed_import_every = 4;
    faults.error_every = 7;
})]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_arrives_and_once_if_that_can_be_told(#[case] once: bool, #[case] fault: fn(&mut Faults)) {
    let world = world(fault).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run), (Status::Successful, End::Completed));
    assert_eq!(counts(&run).added, 200);
    assert_eq!(world.members().await.len(), 200);
    if once {
        assert_eq!((world.times_imported().await, counts(&run).notes.possibly_repeated), (vec![1], 0));
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunks_that_fail_for_good_stay_unsent_and_the_next_run_sends_only_them() {
    let world = world(|faults| faults.failed_import_every = 1).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run), (Status::Failure, End::RowsUnsent { rows: 200, cause: None }));
    assert_eq!(counts(&run).unsent, 200);
    world.control.change_faults(|faults| faults.failed_import_every = 0).await;
    let run = world.run(RunKind::RetryFailed).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    world.close().await;
}

#[rstest]
#[case::all(Naming::All)]
#[case::some(Naming::Some)]
#[case::none(Naming::None)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_are_found_however_few_are_named(#[case] naming: Naming) {
    let world = world(|_| {}).await;
    world.control.change_switches(move |switches: &mut Switches| switches.naming = naming).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person19".into())).await;
    let refused = (0..200).filter(|number| number.to_string().starts_with("19")).count() as u64;
    let run = world.run(RunKind::Changes).await;
    let first = counts(&run);
    assert_eq!(end(&run).0, Status::Successful);
    assert_eq!((first.rejected, first.added), (refused, 200 - refused), "{first:?} {:?}", run.ended());
    assert_eq!(first.reasons.get(&Reason::RejectedUnidentified), None);
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert_eq!(report.lines().count() as u64, refused + 1);
    assert!(report.contains("person199@example.com") && !report.contains("person2@example.com"));
    // The next run tries just them again.
    world.control.change_faults(|faults| faults.refuse_containing = None).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).added, counts(&run).unchanged), (refused, 200 - refused));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_stay_unidentified_where_contact_exports_are_forbidden() {
    let world = world(|_| {}).await;
    world.control.change_switches(|switches| switches.naming = Naming::None).await;
    world
        .control
        .change_faults(|faults| {
            faults.refuse_containing = Some("person19".into());
            faults.error_path = Some("/v3/activities/contact_exports".into());
            (faults.error_every, faults.error_status) = (1, 403);
        })
        .await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run).0, Status::Successful);
    let first = counts(&run);
    assert_eq!((first.rejected, first.added), (11, 189));
    assert_eq!(first.reasons.get(&Reason::RejectedUnidentified), Some(&11));
    // Nobody of those chunks is taken for held.
    world.control.change_faults(|faults| *faults = Faults::default()).await;
    world.run(RunKind::Changes).await;
    assert_eq!(world.members().await.len(), 200);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_updates_that_nobody_names_are_counted_and_tried_again() {
    let world = world(|_| {}).await;
    world.run(RunKind::Changes).await;
    let mut changed = people(0, 200);
    for person in &mut changed {
        person.first_name = "Changed".into();
    }
    world.upload("2", &changed).await;
    world.control.change_switches(|switches| switches.naming = Naming::None).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person199".into())).await;
    let run = world.run(RunKind::Changes).await;
    // They are on the list from before, so that an export of it cannot tell them apart.
    let first = counts(&run);
    assert_eq!(first.reasons.get(&Reason::RejectedUnidentified), Some(&1), "{first:?} {:?}", end(&run));
    assert_eq!(first.updated, 199);
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert!(report.contains("rejected_unidentified"));
    world.control.change_faults(|faults| faults.refuse_containing = None).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).rejected), (Status::Successful, 0));
    assert!(world.members().await.values().all(|name| name == "Changed"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opts_out_behind_our_back_counts_as_opted_out_and_is_not_tried_again() {
    let world = world(|_| {}).await;
    world.run(RunKind::Changes).await;
    let mut changed = people(0, 200);
    changed[5].first_name = "Changed".into();
    changed[6].first_name = "Changed".into();
    world.upload("2", &changed).await;
    let engine = world.process();
    let started = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let key = started.active().clone();
    // After the look at opt-outs, before the chunk is sent.
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, engine::Phase::Sending(_)) {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    world.control.change_contact("person5@example.com", Change::Unsubscribe).await.unwrap();
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).0, Status::Successful);
    assert_eq!((counts(&run).opted_out, counts(&run).updated), (1, 1));
    let run = world.run(RunKind::Full).await;
    assert_eq!(counts(&run).opted_out, 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_long_wait_opt_outs_are_looked_at_before_anything_is_sent() {
    let world = world(|_| {}).await;
    let contact = simulator::NewContact { email: "person9@example.com".into(), ..Default::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    let (engine, key) = begun(&world).await;
    world.control.change_contact("person9@example.com", Change::Unsubscribe).await.unwrap();
    world.sleep(SignedDuration::from_mins(61)).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run).0, Status::Successful);
    let counts = counts(&run);
    let sent = world.control.import_counts("person9@example.com").await.unwrap();
    // It may have been in the chunk that was sent before.
    assert_eq!(counts.opted_out, 1 - sent.imported);
    assert_eq!(sent.declined, 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_became_too_old_is_made_again_for_what_was_not_sent() {
    let world = world(|_| {}).await;
    let (engine, key) = begun(&world).await;
    world.sleep(SignedDuration::from_hours(25)).await;
    let mut newer = people(0, 210);
    newer[3].first_name = "Changed".into();
    world.upload("2", &newer).await;
    let run = world.finish(&engine, &key).await;
    assert_eq!(end(&run), (Status::Successful, End::Completed));
    // Whoever the first part added still counts as added.
    let counts = counts(&run);
    assert_eq!((counts.read, counts.added, counts.updated, counts.unchanged), (210, 210, 0, 0));
    assert_eq!(world.members().await.len(), 210);
    assert_eq!(world.members().await["person3@example.com"], "Changed");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_connection_is_refused_waits_for_a_person_and_goes_on() {
    let world = world(|_| {}).await;
    let (engine, key) = begun(&world).await;
    world.control.expire_access_tokens().await.unwrap();
    let Ending::Parked(reason) = world.drive(&engine, &key).await else { panic!("not parked") };
    assert_eq!(reason, ParkReason::NeedsReauthentication);
    world.reauthenticate().await;
    let run = world.finish(&world.process(), &key).await;
    assert_eq!(counts(&run).added, 200);
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quota_of_a_day_is_waited_for() {
    let world = world_with(WorldOptions { throttle: true, ..WorldOptions::default() }).await;
    world.control.change_limits(|limits| limits.requests_per_day = 5).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).added, 200);
    let took = run.ended().unwrap().at.duration_since(run.created_at);
    assert!(took > SignedDuration::from_hours(12), "{took}");
    assert_eq!(world.times_imported().await, [1]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_begins_late_at_the_service_costs_minutes_and_not_a_day() {
    let world = world_with(WorldOptions { throttle: true, ..WorldOptions::default() }).await;
    world.control.change_limits(|limits| limits.requests_per_day = 8).await;
    world.control.change_switches(|switches| switches.day_starts_late_seconds = 90).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).added, 200);
    // From 08:00 to a little after 00:00.
    let took = run.ended().unwrap().at.duration_since(run.created_at);
    assert!(took > SignedDuration::from_hours(16) && took < SignedDuration::from_hours(17), "{took}");
    assert!(world.control.statistics().await.quota_exceeded > 1, "it was refused before and after 00:00");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_the_service_would_not_take_costs_nobody_the_export() {
    let world = World::new(WorldOptions::default()).await;
    let hostile = |switches: &mut Switches| {
        switches.birthdays_must_exist = true;
        switches.lengths_in_utf16 = true;
        switches.import_phone_length = 25;
    };
    world.control.change_switches(hostile).await;
    let attributes = ["first_name", "birthday_month", "birthday_day", "anniversary", "phone"];
    let attributes = attributes.map(|field| (field, field));
    world.save_export(world.export.clone(), &attributes).await;
    let rows = format!(
        "CustomerId,EMail,first_name,birthday_month,birthday_day,anniversary,phone\n\
         1,a@example.com,Ann,2,29,2036-11-21,+1 202 555 0123\n\
         2,b@example.com,Ben,2,30,2099-12-31,+1 202 555 0123 or 555 0199\n\
         3,c@example.com,{},13,1,2040-01-01,\n",
        "😀".repeat(26)
    );
    world.upload_bytes("1", rows.into_bytes()).await;
    let run = world.run(RunKind::Changes).await;
    let counts = counts(&run);
    assert_eq!((counts.added, counts.rejected), (3, 0));
    assert_eq!((counts.notes.values_left_out, counts.notes.values_cut), (5, 1));
    let names = world.members().await;
    assert_eq!(names["c@example.com"], "😀".repeat(25));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_two_exports_to_one_list_take_turns() {
    let world = world(|_| {}).await;
    let other = domain::identifier::ExportId::new("export-2").unwrap();
    world.save_export(other.clone(), &[("first_name", "FirstName")]).await;
    let engine = world.process();
    let first = engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap();
    let second = engine.start_run(&other, world.request(RunKind::Changes)).await.unwrap();
    while world.control.statistics().await.imports == 0 {
        engine.advance(first.active(), world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    engine.advance(second.active(), world.clock_now(), Caller::SoleOwner).await.unwrap();
    let waiting = engine.run(second.active()).await.unwrap().unwrap();
    assert_eq!(waiting.waiting, Some(engine::Waiting::List));
    // One that cannot be read for a while is waited for, too: it may be sending.
    let (documents, key) = (world.state_documents(), first.active());
    let key = format!("runs/{}/{}.json", key.export, key.run);
    let whole = documents.store().get(&key).await.unwrap().bytes;
    documents.store().put(&key, b"{".as_slice().into(), Condition::None).await.unwrap();
    world.sleep(SignedDuration::from_mins(10)).await;
    let waits = engine.advance(second.active(), world.clock_now(), Caller::SoleOwner).await.unwrap();
    assert!(matches!(waits, Advance::Wait { .. }), "{waits:?}");
    documents.store().put(&key, whole, Condition::None).await.unwrap();
    world.finish(&engine, first.active()).await;
    let run = world.finish(&engine, second.active()).await;
    assert_eq!(end(&run).0, Status::Successful);
    world.close().await;
}
