//! A connection's limit of contacts: a run that would bring the account above it sends nothing and says so.

use catalog::{Connection, connection_key};
use domain::identifier::ConnectionId;
use engine::{End, Status};
use planner::RunKind;
use virtual_time::{World, WorldOptions, counts, end, people};

async fn allow(world: &World, contacts: Option<u64>) {
    let documents = world.state_documents();
    let key = connection_key(&ConnectionId::new("connection-1").unwrap());
    let current = documents.load::<Connection>(&key).await.unwrap().unwrap();
    let changed = Connection { contact_ceiling: contacts, ..current.content.clone() };
    documents.replace(&current, changed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_above_the_ceiling_sends_nothing_until_it_is_raised() {
    let world = World::new(WorldOptions::default()).await;
    world.upload("1", &people(0, 50)).await;
    allow(&world, Some(49)).await;
    let run = world.run(RunKind::Changes).await;
    let (status, ended) = end(&run);
    assert_eq!(status, Status::Skipped);
    let End::ContactCeiling { additions, contacts, ceiling } = ended else { panic!("{ended:?}") };
    assert_eq!((additions, contacts, ceiling), (50, 0, 49));
    assert_eq!((counts(&run).unsent, world.members().await.len()), (50, 0));
    allow(&world, Some(50)).await;
    assert_eq!(end(&world.run(RunKind::Changes).await).0, Status::Successful);
    assert_eq!(world.members().await.len(), 50);
    // Whoever is there already costs nothing; one more would.
    world.upload("2", &people(0, 51)).await;
    assert_eq!(end(&world.run(RunKind::Changes).await).1.code(), "contact_ceiling");
    allow(&world, None).await;
    assert_eq!(end(&world.run(RunKind::Changes).await).0, Status::Successful);
    world.close().await;
}
