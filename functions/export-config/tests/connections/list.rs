//! Who sees what in the list of connections.

use catalog::ConnectionAccess;
use export_config::router;
use identity::Role;
use jiff::SignedDuration;

use crate::support::World;
use crate::support::html::text;

/// The names of the rows, in their order.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("scope=\"row\"").skip(1);
    rows.map(|row| text(row.split_once('>').unwrap().1.split("</th>").next().unwrap())).collect()
}

#[tokio::test]
async fn administrators_see_everything_and_sort_it() {
    let world = World::start(router).await;
    let beta = world.connection("beta", ConnectionAccess::Contributors).await;
    world.time_passes(SignedDuration::from_hours(1));
    world.connection("Alpha", ConnectionAccess::Administrators).await;
    world.export("News", Some(&beta)).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections").await;
    assert_eq!(names(&page.body), ["Alpha", "beta"]);
    for told in [
        "Display name",
        "Type",
        "Constant Contact",
        "Created",
        "Ada Amberg",
        "Who can use it",
        "Administrators and contributors",
        "Connected",
        "Add connection",
    ] {
        assert!(page.says(told), "{told}: {}", page.text());
    }
    for (query, order) in [
        ("sort=name&order=descending", ["beta", "Alpha"]),
        ("sort=created", ["beta", "Alpha"]),
        ("sort=created&order=descending", ["Alpha", "beta"]),
        ("sort=access", ["Alpha", "beta"]),
        ("sort=exports", ["Alpha", "beta"]),
        ("sort=exports&order=descending", ["beta", "Alpha"]),
        ("sort=nothing&order=else", ["Alpha", "beta"]),
    ] {
        let page = browser.open(&format!("/connections?{query}")).await;
        assert_eq!(names(&page.body), order, "{query}");
    }
    assert!(page.links_to("/set-up"), "the application's secret is renewed there");
    let sorted = browser.open("/connections?sort=created").await;
    assert!(sorted.links_to("/connections?sort=created&order=descending"));
    assert!(sorted.body.contains("aria-sort=\"ascending\""));
}

#[tokio::test]
async fn contributors_see_names_and_types_of_what_is_shared_and_nothing_else() {
    let world = World::start(router).await;
    world.connection("Shared", ConnectionAccess::Contributors).await;
    let own = world.connection("Own", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Contributor);
    let page = browser.open("/connections").await;
    assert_eq!(names(&page.body), ["Shared"]);
    assert!(page.says("Constant Contact"), "{}", page.text());
    for hidden in
        ["Own", "Sample Organization", "owner@example.com", "Ada Amberg", "Connected", "Add connection"]
    {
        assert!(!page.says(hidden), "{hidden}: {}", page.text());
    }
    for path in ["", "/edit", "/calls", "/remove", "/detach-and-remove", "/export-user"] {
        for id in [own.as_str(), "shared"] {
            let page = browser.open(&format!("/connections/{id}{path}")).await;
            assert_eq!(page.status, 403, "{id}{path}");
            assert!(
                page.says("this needs the Administrator role")
                    || page.says("This needs the Administrator role")
            );
        }
    }
    assert_eq!(browser.open("/connections/new").await.status, 403);
    assert_eq!(browser.open("/set-up").await.status, 403);
}

#[tokio::test]
async fn whoever_has_no_connection_reads_whom_to_ask() {
    let world = World::start(router).await;
    let page = world.browser(Role::Contributor).open("/connections").await;
    assert!(page.says("Ask an administrator to add a connection"), "{}", page.text());
    let page = world.browser(Role::Viewer).open("/connections").await;
    assert!(page.says("managed by administrators"), "{}", page.text());
    let page = world.browser(Role::Administrator).open("/connections").await;
    assert!(page.says("No connections yet") && page.links_to("/connections/new"), "{}", page.text());
}
