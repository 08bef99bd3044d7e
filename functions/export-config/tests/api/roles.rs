//! Every route against every role, and against everybody who has none.

use identity::Role;
use issuer::TokenOptions;
use jiff::SignedDuration;
use store::list_all;

use super::cases::{Asker, cases};
use super::scene::Scene;
use company::START;

/// What is known of the account behind the connections.
const ACCOUNT: [&str; 3] = ["Sample Organization", "p07e1l8cdif9dl", "owner@example.com"];

/// What a row of a person of the sample segment holds.
const ROWS: [&str; 3] = ["ann@example.com", "bob@example.com", "eve-at-home"];

/// A new route must say here who may use it.
#[tokio::test]
async fn every_route_is_tried() {
    let scene = Scene::without_runs().await;
    let name = |method: &reqwest::Method, path: &str| format!("{method} {path}");
    let mut described: Vec<_> =
        scene.description.operations().iter().map(|found| name(&found.method, &found.path)).collect();
    let mut tried: Vec<_> = cases().iter().map(|case| name(&case.method, case.path)).collect();
    described.sort();
    tried.sort();
    assert_eq!(described, tried);
}

/// Walks through all routes as one person and answers all that was said.
async fn walk(asker: Asker) -> Vec<(String, String)> {
    let scene = Scene::open().await;
    let place = Asker::ALL.iter().position(|known| *known == asker).unwrap();
    let secrets = secrets(&scene).await;
    let mut said = Vec::new();
    for case in cases() {
        let answer = case.send(&scene, asker).await;
        let name = format!("{} {}", case.method, case.path);
        assert_eq!(answer.status, case.statuses[place], "{asker:?}: {name}: {}", answer.text);
        if answer.status == 403 {
            assert_eq!(answer.code(), "forbidden", "{asker:?}: {name}");
        }
        let headers = format!("{:?}", answer.headers);
        for secret in &secrets {
            assert!(!answer.text.contains(secret.as_str()), "{asker:?}: {name} tells a secret");
            assert!(!headers.contains(secret.as_str()), "{asker:?}: {name} tells a secret");
        }
        said.push((name, format!("{headers}\n{}", answer.text)));
    }
    said
}

/// What nobody ever gets to see.
async fn secrets(scene: &Scene) -> Vec<String> {
    let mut secrets = vec![simulator::Application::default().client_secret];
    for connection in ["shared", "closed"] {
        let id = domain::identifier::ConnectionId::new(connection).unwrap();
        let held = scene.world.vault.current(&id).await.unwrap().value;
        secrets.push(held.refresh_token.expose().clone());
        secrets.push(held.access_token.expose().clone());
    }
    assert!(secrets.iter().all(|secret| secret.len() > 10));
    secrets
}

