//! *Add yourself as export user*.

use catalog::{Connection, ConnectionAccess, connection_key};
use export_config::router;
use identity::Role;
use jiff::SignedDuration;

use crate::support::World;

const HERE: &str = "/connections/news/export-user";

async fn without_export_user(world: &World) {
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let change = |current: Option<&Connection>| {
        let next = Connection { export_user: None, ..current.unwrap().clone() };
        Ok::<_, configuration::ConfigurationError>(store::Change::Write(next, ()))
    };
    world.documents.update(&connection_key(&id), change).await.unwrap();
}

#[tokio::test]
async fn whoever_has_just_signed_in_is_added_at_once() {
    let world = World::start(router).await;
    without_export_user(&world).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news").await;
    assert!(page.says("Add yourself as export user To do") && page.links_to(HERE), "{}", page.text());
    let question = browser.open(HERE).await;
    assert_eq!(question.way.len(), 1);
    let page = browser.submit(&question, HERE, &[]).await;
    assert!(page.says("Add yourself as export user Done"), "{}", page.text());
    assert!(page.says("Ada Amberg, since") && page.says("Connected"), "{}", page.text());
}

#[tokio::test]
async fn a_sign_in_of_long_ago_is_made_fresh_on_the_way() {
    let world = World::start(router).await;
    without_export_user(&world).await;
    let browser = world.browser(Role::Administrator);
    browser.open("/connections/news").await;
    world.time_passes(SignedDuration::from_mins(6));
    let question = browser.open(HERE).await;
    assert_eq!(question.path(), HERE);
    assert!(question.way.iter().any(|(_, url)| url.contains("prompt=login")), "{:?}", question.way);
    // The question was left open for too long.
    world.time_passes(SignedDuration::from_mins(6));
    let again = browser.submit(&question, HERE, &[]).await;
    assert_eq!(again.path(), HERE);
    assert!(again.way.iter().any(|(_, url)| url.contains("prompt=login")), "{:?}", again.way);
    let page = browser.submit(&again, HERE, &[]).await;
    assert!(page.says("You are the export user"), "{}", page.text());
}

#[tokio::test]
async fn whoever_answers_for_runs_can_be_replaced() {
    let world = World::start(router).await;
    world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    assert!(browser.open("/connections/news").await.says("Take over as export user"));
    assert!(browser.open(HERE).await.says("You take over from Ada Amberg"));
}
