//! The end of a connection.

use catalog::ConnectionAccess;
use export_config::router;
use identity::Role;

use crate::support::World;

const HERE: &str = "/connections/news/remove";

#[tokio::test]
async fn one_that_nothing_uses_is_removed_after_a_question() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let question = browser.open(HERE).await;
    assert!(question.says("Remove the connection News?"), "{}", question.text());
    let page = browser.submit(&question, HERE, &[]).await;
    assert_eq!(page.path(), "/connections");
    assert!(page.says("The connection was removed") && page.says("No connections yet"), "{}", page.text());
    assert_eq!(world.stored_connection(&id).await, None);
}

#[tokio::test]
async fn one_in_use_is_freed_export_by_export() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let weekly = world.export("Weekly", Some(&id)).await;
    world.export("Daily", Some(&id)).await;
    world.export("Hourly", Some(&id)).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open(HERE).await;
    for words in ["This connection is in use", "Weekly", "Daily", "Hourly"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(!page.has_form(HERE));
    let form = "/connections/news/exports";
    let page = browser.submit(&page, form, &[("action", "detach")]).await;
    assert!(page.says("Choose one or more exports first"), "{}", page.text());
    let page =
        browser.submit(&page, form, &[("action", "detach"), ("export", "weekly"), ("export", "daily")]).await;
    assert!(page.says("Detached: Weekly, Daily."), "{}", page.text());
    assert_eq!(world.stored_export(&weekly).await.connection, None);
    let question = browser.submit(&page, form, &[("action", "remove"), ("export", "hourly")]).await;
    assert!(question.says("Remove this export?") && question.says("Hourly"), "{}", question.text());
    let free = browser.submit(&question, form, &[]).await;
    assert!(free.says("Removed: Hourly."), "{}", free.text());
    assert!(free.has_form(HERE), "{}", free.text());
}

#[tokio::test]
async fn what_somebody_else_has_changed_meanwhile_is_shown_before_it_is_detached_or_removed() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let weekly = world.export("Weekly", Some(&id)).await;
    let browser = world.browser(Role::Administrator);
    let form = "/connections/news/exports";
    let page = browser.open(HERE).await;
    let question = browser.submit(&page, form, &[("action", "remove"), ("export", "weekly")]).await;
    let key = catalog::export_key(&weekly);
    let current = world.documents.load::<catalog::Export>(&key).await.unwrap().unwrap();
    world.documents.replace(&current, current.content.clone()).await.unwrap();
    let detached = browser.submit(&page, form, &[("action", "detach"), ("export", "weekly")]).await;
    let removed = browser.submit(&question, form, &[]).await;
    for answer in [detached, removed] {
        assert_eq!(answer.path(), HERE);
        assert!(answer.says("Somebody else has changed") && answer.says("Weekly"), "{}", answer.text());
    }
    assert_eq!(world.stored_export(&weekly).await.connection, Some(id));
    let page = browser.open(HERE).await;
    let page = browser.submit(&page, form, &[("action", "detach"), ("export", "weekly")]).await;
    assert!(page.says("Detached: Weekly."), "{}", page.text());
}

#[tokio::test]
async fn an_export_that_takes_the_connection_meanwhile_stops_the_removal() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let question = browser.open(HERE).await;
    world.export("Weekly", Some(&id)).await;
    let page = browser.submit(&question, HERE, &[]).await;
    assert_eq!(page.path(), HERE);
    assert!(page.says("Nothing was removed") && page.says("Weekly"), "{}", page.text());
    assert!(!world.stored_connection(&id).await.unwrap().removing);
}

#[tokio::test]
async fn all_are_detached_and_it_is_removed_in_one_confirmation() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let weekly = world.export("Weekly", Some(&id)).await;
    let browser = world.browser(Role::Administrator);
    let question = browser.open("/connections/news/detach-and-remove").await;
    assert!(question.says("Detach all exports and remove News?") && question.says("Weekly"));
    let page = browser.submit(&question, "/connections/news/detach-and-remove", &[]).await;
    assert_eq!(page.path(), "/connections");
    assert!(page.says("Detached: Weekly."), "{}", page.text());
    assert_eq!(world.stored_connection(&id).await, None);
    assert_eq!(world.stored_export(&weekly).await.connection, None);
}
