//! Who may begin, and the way there and back.

use catalog::ConnectionAccess;
use configuration::CALLBACK_PATH;
use identity::Role;
use oauth_callback::START_PATH;
use url::Url;

use crate::support::World;

#[tokio::test]
async fn a_new_connection_is_connected_from_its_first_form_to_both_checks() {
    let world = World::start(super::router).await;
    let browser = world.browser(Role::Administrator);
    let form = browser.open("/connections/new").await;
    let page = browser.submit(&form, "/connections", &[("display_name", "News"), ("agreed", "yes")]).await;
    let here = page.path().to_owned();
    let page = browser.submit(&page, START_PATH, &[]).await;
    assert_eq!(page.path(), here);
    assert!(page.says("Authenticated with Constant Contact."), "{}", page.text());
    assert!(page.says("Authenticate with Constant Contact Done"), "{}", page.text());
    assert!(page.says("Add yourself as export user To do"), "{}", page.text());
    let question = browser.open(&format!("{here}/export-user")).await;
    let page = browser.submit(&question, &format!("{here}/export-user"), &[]).await;
    assert!(page.says("Add yourself as export user Done") && page.says("Connected"), "{}", page.text());
}

#[tokio::test]
async fn the_browser_goes_to_constant_contact_by_itself_and_not_by_a_redirection() {
    let world = World::start(super::router).await;
    world.connection("News", ConnectionAccess::Administrators).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/news").await;
    let fields = page.form(START_PATH).fields;
    let request = browser.request(reqwest::Method::POST, START_PATH).header("origin", &world.address);
    let answer = request.form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let refresh = answer.headers()["refresh"].to_str().unwrap();
    let address = Url::parse(refresh.strip_prefix("0; url=").unwrap()).unwrap();
    let value = |name: &str| {
        address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
    };
    assert_eq!(value("redirect_uri"), format!("{}{CALLBACK_PATH}", world.address));
    assert_eq!(value("code_challenge_method"), "S256");
    for scope in ["contact_data", "account_read", "offline_access"] {
        assert!(value("scope").contains(scope));
    }
}

#[tokio::test]
async fn only_a_form_of_an_administrator_begins_it() {
    let world = World::start(super::router).await;
    world.connection("News", ConnectionAccess::Contributors).await;
    let contributor = world.browser(Role::Contributor);
    let page = contributor.open("/connections").await;
    let mut fields = page.form("/sign-out").fields;
    fields.push(("connection".to_owned(), "news".to_owned()));
    let refused = contributor.post(&page.url, START_PATH, &fields).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("This needs the Administrator role"), "{}", refused.text());
    let administrator = world.browser(Role::Administrator);
    let page = administrator.open("/connections").await;
    let forged = [("connection".to_owned(), "news".to_owned())];
    assert_eq!(administrator.post(&page.url, START_PATH, &forged).await.status, 403);
    let get = administrator.open(&format!("{START_PATH}?connection=news")).await;
    assert_eq!(get.status, 405);
}

#[tokio::test]
async fn without_credentials_the_way_leads_to_the_set_up() {
    let world = World::bare(super::router).await;
    let browser = world.browser(Role::Administrator);
    let form = browser.open("/connections/new").await;
    let page = browser.submit(&form, "/connections", &[("display_name", "News"), ("agreed", "yes")]).await;
    let page = browser.submit(&page, START_PATH, &[]).await;
    assert_eq!(page.status, 409);
    assert!(page.links_to("/set-up"), "{}", page.text());
}
