//! Viewers change nothing and see no row of a person; contributors work with what is shared; forms of others do nothing.

use catalog::ConnectionAccess;
use identity::Role;
use reqwest::Method;

use super::workshop::{Workshop, workshop};

/// Every form of these pages that changes something.
fn actions(id: &str, run: &str) -> Vec<String> {
    vec![
        "/exports".to_owned(),
        "/exports/run-all".to_owned(),
        "/exports/schedules".to_owned(),
        format!("/exports/{id}/edit"),
        format!("/exports/{id}/runs"),
        format!("/exports/{id}/remove"),
        format!("{run}/cancel"),
        format!("{run}/approve"),
        "/segments/customers/exports".to_owned(),
        "/schedule".to_owned(),
        "/schedule/pause".to_owned(),
        "/schedule/resume".to_owned(),
    ]
}

fn complete(workshop: &Workshop, id: &str, csrf: &str) -> Vec<(String, String)> {
    let list = workshop.list.as_str();
    [
        ("csrf", csrf),
        ("name", "Taken over"),
        ("connection", "newsletter"),
        ("shown_connection", "newsletter"),
        ("list", "pick"),
        ("list_picked", list),
        ("segments", "customers"),
        ("email_column", "EMail"),
        ("schedule.kind", "off"),
        ("export", id),
        ("change", "keep_off"),
        ("then", "save"),
        ("version", "\"1\""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

#[tokio::test]
async fn a_viewer_changes_nothing_by_any_form() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let before = workshop.world.stored_export(&id).await;
    let viewer = workshop.browser(Role::Viewer);
    let page = viewer.open("/exports").await;
    let csrf = page.form("/sign-out").value("csrf").to_owned();
    for action in actions(id.as_str(), &run) {
        let answer = viewer.post(&page.url, &action, &complete(&workshop, id.as_str(), &csrf)).await;
        assert_eq!(answer.status, 403, "{action}: {}", answer.text());
    }
    assert_eq!(workshop.world.stored_export(&id).await, before);
    assert!(!viewer.open("/exports").await.says("Taken over"));
}

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_does_nothing() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let before = workshop.world.stored_export(&id).await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/exports").await;
    let csrf = page.form("/sign-out").value("csrf").to_owned();
    let elsewhere = url::Url::parse("https://example.net/").unwrap();
    for action in actions(id.as_str(), &run) {
        let without = complete(&workshop, id.as_str(), "");
        assert_eq!(browser.post(&page.url, &action, &without).await.status, 403, "{action}");
        let target = format!("{}{action}", workshop.world.address);
        let foreign = complete(&workshop, id.as_str(), &csrf);
        assert_eq!(browser.post(&elsewhere, &target, &foreign).await.status, 403, "{action}");
    }
    assert_eq!(workshop.world.stored_export(&id).await, before);
}

#[tokio::test]
async fn a_viewer_sees_counts_and_no_row_of_a_person() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let viewer = workshop.browser(Role::Viewer);
    for path in ["/exports", "/segments", "/segments/customers", &format!("/exports/{id}"), &run, "/schedule"]
    {
        let page = viewer.open(path).await;
        assert_eq!(page.status, 200, "{path}");
        for person in ["ann@example.com", "bob@example.com", "Chess"] {
            assert!(!page.body.contains(person), "{person} in {path}");
        }
        for words in ["Add destination", "Run all", "Remove", "Approve"] {
            assert!(!page.says(words), "{words} in {path}");
        }
    }
    let export = format!("/exports/{id}");
    for path in ["/new", "/run-all", "/schedules"].map(|path| format!("/exports{path}")) {
        assert_eq!(viewer.open(&path).await.status, 403, "{path}");
    }
    for path in ["/edit", "/duplicate", "/run", "/remove"].map(|path| format!("{export}{path}")) {
        assert_eq!(viewer.open(&path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_contributor_works_with_shared_connections_only() {
    let workshop = workshop().await;
    let own = workshop.export("Friends").await;
    let secret = workshop.world.connection("Board", ConnectionAccess::Administrators).await;
    let theirs = workshop.world.export("board-news", Some(&secret)).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports").await;
    assert!(page.says("board-news") && page.says("Not shared") && !page.says("Board"), "{}", page.text());
    let view = browser.open(&format!("/exports/{theirs}")).await;
    assert_eq!(view.status, 200);
    assert!(!view.says("Board") && !view.links_to(&format!("/exports/{theirs}/edit")), "{}", view.text());
    for path in ["edit", "duplicate", "run", "remove"] {
        assert_eq!(browser.open(&format!("/exports/{theirs}/{path}")).await.status, 403, "{path}");
    }
    let form = browser.open("/exports/new").await;
    assert!(!form.body.contains("\"board\"") && !form.says("Board"), "{}", form.text());
    let stolen = [("connection", "board"), ("then", "continue")];
    let asked = browser.submit(&form, "/exports", &stolen).await;
    assert!(!asked.says("Constant Contact List ID"), "no list of it is shown: {}", asked.text());
    let answer = browser.request(Method::GET, &format!("/exports/{own}/edit")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
