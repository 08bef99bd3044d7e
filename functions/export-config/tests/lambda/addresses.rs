//! Paths, queries, stages and assets.

use function_stage::{DEFAULT_STAGE, HttpRequest, PUBLIC_ADDRESS, Visitor, WebStage};
use identity::Role;
use store::Condition;
use url::Url;

use super::{BINARY, answered};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_path_is_the_same_in_every_stage() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    // One that is called like a page, too.
    for stage in [DEFAULT_STAGE, "prod", "exports"] {
        let get = |address: &str| HttpRequest::get(address).stage(stage);
        let page = answered(&function, get("/signed-out")).await;
        assert_eq!(page.status, 200, "{stage}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains("You have signed out of this product."), "{stage}: {}", page.text());
        let unknown = answered(&function, get("/nothing")).await;
        assert_eq!(unknown.status, 404);
        assert!(unknown.text().contains("There is nothing here"), "{stage}: {}", unknown.text());
        let home = answered(&function, get("/")).await;
        assert_eq!(home.status, 303, "{stage}: {}", home.text());
        let unknown = answered(&function, get("/api/v1/nothing")).await;
        assert_eq!((unknown.status, &unknown.json()["code"]), (404, &"not_found".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assets_arrive_byte_by_byte_in_every_stage() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    for asset in console::assets() {
        for stage in [DEFAULT_STAGE, "prod"] {
            let answer = answered(&function, HttpRequest::get(&asset.path).stage(stage)).await;
            assert_eq!(answer.status, 200, "{}", asset.path);
            assert!(answer.body == asset.bytes, "{}", asset.path);
            assert_eq!(answer.header("content-type"), asset.content_type);
            assert_eq!(answer.header("cache-control"), console::ASSETS_CACHE_CONTROL);
        }
        let outdated = asset.path.replacen('.', ".0", 1);
        let answer = answered(&function, HttpRequest::get(&outdated)).await;
        assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_characters_of_a_query_arrive_as_they_were_meant() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = web.session(Role::Administrator, &Default::default()).await;
    let mut visitor = Visitor::signed_in(&function, &session);
    for (query, shown) in [
        ("search=caf%C3%A9+%26+%C3%9Cbung%20%2B1", "café &amp; Übung +1"),
        ("search=100%25%3D%22all%22%23%3F", "100%=&quot;all&quot;#?"),
        ("search=%3Cb%3E&search=other", "&lt;b&gt;"),
        ("search=a,b;c'd(e)!*", "a,b;c'd(e)!*"),
    ] {
        let page = visitor.send(HttpRequest::get(&format!("/exports?{query}"))).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(page.text().contains(&format!("value=\"{shown}\"")), "{query}: {}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_has_not_encoded_is_answered_all_the_same() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    for query in ["q=<b>", "q=\"a\"", "q=a b", "q=ä", "q=a|b{}^`\\", "q=#", "%", "?"] {
        let answer = answered(&function, HttpRequest::get(&format!("/signed-out?{query}"))).await;
        assert_eq!(answer.status, 200, "{query}");
    }
    for (name, value) in [("host", "a b"), ("host", "["), ("host", ""), ("x-forwarded-proto", "https, http")]
    {
        let answer = answered(&function, HttpRequest::get("/signed-out").header(name, value)).await;
        assert_eq!(answer.status, 200, "{name}: {value}");
    }
    for path in ["/%", "//elsewhere.example.net/exports", "/\\elsewhere", "/a\u{1}b"] {
        assert_eq!(answered(&function, HttpRequest::get(path)).await.status, 404, "{path}");
    }
    let log = function.end().await;
    log.check(&web.private());
    assert!(log.records().iter().all(|record| record["level"] != "ERROR"), "{:?}", log.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_is_found_by_its_name_encoded_or_not() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let session = web.session(Role::Administrator, &Default::default()).await;
    let mut visitor = Visitor::signed_in(&function, &session);
    // API Gateway decodes the path of an HTTP API (observed); others that send the same events do not.
    for (name, encoded) in [
        ("Größe M & mehr", "Gr%C3%B6%C3%9Fe%20M%20%26%20mehr"),
        ("50% off", "50%25%20off"),
        ("a+b;c=d", "a+b;c=d"),
        ("#1 of all", "%231%20of%20all"),
    ] {
        let file = "CustomerId,EMail\n1,person0@example.com\n";
        let key = format!("segments/{name}/1.csv");
        web.stage.segments.put(&key, file.into(), Condition::None).await.unwrap();
        for path in [name, encoded] {
            for stage in [DEFAULT_STAGE, "prod"] {
                let page = visitor.send(HttpRequest::get(&format!("/segments/{path}")).stage(stage)).await;
                assert_eq!(page.status, 200, "{stage} {path}: {}", page.text());
                assert!(page.text().contains("EMail"), "{path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_people_are_sent_does_not_depend_on_what_the_request_says_of_itself() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    let request = HttpRequest::get("/exports?search=a%20b&status=failure").stage("prod");
    let request =
        request.header("host", "elsewhere.example.net").header("x-forwarded-host", "elsewhere.example.net");
    let answer = answered(&function, request).await;
    assert_eq!(answer.status, 303);
    let location = Url::parse(answer.header("location")).unwrap();
    let redirect = location.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(redirect, format!("{PUBLIC_ADDRESS}/signed-in"));
    assert!(!location.as_str().contains("elsewhere"), "{location}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_headers_that_protect_it() {
    let web = WebStage::new().await;
    let function = web.function(BINARY, &[]).await;
    for path in ["/", "/signed-out", "/nothing", "/api/v1/me"] {
        let answer = answered(&function, HttpRequest::get(path)).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
}
