//! *Edit connection*.

use catalog::{Connection, ConnectionAccess, Consent, connection_key};
use export_config::router;
use identity::Role;

use crate::support::World;

#[tokio::test]
async fn name_access_and_ceiling_are_saved() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news/edit").await;
    let changes = [("display_name", "Offers"), ("access", "contributors"), ("contact_ceiling", "50,000")];
    let page = browser.submit(&page, "/connections/news/edit", &changes).await;
    assert!(page.says("Saved.") && page.says("50,000"), "{}", page.text());
    let stored = world.stored_connection(&id).await.unwrap();
    assert_eq!(stored.display_name, "Offers");
    assert_eq!((stored.access, stored.contact_ceiling), (ConnectionAccess::Contributors, Some(50_000)));
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_at_its_field() {
    let world = World::start(router).await;
    world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news/edit").await;
    for (ceiling, told) in [("many", "whole number"), ("0", "above 0")] {
        let changes = [("contact_ceiling", ceiling), ("display_name", "Offers")];
        let page = browser.submit(&page, "/connections/news/edit", &changes).await;
        assert_eq!(page.status, 422);
        assert!(page.says(told), "{}", page.text());
        let form = page.form("/connections/news/edit");
        assert_eq!((form.value("contact_ceiling"), form.value("display_name")), (ceiling, "Offers"));
    }
}

#[tokio::test]
async fn a_stale_form_overwrites_nobody() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let first = browser.open("/connections/news/edit").await;
    let second = browser.open("/connections/news/edit").await;
    browser.submit(&first, "/connections/news/edit", &[("display_name", "First")]).await;
    let page = browser.submit(&second, "/connections/news/edit", &[("display_name", "Second")]).await;
    assert_eq!(page.status, 412);
    assert!(page.says("Somebody else has changed this meanwhile"), "{}", page.text());
    assert_eq!(page.form("/connections/news/edit").value("display_name"), "Second");
    assert_eq!(world.stored_connection(&id).await.unwrap().display_name, "First");
}

#[tokio::test]
async fn a_changed_text_is_agreed_to_again() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let change = |current: Option<&Connection>| {
        let current = current.unwrap().clone();
        let consent = current.consent.clone().map(|consent| Consent { text_version: 0, ..consent });
        Ok::<_, configuration::ConfigurationError>(store::Change::Write(
            Connection { consent, ..current },
            (),
        ))
    };
    world.documents.update(&connection_key(&id), change).await.unwrap();
    let browser = world.browser(Role::Administrator);
    assert!(browser.open("/connections/news").await.says("The data-privacy text has changed"));
    let page = browser.open("/connections/news/edit").await;
    let refused = browser.submit(&page, "/connections/news/edit", &[]).await;
    assert_eq!(refused.status, 422);
    let saved = browser.submit(&refused, "/connections/news/edit", &[("agreed", "yes")]).await;
    assert!(saved.says("Saved.") && !saved.says("has changed"), "{}", saved.text());
}
