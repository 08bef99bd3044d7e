//! What every answer carries.

use export_config::router;
use identity::Role;
use reqwest::Method;

use crate::support::World;

#[tokio::test]
async fn every_answer_is_protected_and_kept_by_nobody() {
    let world = World::start(router).await;
    let browser = world.stranger();
    for path in
        ["/connections", "/nothing", "/signed-out", "/api/v1/me", "/api/v1/nothing", "/assets/none.css"]
    {
        let answer = browser.request(Method::GET, path).send().await.unwrap();
        let headers = answer.headers();
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("form-action 'self';"), "{path}");
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever() {
    let world = World::start(router).await;
    let browser = world.stranger();
    for asset in console::assets() {
        let answer = browser.request(Method::GET, &asset.path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], console::ASSETS_CACHE_CONTROL);
        assert_eq!(answer.headers()["content-type"], asset.content_type);
        assert_eq!(answer.bytes().await.unwrap(), asset.bytes);
    }
}

#[tokio::test]
async fn an_unknown_page_says_so_to_everybody() {
    let world = World::start(router).await;
    let page = world.stranger().open("/nothing").await;
    assert_eq!(page.status, 404);
    assert!(page.says("Not found"), "{}", page.text());
    assert_eq!(page.way.len(), 1);
    let browser = world.browser(Role::Viewer);
    browser.open("/").await;
    let page = browser.open("/nothing").await;
    assert_eq!(page.status, 404);
    assert!(page.says("Vera Vance"), "{}", page.text());
}

#[tokio::test]
async fn a_body_beyond_measure_is_refused() {
    let world = World::start(router).await;
    let browser = world.browser(Role::Administrator);
    let page = browser.open("/connections/new").await;
    let name = "a".repeat(300_000);
    let page = browser.submit(&page, "/connections", &[("display_name", &name)]).await;
    assert_eq!(page.status, 413);
}
