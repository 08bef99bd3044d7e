//! Rows of which nobody can tell whether the service took them: nothing is believed of them, and nobody pays for others.

use domain::outcome::Reason;
use engine::{End, Status};
use jiff::SignedDuration;
use planner::RunKind;
use simulator::{Change, Faults, Naming, NewContact};
use virtual_time::{Person, World, counts, end, people};

use super::steps::{start, until_imports, world_of};

/// The same people with another first name.
fn renamed(name: &str) -> Vec<Person> {
    let mut people = people(0, 200);
    for person in &mut people {
        name.clone_into(&mut person.first_name);
    }
    people
}

/// A world with 200 people on the list, in chunks of 40, that has been given other names for all of them.
async fn world_with_updates() -> World {
    let world = world_of(200).await;
    world.run(RunKind::Changes).await;
    world.upload("2", &renamed("Between")).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_back_is_sent_after_a_refusal_that_nobody_named() {
    let world = world_with_updates().await;
    world.control.change_switches(|switches| switches.naming = Naming::None).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person199".into())).await;
    world.run(RunKind::Changes).await;
    world.control.change_faults(|faults| *faults = Faults::default()).await;
    world.upload("3", &people(0, 200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).updated), (Status::Successful, 200));
    assert!(world.members().await.values().all(|name| name != "Between"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_changes_back_is_sent_after_imports_that_failed_half_way() {
    let world = world_with_updates().await;
    let fails = |faults: &mut Faults| {
        (faults.failed_import_every, faults.failed_import_applies_percent) = (1, 50);
    };
    world.control.change_faults(fails).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(end(&run), (Status::Failure, End::RowsUnsent { rows: 200, cause: None }));
    assert_eq!((counts(&run).unsent, counts(&run).updated), (200, 0));
    assert!(world.members().await.values().any(|name| name == "Between"), "half of each was taken");
    world.control.change_faults(|faults| *faults = Faults::default()).await;
    world.upload("3", &people(0, 200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).updated), (Status::Successful, 200));
    assert!(world.members().await.values().all(|name| name != "Between"));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn additions_that_failed_half_way_pass_the_brake_once() {
    let world = world_of(200).await;
    let fails = |faults: &mut Faults| {
        (faults.failed_import_every, faults.failed_import_applies_percent) = (1, 50);
    };
    world.control.change_faults(fails).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).unsent), (Status::Failure, 200));
    world.control.change_faults(|faults| *faults = Faults::default()).await;
    // The same people pass, and as many others do not.
    world.upload("2", &people(0, 400)).await;
    assert_eq!(end(&world.run(RunKind::Changes).await).1.code(), "brake_additions");
    world.upload("3", &people(0, 200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((end(&run).0, counts(&run).added), (Status::Successful, 200));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_is_never_named_is_found_and_parks_nobody_else() {
    let world = world_with_updates().await;
    world.control.change_switches(|switches| switches.naming = Naming::None).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person199".into())).await;
    let mut imports = Vec::new();
    for _ in 0..6 {
        let before = world.control.statistics().await.imports;
        let run = world.run(RunKind::Changes).await;
        assert_eq!((end(&run).0, counts(&run).rejected), (Status::Successful, 1));
        imports.push(world.control.statistics().await.imports - before);
    }
    // Chunks of 40; the one with the refusal again, in chunks of 5; of those the one with it, row by row; then its row.
    assert_eq!(imports, [5, 8, 5, 1, 1, 0]);
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).reasons.get(&Reason::Parked), Some(&1), "{:?}", counts(&run));
    assert_eq!(counts(&run).unchanged, 199);
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    assert!(report.contains("person199@example.com"), "{report}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opt_outs_are_looked_at_every_hour_however_often_something_is_sent() {
    let world = world_of(200).await;
    let contact = |person: Person| NewContact { email: person.email, ..NewContact::default() };
    world.control.add_contacts(people(0, 200).into_iter().map(contact).collect()).await.unwrap();
    let engine = world.process();
    let key = start(&world, &engine).await;
    until_imports(&world, &engine, &key, 1).await;
    world.sleep(SignedDuration::from_mins(40)).await;
    until_imports(&world, &engine, &key, 2).await;
    for number in 0..200 {
        world
            .control
            .change_contact(format!("person{number}@example.com"), Change::Unsubscribe)
            .await
            .unwrap();
    }
    world.sleep(SignedDuration::from_mins(40)).await;
    let run = world.finish(&engine, &key).await;
    // The second import was not worked on yet when they opted out: the service told of those in it.
    let opted_out = counts(&run).opted_out;
    assert_eq!((world.control.statistics().await.imports, opted_out), (2, 160), "{:?}", end(&run));
    world.close().await;
}
