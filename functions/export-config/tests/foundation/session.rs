//! Signing in and out, expired sessions, forms of others.

use catalog::ConnectionAccess;
use export_config::router;
use identity::Role;
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::World;

#[tokio::test]
async fn a_page_leads_through_the_sign_in_and_back_to_itself() {
    let world = World::start(router).await;
    let page = world.browser(Role::Administrator).open("/connections?sort=created").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.url.path(), "/connections");
    assert_eq!(page.url.query(), Some("sort=created"));
    assert!(page.says("Ada Amberg") && page.says("Administrator"), "{}", page.text());
    let stranger = world.stranger().open("/connections").await;
    assert_eq!(stranger.path(), "/authorize");
}

#[tokio::test]
async fn an_expired_session_is_renewed_without_a_question() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    browser.open("/connections").await;
    world.time_passes(SignedDuration::from_hours(2));
    let page = browser.open("/connections").await;
    assert_eq!(page.path(), "/connections");
    assert!(page.way.iter().any(|(_, url)| url.contains("prompt=none")), "{:?}", page.way);
    assert!(page.way.iter().all(|(status, url)| !(url.contains("/authorize") && *status == 200)));
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_in_silence_asks() {
    let world = World::start(router).await;
    let token = world.token(Role::Viewer);
    world.time_passes(SignedDuration::from_hours(2));
    let browser = world.browser(Role::Viewer);
    // A session of this console whose issuer has forgotten the browser.
    let cookie = format!("segment-export-session={token}");
    let answer = browser.request(Method::GET, "/connections").header("cookie", cookie).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.contains("prompt=none"), "{location}");
    let page = browser.open(&location).await;
    assert_eq!(page.path(), "/connections");
    assert!(page.way.iter().any(|(_, url)| url.contains("error=login_required")), "{:?}", page.way);
}

#[tokio::test]
async fn a_script_is_told_instead_of_led_away() {
    let world = World::start(router).await;
    let request = world.stranger().request(Method::GET, "/connections").header("sec-fetch-dest", "empty");
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_person_without_a_role_reads_why() {
    let world = World::start(router).await;
    let options = issuer::TokenOptions { groups: Some(Vec::new()), ..Default::default() };
    let token = world.token_with(Role::Viewer, &options);
    let browser = world.stranger();
    let request = browser.request(Method::GET, "/connections");
    let answer = request.header("cookie", format!("segment-export-session={token}")).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    let body = answer.text().await.unwrap();
    assert!(body.contains("Vera Vance") && body.contains("action=\"/sign-out\""), "{body}");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_at_the_issuer() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections").await;
    let out = browser.submit(&page, "/sign-out", &[]).await;
    assert_eq!(out.path(), "/signed-out");
    assert!(out.way.iter().any(|(_, url)| url.contains("post_logout_redirect_uri")), "{:?}", out.way);
    let answer = browser.request(Method::GET, "/connections").send().await.unwrap();
    assert_eq!(answer.status(), 303);
}

#[tokio::test]
async fn nobody_else_signs_a_person_out() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections").await;
    let elsewhere = url::Url::parse("https://example.net/").unwrap();
    let target = format!("{}/sign-out", world.address);
    assert_eq!(browser.post(&elsewhere, &target, &page.form("/sign-out").fields).await.status, 403);
    assert_eq!(browser.post(&page.url, "/sign-out", &[]).await.status, 403);
    assert_eq!(browser.open("/connections").await.way.len(), 1);
}

#[tokio::test]
async fn a_form_counts_from_our_own_pages_only() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/new").await;
    let mut fields = page.form("/connections").fields;
    fields.push(("display_name".to_owned(), "News".to_owned()));
    fields.push(("agreed".to_owned(), "yes".to_owned()));
    let elsewhere = url::Url::parse("https://example.net/").unwrap();
    let target = format!("{}/connections", world.address);
    let refused = browser.post(&elsewhere, &target, &fields).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("sent from another site"), "{}", refused.text());
    let without_origin = browser.request(Method::POST, "/connections").form(&fields).send().await.unwrap();
    assert_eq!(without_origin.status(), 403);
    fields.retain(|(name, _)| name != "csrf");
    let refused = browser.post(&page.url, "/connections", &fields).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("shown before you signed in"), "{}", refused.text());
    assert!(!browser.open("/connections").await.says("News"));
}

#[tokio::test]
async fn what_was_entered_survives_an_expired_session() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/new").await;
    world.time_passes(SignedDuration::from_hours(2));
    let entered = [("display_name", "News \"&\" offers"), ("agreed", "yes")];
    let unsent = browser.submit(&page, "/connections", &entered).await;
    assert_eq!(unsent.status, 401);
    assert!(unsent.says("Nothing was saved yet"), "{}", unsent.text());
    let link = "/sign-in?prompt=silent&to=%2Fsigned-in-again";
    assert!(unsent.links_to(link));
    assert_eq!(browser.open(link).await.path(), "/signed-in-again");
    let sent = browser.submit(&unsent, "/connections", &[]).await;
    assert_eq!(sent.status, 200);
    assert!(sent.says("News \"&\" offers"), "{}", sent.text());
}

#[tokio::test]
async fn a_message_is_said_once() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open(&format!("/connections/{id}/edit")).await;
    let saved =
        browser.submit(&page, &format!("/connections/{id}/edit"), &[("display_name", "Offers")]).await;
    assert!(saved.says("Saved"), "{}", saved.text());
    let again = browser.open(&format!("/connections/{id}")).await;
    assert!(again.says("Offers") && !again.says("Saved"), "{}", again.text());
}

#[tokio::test]
async fn a_sign_in_that_was_never_begun_is_explained() {
    let world = World::start(router).await;
    let page = world.stranger().open("/signed-in?code=a&state=b").await;
    assert_eq!(page.status, 400);
    assert!(page.says("not begun in this browser"), "{}", page.text());
}
