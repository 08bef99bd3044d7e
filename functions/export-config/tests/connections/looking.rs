//! A connection's own page, its test and its latest requests.

use catalog::{ConnectionAccess, Export, export_key};
use export_config::router;
use identity::Role;

use crate::support::World;

#[tokio::test]
async fn the_account_and_the_exports_are_shown_to_administrators() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Contributors).await;
    world.export("Weekly", Some(&id)).await;
    let renamed = world.export("Abandoned", Some(&id)).await;
    let rename = |current: Option<&Export>| {
        let current = current.unwrap().clone();
        Ok::<_, configuration::ConfigurationError>(store::Change::Write(
            Export { name: "Yearly".to_owned(), ..current },
            (),
        ))
    };
    world.documents.update(&export_key(&renamed), rename).await.unwrap();
    let page = world.browser(Role::Administrator).open("/connections/news").await;
    for words in [
        "Sample Organization",
        "owner@example.com",
        "Authenticate with Constant Contact Done",
        "Add yourself as export user Done",
        "Administrators and contributors",
        "No limit",
        "Weekly Yearly",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(page.links_to("/exports/weekly"));
}

#[tokio::test]
async fn a_test_shows_what_constant_contact_answers() {
    let world = World::start(router).await;
    world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news").await;
    let tested = browser.submit(&page, "/connections/news/test", &[]).await;
    assert_eq!(tested.path(), "/connections/news");
    assert!(tested.says("Constant Contact answered in"), "{}", tested.text());
    let calls = browser.open("/connections/news/calls").await;
    assert!(calls.says("GET") && calls.says("Answered") && calls.says("Used today"), "{}", calls.text());
}

#[tokio::test]
async fn a_connection_that_is_not_accepted_any_more_says_what_to_do() {
    let world = World::start(router).await;
    world.connection("News", ConnectionAccess::Administrators).await;
    world.control.disconnect().await.unwrap();
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news").await;
    let tested = browser.submit(&page, "/connections/news/test", &[]).await;
    assert!(tested.says("The test failed"), "{}", tested.text());
}

#[tokio::test]
async fn a_connection_without_tokens_has_its_first_step_to_do_again() {
    let world = World::start(router).await;
    let id = world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news").await;
    assert!(!page.body.contains("button primary"), "nothing is to be done: {}", page.body);
    // Its authorization is on record, and what belongs to it is not.
    let tokens = format!("tokens/{id}.json");
    world.documents.store().delete(&tokens, store::Condition::None).await.unwrap();
    let page = browser.open("/connections/news").await;
    for words in [
        "Needs re-authentication",
        "Authenticate with Constant Contact To do",
        "Add yourself as export user Done",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let step = page.body.split("/oauth/constant-contact/start").nth(1).unwrap();
    let button = step.split("</form>").next().unwrap();
    assert!(button.contains("button primary") && button.contains("Authenticate again"), "{button}");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    for path in ["/connections/none", "/connections/none/edit", "/connections/%20/remove"] {
        let page = browser.open(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.says("There is no such connection"), "{}", page.text());
    }
    let answer = browser.request(reqwest::Method::GET, "/connections/none/test").send().await.unwrap();
    assert_eq!(answer.status(), 405);
}
