//! The audit log.

use identity::Role;

use super::workshop::workshop;

#[tokio::test]
async fn every_change_is_there_with_before_and_after() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Administrator);
    let action = format!("/exports/{id}/edit");
    let form = browser.open(&action).await;
    browser.submit(&form, &action, &[("name", "Best friends"), ("then", "save")]).await;
    let page = browser.open("/audit").await;
    for words in
        ["Export created", "Export changed", "Ada Amberg, Administrator", "Before", "After", "Best friends"]
    {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(page.links_to(&format!("/exports/{id}")));
}

#[tokio::test]
async fn entries_speak_as_the_pages_do_and_lead_to_their_run() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let page = workshop.browser(Role::Administrator).open("/audit").await;
    for words in [
        "Run started Friends · The run Details What was sent New and changed people",
        "Data matching Email: column EMail First name: column FirstName",
        "Schedule With every system refresh",
        "Constant Contact List ID",
        "Segments customers",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(page.links_to(&run) && page.links_to("/connections/newsletter"), "{}", page.text());
    for word in ["email_column", "with_system_refresh", "Before and after", "approved"] {
        assert!(!page.says(word), "{word}: {}", page.text());
    }
    assert_eq!(workshop.browser(Role::Administrator).open(&run).await.status, 200);
}

#[tokio::test]
async fn a_run_that_never_began_is_not_linked() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Administrator);
    let (ask, action) = (format!("/exports/{id}/run"), format!("/exports/{id}/runs"));
    browser.submit(&browser.open(&ask).await, &action, &[]).await;
    workshop.world.time_passes(jiff::SignedDuration::from_secs(1));
    browser.submit(&browser.open(&format!("{ask}?kind=full")).await, &action, &[]).await;
    let waiting = workshop.world.engine.occupation(&id).await.unwrap().follow_up.unwrap().run;
    let page = browser.open(&format!("/exports/{id}")).await;
    browser.submit(&page, &format!("/exports/{id}/runs/{waiting}/cancel"), &[]).await;
    let page = browser.open("/audit").await;
    assert!(page.says("Run canceled Friends"), "{}", page.text());
    assert!(!page.links_to(&format!("/exports/{id}/runs/{waiting}")), "{}", page.text());
}

#[tokio::test]
async fn long_logs_come_in_pages() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Administrator);
    for _ in 0..56 {
        let page = browser.open("/schedule").await;
        let paused = page.has_form("/schedule/resume");
        browser.submit(&page, if paused { "/schedule/resume" } else { "/schedule/pause" }, &[]).await;
        workshop.world.time_passes(jiff::SignedDuration::from_secs(1));
    }
    let first = browser.open("/audit").await;
    let start = first.body.find("/audit?after=").expect("a second page");
    let next: String = first.body[start..].chars().take_while(|character| *character != '"').collect();
    let second = browser.open(&next).await;
    assert!(second.says("Refresh paused") && second.says("Back to the newest entries"), "{}", second.text());
    assert_eq!(browser.open("/audit?after=..%2Fexports").await.status, 422);
}

#[tokio::test]
async fn it_is_for_administrators() {
    let workshop = workshop().await;
    for role in [Role::Viewer, Role::Contributor] {
        assert_eq!(workshop.browser(role).open("/audit").await.status, 403);
    }
}
