//! Promises: tokens, scopes, limits and faults are answered as documented, and counted.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{ErrorBody, Limits, Options, Switches, Throttle};

use super::common::{SCOPE, Service, options, rows};

fn throttled() -> Options {
    Options { limits: Limits { throttle: Throttle::On, ..Limits::default() }, ..options() }
}

#[tokio::test]
async fn without_a_good_token_401_is_one_object() {
    let mut service = Service::start().await;
    service.token = "unknown".to_owned();
    let (status, body) = service.get("/v3/contacts").await;
    assert_eq!((status, body), (401, json!({"error_key": "unauthorized", "error_message": "Unauthorized"})));
    let response = service.client.get(service.url("/v3/contacts")).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn scopes_and_roles_are_checked() {
    let mut service = Service::start().await;
    let denied = "Request forbidden due to insufficient user privileges.";
    service.token = service.control.issue_tokens("contact_data").await.unwrap().access_token;
    assert_eq!(service.get("/v3/contacts").await.0, 200);
    let (status, body) = service.get("/v3/account/summary").await;
    assert_eq!((status, body), (403, json!({"error_key": "access_denied", "error_message": denied})));
    service.token = service.control.issue_tokens("account_read").await.unwrap().access_token;
    assert_eq!(service.read("/v3/account/summary").await["encoded_account_id"], "p07e1l8cdif9dl");
    assert_eq!(service.get("/v3/contact_lists").await.0, 403);
    service.token = service.control.issue_tokens(SCOPE).await.unwrap().access_token;
    service.control.change_switches(|switches| switches.user_without_contacts = true).await;
    assert_eq!(service.get("/v3/contacts").await.0, 403);
    let privileges = service.read("/v3/account/user/privileges").await;
    assert_eq!(privileges.as_array().unwrap().len(), 1);
    service.control.change_switches(|switches| switches.application_deactivated = true).await;
    assert_eq!(service.get("/v3/account/summary").await.0, 403);
}

#[tokio::test]
async fn more_than_four_requests_a_second_are_throttled_without_a_hint_when_to_retry() {
    let service = Service::with(throttled()).await;
    for _ in 0..4 {
        assert_eq!(service.get("/v3/contacts").await.0, 200);
    }
    let response = service.try_call(Method::GET, "/v3/contacts", None).await.unwrap();
    assert_eq!(response.status(), 429);
    assert!(
        response
            .headers()
            .keys()
            .all(|name| !name.as_str().contains("retry") && !name.as_str().contains("rate"))
    );
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({"error_key": "throttled", "error_message": "Too Many Requests"}));
    service.advance(1).await;
    assert_eq!(service.get("/v3/contacts").await.0, 200);
    assert_eq!(service.control.statistics().await.throttled, 1);
}

#[tokio::test]
async fn the_day_ends_at_midnight_utc_and_refused_calls_count_or_not() {
    let service = Service::with(throttled()).await;
    service.control.change_limits(|limits| limits.requests_per_day = 2).await;
    for _ in 0..2 {
        assert_eq!(service.get("/v3/contacts").await.0, 200);
    }
    let (status, body) = service.get("/v3/contacts").await;
    assert_eq!(
        (status, body),
        (429, json!({"error_key": "quota_exceeded", "error_message": "Limit Exceeded"}))
    );
    assert_eq!(service.control.statistics().await.today, 3);
    service.control.change_switches(|switches| switches.refused_calls_count = false).await;
    assert_eq!(service.get("/v3/contacts").await.0, 429);
    assert_eq!(service.control.statistics().await.today, 3);
    service.control.set_clock("2026-11-22T23:59:59Z".parse().unwrap()).await.unwrap();
    assert_eq!(service.get("/v3/contacts").await.0, 429);
    service.control.change_switches(|switches| switches.day_starts_late_seconds = 2).await;
    service.control.set_clock("2026-11-23T00:00:01Z".parse().unwrap()).await.unwrap();
    assert_eq!(service.get("/v3/contacts").await.0, 429);
    service.control.set_clock("2026-11-23T00:00:02Z".parse().unwrap()).await.unwrap();
    assert_eq!(service.get("/v3/contacts").await.0, 200);
}

