//! Segments: who sees which of their rows, and how they come into exports.

use catalog::ConnectionAccess;
use identity::Role;

use super::workshop::workshop;
use crate::support::World;

#[tokio::test]
async fn segments_are_listed_with_members_and_snapshots() {
    let workshop = workshop().await;
    workshop.upload("nobody", "CustomerId,EMail\n").await;
    let page = workshop.browser(Role::Viewer).open("/segments").await;
    for words in ["customers 3", "nobody 0", "It has no members at present"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(page.links_to("/segments/customers"));
}

#[tokio::test]
async fn rows_of_people_are_not_for_everybody() {
    let workshop = workshop().await;
    let path = "/segments/customers";
    for role in [Role::Administrator, Role::Contributor] {
        let page = workshop.browser(role).open(path).await;
        assert!(page.says("ann@example.com") && page.says("Hobby"), "{role:?}: {}", page.text());
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let page = workshop.browser(Role::Viewer).open(path).await;
    assert!(page.says("Hobby") && page.says("3") && !page.body.contains("example.com"), "{}", page.text());
    assert!(!page.links_to("/exports/new?segment=customers"));
}

#[tokio::test]
async fn a_contributor_with_whom_nothing_is_shared_sees_no_rows() {
    let workshop = workshop().await;
    let world: &World = &workshop.world;
    let admin = workshop.browser(Role::Administrator);
    let form = admin.open("/connections/newsletter/edit").await;
    admin.submit(&form, "/connections/newsletter/edit", &[("access", "administrators")]).await;
    let stored = world.stored_connection(&workshop.connection).await.unwrap();
    assert_eq!(stored.access, ConnectionAccess::Administrators);
    let page = workshop.browser(Role::Contributor).open("/segments/customers").await;
    assert!(!page.body.contains("example.com"), "{}", page.text());
}

#[tokio::test]
async fn a_segment_is_added_to_an_export_that_does_not_contain_it() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    workshop.upload("visitors", company::PEOPLE).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/segments/visitors").await;
    assert!(page.links_to("/exports/new?segment=visitors") && page.says("No export contains this segment"));
    let (action, edit) = ("/segments/visitors/exports", format!("/exports/{id}/edit"));
    let form = browser.open(&edit).await;
    workshop.world.time_passes(jiff::SignedDuration::from_secs(1));
    browser.submit(&form, &edit, &[("name", "Good friends"), ("then", "save")]).await;
    let stale = browser.submit(&page, action, &[]).await;
    assert!(stale.says("Somebody else has changed this"), "{}", stale.text());
    let added = browser.submit(&stale, action, &[]).await;
    assert!(added.says("Added to Good friends. It was not run."), "{}", added.text());
    assert_eq!(workshop.world.stored_export(&id).await.segments.len(), 2);
    assert!(!added.has_form(action), "there is no other export");
    let twice = browser.submit(&stale, action, &[]).await;
    assert!(twice.says("contains the segment already"), "{}", twice.text());
}
