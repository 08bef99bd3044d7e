//! Answers that are not what was hoped for, each with what to do.

use catalog::{Authorization, Connection, ConnectionAccess, connection_key};
use configuration::CALLBACK_PATH;
use domain::identifier::AccountId;
use identity::Role;
use jiff::SignedDuration;
use oauth_callback::START_PATH;
use url::Url;

use crate::support::World;
use crate::support::browser::{Browser, Visit};

/// Begins an authorization and stops before Constant Contact: the address that the browser was given.
async fn begun(world: &World, browser: &Browser) -> Url {
    world.connection("News", ConnectionAccess::Administrators).await;
    let page = browser.open("/connections/news").await;
    let fields = page.form(START_PATH).fields;
    let request = browser.request(reqwest::Method::POST, START_PATH).header("origin", &world.address);
    let answer = request.form(&fields).send().await.unwrap();
    let refresh = answer.headers()["refresh"].to_str().unwrap();
    Url::parse(refresh.strip_prefix("0; url=").unwrap()).unwrap()
}

fn state(address: &Url) -> String {
    address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

/// What Constant Contact answers with, up to our own address.
async fn callback(address: &Url) -> String {
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.get(address.clone()).send().await.unwrap();
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    format!("{}?{}", back.path(), back.query().unwrap())
}

fn is_explained(page: &Visit, status: u16, told: &str) {
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.says("The connection was not authenticated"), "{}", page.text());
    assert!(page.says(told), "{}", page.text());
    assert!(page.links_to("/connections"));
}

#[tokio::test]
async fn an_answer_counts_once() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let back = callback(&begun(&world, &browser).await).await;
    assert_eq!(browser.open(&back).await.path(), "/connections/news");
    is_explained(&browser.open(&back).await, 409, "This authorization is over");
}

#[tokio::test]
async fn an_answer_after_ten_minutes_is_over() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let back = callback(&begun(&world, &browser).await).await;
    world.time_passes(SignedDuration::from_mins(11));
    is_explained(&browser.open(&back).await, 409, "This authorization is over");
}

#[tokio::test]
async fn a_refusal_is_told_without_the_browsers_own_words() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let state = state(&begun(&world, &browser).await);
    let answer = format!("{CALLBACK_PATH}?state={state}&error=access_denied&error_description=Call+555-0100");
    let page = browser.open(&answer).await;
    is_explained(&page, 409, "Constant Contact gave no permission (access_denied)");
    assert!(page.links_to("/connections/news"), "{}", page.text());
    let again = browser.submit(&page, START_PATH, &[]).await;
    assert_eq!(again.path(), "/connections/news", "with permission this time: {}", again.text());
    assert!(!page.says("555-0100"), "{}", page.text());
}

#[tokio::test]
async fn an_address_that_nobody_was_sent_to_changes_nothing() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    begun(&world, &browser).await;
    for query in ["", "?state=a", "?code=a", "?state=a&code=b"] {
        let page = browser.open(&format!("{CALLBACK_PATH}{query}")).await;
        is_explained(&page, 409, "This authorization is over");
        assert!(!page.has_form(START_PATH), "nobody knows which connection that was");
    }
}

#[tokio::test]
async fn somebody_else_cannot_bring_the_answer() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let back = callback(&begun(&world, &browser).await).await;
    let contributor = world.browser(Role::Contributor).open(&back).await;
    assert_eq!(contributor.status, 403);
    assert_eq!(browser.open(&back).await.path(), "/connections/news");
    let stranger = world.stranger().open(&back).await;
    assert_eq!(stranger.path(), "/authorize");
}

#[tokio::test]
async fn an_expired_session_is_renewed_on_the_way_back() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    browser.open("/connections").await;
    world.time_passes(SignedDuration::from_mins(55));
    let back = callback(&begun(&world, &browser).await).await;
    world.time_passes(SignedDuration::from_mins(8));
    let page = browser.open(&back).await;
    assert!(page.way.iter().any(|(_, url)| url.contains("prompt=none")), "{:?}", page.way);
    assert!(page.says("Authenticated with Constant Contact."), "{}", page.text());
}

#[tokio::test]
async fn another_account_is_refused() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let address = begun(&world, &browser).await;
    let change = |current: Option<&Connection>| {
        let current = current.unwrap().clone();
        let account = AccountId::new("another-account").unwrap();
        let organization_name = "Other Organization".to_owned();
        let authorization = current.authorization.clone().map(|authorization| Authorization {
            account,
            organization_name,
            ..authorization
        });
        Ok::<_, configuration::ConfigurationError>(store::Change::Write(
            Connection { authorization, ..current },
            (),
        ))
    };
    let news = domain::identifier::ConnectionId::new("news").unwrap();
    world.documents.update(&connection_key(&news), change).await.unwrap();
    let page = browser.open(&callback(&address).await).await;
    is_explained(
        &page,
        409,
        "This connection belongs to the Constant Contact account \"Other Organization\"",
    );
}
