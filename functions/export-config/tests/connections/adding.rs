//! *Add connection*.

use export_config::router;
use identity::Role;

use crate::support::World;

#[tokio::test]
async fn without_name_and_agreement_nothing_is_added_and_what_was_entered_stays() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/new").await;
    for words in
        ["Add connection", "Display name", "I agree", "Connect", "compliance boundary", "Privacy notice"]
    {
        assert!(page.says(words), "{words}");
    }
    assert!(page.links_to("https://example.com/privacy"));
    let refused = browser.submit(&page, "/connections", &[("access", "contributors")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("Please check 2 things"), "{}", refused.text());
    assert!(refused.links_to("#field-display-name") && refused.links_to("#field-agreed"));
    let named = [("display_name", "Größe <b>&"), ("access", "contributors")];
    let refused = browser.submit(&refused, "/connections", &named).await;
    let form = refused.form("/connections");
    assert_eq!((form.value("display_name"), form.value("access")), ("Größe <b>&", "contributors"));
    assert!(refused.says("tick I agree"), "{}", refused.text());
    assert!(browser.open("/connections").await.says("No connections yet"));
}

#[tokio::test]
async fn a_new_connection_has_two_steps_to_do() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/new").await;
    let entered = [("display_name", "Newsletter"), ("agreed", "yes")];
    let page = browser.submit(&page, "/connections", &entered).await;
    assert_eq!(page.status, 200);
    assert!(page.way.iter().any(|(status, _)| *status == 303), "{:?}", page.way);
    for words in [
        "The connection was added",
        "Authenticate with Constant Contact To do",
        "Add yourself as export user To do",
        "Agreed by Ada Amberg",
        "Administrators",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let start = page.form("/oauth/constant-contact/start");
    assert!(!start.value("csrf").is_empty());
}