#[tokio::test]
async fn a_full_queue_refuses_activities_only() {
    let switches = Switches { activity_seconds: 600, ..Switches::default() };
    let service = Service::with(Options { switches, ..options() }).await;
    service.control.change_limits(|limits| limits.queued_activities = 2).await;
    let list = service.control.create_list("A").await.unwrap();
    service.import(&list, rows(0..1)).await;
    service.import(&list, rows(1..2)).await;
    let body = json!({"import_data": rows(2..3), "list_ids": [list]});
    let (status, answer) = service.post("/v3/activities/contacts_json_import", body).await;
    assert_eq!(status, 429);
    assert!(answer[0]["error_message"].as_str().unwrap().contains("queued activities"));
    assert_eq!(service.get("/v3/contacts").await.0, 200);
    let statistics = service.control.statistics().await;
    assert_eq!((statistics.imports, statistics.queue_refused, statistics.refused()), (3, 1, 1));
    service.advance(600).await;
    service.import(&list, rows(2..3)).await;
}

#[tokio::test]
async fn injected_errors_hit_every_nth_or_the_next_requests_below_a_path() {
    let service = Service::start().await;
    service
        .control
        .change_faults(|faults| {
            faults.error_next = 2;
            faults.error_status = 503;
            faults.error_path = Some("/v3/activities".to_owned());
        })
        .await;
    assert_eq!(service.get("/v3/contacts").await.0, 200);
    assert_eq!(service.get("/v3/activities").await.0, 503);
    assert_eq!(service.get("/v3/activities").await.0, 503);
    assert_eq!(service.get("/v3/activities").await.0, 200);
    service
        .control
        .change_faults(|faults| {
            *faults = simulator::Faults { error_every: 3, throttle_every: 2, ..simulator::Faults::default() };
        })
        .await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(service.get("/v3/contacts").await.0);
    }
    assert_eq!(statuses, [200, 429, 500, 200, 429, 500]);
}

#[tokio::test]
async fn connections_drop_before_anything_happened_or_after_the_import_was_made() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    let body = json!({"import_data": rows(0..1), "list_ids": [list]});
    let path = "/v3/activities/contacts_json_import";
    service.control.change_faults(|faults| faults.drop_before_next = 1).await;
    assert!(service.try_call(Method::POST, path, Some(body.clone())).await.is_err());
    assert_eq!(service.control.activities(10).await.unwrap().len(), 0);
    service.control.change_faults(|faults| faults.drop_after_import_next = 1).await;
    assert!(service.try_call(Method::POST, path, Some(body)).await.is_err());
    assert_eq!(service.control.activities(10).await.unwrap().len(), 1);
    assert_eq!(service.members(&list).await, ["person0@example.com"]);
    assert_eq!(service.control.statistics().await.dropped, 2);
    assert_eq!(service.control.faults().await.drop_after_import_next, 0);
}

#[tokio::test]
async fn a_good_token_can_be_refused_in_the_middle() {
    let service = Service::start().await;
    service.control.change_faults(|faults| faults.unauthorized_next = 1).await;
    assert_eq!(service.get("/v3/contacts").await.0, 401);
    assert_eq!(service.get("/v3/contacts").await.0, 200);
}

#[tokio::test]
async fn errors_come_in_every_shape() {
    let mut service = Service::start().await;
    service.token = "unknown".to_owned();
    for (shape, check) in [
        (ErrorBody::Array, (|body: &Value| body[0]["error_key"] == "unauthorized") as fn(&Value) -> bool),
        (ErrorBody::Object, |body| body["error_key"] == "unauthorized"),
        (ErrorBody::Html, |body| body.as_str().is_some_and(|text| text.starts_with("<html>"))),
        (ErrorBody::Empty, |body| body == ""),
    ] {
        service.control.change_faults(move |faults| faults.error_body = shape).await;
        let (status, body) = service.get("/v3/contacts").await;
        assert_eq!(status, 401);
        assert!(check(&body), "{shape:?}: {body}");
    }
}

#[tokio::test]
async fn the_gateway_forbids_what_is_not_the_api() {
    let service = Service::start().await;
    assert_eq!(service.get("/elsewhere").await, (403, json!({"message": "Forbidden"})));
    assert_eq!(service.get("/v3/elsewhere").await.0, 404);
}