fn telling(said: &[(String, String)], words: &[&str]) -> Vec<String> {
    let telling = said.iter().filter(|(_, text)| words.iter().any(|word| text.contains(word)));
    telling.map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn an_administrator_does_everything() {
    let said = walk(Asker::Administrator).await;
    // This shows that the words are the right ones to look for.
    let account = telling(&said, &ACCOUNT);
    assert!(account.contains(&"GET /connections/{id}".to_owned()), "{account:?}");
    let rows = telling(&said, &ROWS);
    for route in ["GET /segments/{name}", "GET /exports/{id}/runs/{run}/report"] {
        assert!(rows.contains(&route.to_owned()), "{rows:?}");
    }
}

#[tokio::test]
async fn a_contributor_works_on_exports_of_shared_connections_and_never_sees_the_account() {
    let said = walk(Asker::Contributor).await;
    assert_eq!(telling(&said, &ACCOUNT), Vec::<String>::new());
    assert_eq!(telling(&said, &["\"closed\"", "\"Closed\""]), Vec::<String>::new());
}

#[tokio::test]
async fn a_contributor_only_looks_at_exports_of_other_connections() {
    let said = walk(Asker::ContributorOutside).await;
    assert_eq!(telling(&said, &ACCOUNT), Vec::<String>::new());
    assert_eq!(telling(&said, &["\"closed\"", "\"Closed\""]), Vec::<String>::new());
    // The segment's sample is for whoever may edit any export at all.
    assert_eq!(telling(&said, &ROWS), ["GET /segments/{name}"]);
}

#[tokio::test]
async fn a_viewer_sees_no_row_and_no_account() {
    let said = walk(Asker::Viewer).await;
    assert_eq!(telling(&said, &ACCOUNT), Vec::<String>::new());
    assert_eq!(telling(&said, &ROWS), Vec::<String>::new());
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let scene = Scene::open().await;
    let before = list_all(scene.world.documents.store().as_ref(), "").await.unwrap();
    for case in cases() {
        case.send(&scene, Asker::Viewer).await;
    }
    let after = list_all(scene.world.documents.store().as_ref(), "").await.unwrap();
    assert_eq!(before, after);
    assert_eq!(scene.world.driver.runs(), []);
}

#[tokio::test]
async fn without_a_token_that_is_accepted_nothing_is_answered() {
    let scene = Scene::without_runs().await;
    let token = |options: TokenOptions| scene.world.token_with(Role::Administrator, &options);
    let start: jiff::Timestamp = START.parse().unwrap();
    let good = scene.world.token(Role::Administrator);
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let other = scene.world.token(Role::Viewer);
    let others_claims = other.split('.').nth(1).unwrap();
    let strangers = [
        ("nothing", String::new(), 401),
        ("no token", "Bearer".to_owned(), 401),
        ("another scheme", format!("Basic {good}"), 401),
        (
            "expired",
            bearer(token(TokenOptions {
                issued_at: Some(start - SignedDuration::from_hours(3)),
                ..Default::default()
            })),
            401,
        ),
        (
            "another client's",
            bearer(token(TokenOptions { audience: Some("another".to_owned()), ..Default::default() })),
            401,
        ),
        (
            "another issuer's",
            bearer(token(TokenOptions {
                issuer: Some("https://issuer.example.com".to_owned()),
                ..Default::default()
            })),
            401,
        ),
        (
            "for another use",
            bearer(token(TokenOptions { token_use: Some("access".to_owned()), ..Default::default() })),
            401,
        ),
        ("others' claims", bearer(format!("{head}.{others_claims}.{signature}")), 401),
        (
            "another signature",
            bearer(format!("{head}.{claims}.{}", signature.chars().rev().collect::<String>())),
            401,
        ),
        ("unsigned", bearer(format!("{head}.{claims}.")), 401),
        ("no role", bearer(token(TokenOptions { groups: Some(Vec::new()), ..Default::default() })), 403),
        (
            "unknown groups",
            bearer(token(TokenOptions { groups: Some(vec!["staff".to_owned()]), ..Default::default() })),
            403,
        ),
    ];
    for operation in scene.description.operations() {
        if operation.path == "/openapi.json" {
            continue;
        }
        // Whatever else is wrong with the request: this is said first.
        let path =
            operation.path.replace("{id}", "news").replace("{run}", "none").replace("{name}", "customers");
        for (what, header, status) in &strangers {
            let mut request = scene.world.request(operation.method.clone(), &path);
            if !header.is_empty() {
                request = request.header("authorization", header);
            }
            let answer = scene.answer(request, &operation.method, &path).await;
            assert_eq!(answer.status, *status, "{what}: {} {path}: {}", operation.method, answer.text);
            let code = if *status == 401 { "unauthenticated" } else { "no_role" };
            assert_eq!(answer.code(), code, "{what}: {} {path}", operation.method);
            assert!(answer.headers.contains_key("www-authenticate"), "{what}");
        }
    }
}

fn bearer(token: String) -> String {
    format!("Bearer {token}")
}
