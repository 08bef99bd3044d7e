//! Nobody is written to whose opt-out could be read, and who subscribes again is released.

use engine::{Caller, Status};
use jiff::SignedDuration;
use planner::RunKind;
use rstest::rstest;
use simulator::{Change, NewContact};
use store::{Condition, ObjectStore};
use virtual_time::{Person, World, WorldOptions, counts, end, people};

use super::steps::{start, until_imports, world_of};

/// The first so many people of [`people`] are in the account, and have opted out.
async fn have_opted_out(world: &World, count: usize) {
    let contacts = (0..count).map(|number| NewContact {
        email: format!("person{number}@example.com"),
        unsubscribed: true,
        ..NewContact::default()
    });
    world.control.add_contacts(contacts.collect()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_known_to_have_opted_out_is_sent_when_a_chunk_is_sent_again() {
    let world = world_of(200).await;
    world.control.change_switches(|switches| switches.activity_seconds = 90 * 60).await;
    world.control.change_faults(|faults| faults.failed_import_next = 1).await;
    let engine = world.process();
    let key = start(&world, &engine).await;
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
    let key = start(&world, &engine).await;
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
    have_opted_out(&world, 1200).await;
    world.upload("1", &people(0, 1200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!(counts(&run).opted_out, 1200);
    assert_eq!(world.control.statistics().await.imports, 0);
    world.control.change_switches(|switches| switches.pages_skip = 3).await;
    world.sleep(SignedDuration::from_hours(31 * 24)).await;
    world.run(RunKind::Changes).await;
    assert_eq!(world.control.statistics().await.imports, 0, "people known to have opted out were sent");
}

#[rstest]
#[case::few(3)]
#[case::so_many_that_two_reads_skip_the_same(40)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_whom_the_first_read_skips(#[case] pages_skip: u32) {
    let world = World::new(WorldOptions::default()).await;
    world
        .control
        .change_switches(move |switches| {
            switches.pages_skip = pages_skip;
            switches.account_opt_outs_can_be_added = true;
        })
        .await;
    have_opted_out(&world, 1200).await;
    world.upload("1", &people(0, 1200)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).added), (1200, 0));
    assert_eq!(world.control.statistics().await.imports, 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opt_outs_that_fill_one_page_are_read_once() {
    let world = World::new(WorldOptions::default()).await;
    have_opted_out(&world, 300).await;
    world.upload("1", &people(0, 350)).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).added), (300, 50));
    assert_eq!(world.control.statistics().await.contacts, 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_was_deleted_is_sent_however_many_were_deleted_before() {
    let world = World::new(WorldOptions::default()).await;
    world.control.change_switches(|switches| switches.deletion_moves_updated_at = false).await;
    // More than are read with every look.
    let gone: Vec<String> = (0..10_100).map(|number| format!("gone{number}@example.org")).collect();
    let contacts = gone.iter().map(|email| NewContact { email: email.clone(), ..NewContact::default() });
    world.control.add_contacts(contacts.collect()).await.unwrap();
    for email in gone {
        world.control.change_contact(email, Change::Delete).await.unwrap();
    }
    let mut rows = people(0, 50);
    world.upload("1", &rows).await;
    world.run(RunKind::Changes).await;
    world.sleep(SignedDuration::from_hours(30)).await;
    world.run(RunKind::Changes).await;
    let before = world.control.statistics().await.contacts;
    world.run(RunKind::Changes).await;
    assert!(
        world.control.statistics().await.contacts - before <= 3,
        "all are read although nobody was deleted"
    );
    // Nothing else of the contact has changed lately, and all who were deleted have just been read.
    world.control.change_contact("person7@example.com", Change::Delete).await.unwrap();
    rows[7].first_name = "Changed".into();
    world.upload("2", &rows).await;
    let run = world.run(RunKind::Changes).await;
    assert_eq!((counts(&run).opted_out, counts(&run).updated), (1, 0));
    assert_eq!(world.control.import_counts("person7@example.com").await.unwrap().imported, 1);
    world.close().await;
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
