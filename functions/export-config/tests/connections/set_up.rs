//! The set-up page.

use export_config::router;
use identity::Role;

use crate::support::World;

#[tokio::test]
async fn until_it_is_set_up_administrators_are_led_there() {
    let world = World::bare(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections").await;
    assert!(page.says("Not set up yet") && page.links_to("/set-up"), "{}", page.text());
    let page = browser.open("/set-up").await;
    let redirect = format!("{}/oauth/constant-contact/callback", world.address);
    assert!(page.body.contains(&redirect), "{}", page.body);
    let refused = browser.submit(&page, "/set-up", &[("client_id", "two words")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.form("/set-up").value("client_id"), "two words");
    let entered = [("client_id", "client"), ("client_secret", "a-secret-of-nobody")];
    let page = browser.submit(&refused, "/set-up", &entered).await;
    assert!(page.says("Saved.") && !page.says("Not set up yet"), "{}", page.text());
    let stored = world.vault.application().await.unwrap();
    assert_eq!(
        (stored.client_id.as_str(), stored.client_secret.expose().as_str()),
        ("client", "a-secret-of-nobody")
    );
    let page = browser.open("/set-up").await;
    assert!(page.says("Client id and secret are stored") && !page.body.contains("a-secret-of-nobody"));
}

#[tokio::test]
async fn a_secret_is_not_repeated_when_the_session_has_expired() {
    let world = World::bare(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/set-up").await;
    world.time_passes(jiff::SignedDuration::from_hours(2));
    let entered = [("client_id", "client"), ("client_secret", "a-secret-of-nobody")];
    let unsent = browser.submit(&page, "/set-up", &entered).await;
    assert_eq!(unsent.status, 401);
    assert!(unsent.body.contains("client") && !unsent.body.contains("a-secret-of-nobody"));
}
