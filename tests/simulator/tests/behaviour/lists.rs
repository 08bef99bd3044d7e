//! Promises: lists and custom fields follow the contract, their limits included.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{CustomFieldNames, TimestampStyle};

use super::common::{Service, rows};

async fn create(service: &Service, name: &str) -> (u16, Value) {
    service.post("/v3/contact_lists", json!({ "name": name })).await
}

#[tokio::test]
async fn a_list_is_created_read_changed_and_its_name_is_unique() {
    let service = Service::start().await;
    let (status, list) = create(&service, "News").await;
    assert_eq!(status, 201);
    assert_eq!((list["name"].as_str(), list["favorite"].as_bool()), (Some("News"), Some(false)));
    assert_eq!(list["created_at"], "2026-11-22T03:33:00Z");
    assert_eq!(list.get("membership_count"), None);
    let (status, error) = create(&service, "News").await;
    assert_eq!((status, error[0]["error_key"].as_str()), (409, Some("contacts.api.conflict")));
    let path = format!("/v3/contact_lists/{}", list["list_id"].as_str().unwrap());
    let body = json!({"name": "Offers", "favorite": true, "description": "weekly"});
    let (status, changed) = service.call(Method::PUT, &path, Some(body)).await;
    assert_eq!((status, changed["description"].as_str()), (200, Some("weekly")));
    assert_eq!(service.read(&path).await["name"], "Offers");
    assert_eq!(create(&service, "").await.0, 400);
    assert_eq!(create(&service, &"x".repeat(256)).await.0, 400);
    assert_eq!(service.get("/v3/contact_lists/none").await.0, 404);
}

#[tokio::test]
async fn lists_are_paged_by_relative_links_and_end_with_empty_ones() {
    let service = Service::start().await;
    for number in 0..5 {
        service.control.create_list(format!("L{number}")).await.unwrap();
    }
    let page = service.read("/v3/contact_lists?limit=2&include_count=true").await;
    assert_eq!((page["lists"].as_array().unwrap().len(), page["lists_count"].as_u64()), (2, Some(5)));
    assert!(page["_links"]["next"]["href"].as_str().unwrap().starts_with("/v3/contact_lists?cursor="));
    assert_eq!(service.pages("/v3/contact_lists?limit=2", "lists").await.len(), 5);
    let last = service.read("/v3/contact_lists").await;
    assert_eq!(last["_links"], json!({}));
    service.control.change_switches(|switches| switches.last_page_without_links = true).await;
    assert_eq!(service.read("/v3/contact_lists").await.get("_links"), None);
    assert_eq!(service.get("/v3/contact_lists?limit=1001").await.0, 400);
    assert_eq!(service.read("/v3/contact_lists?name=L3").await["lists"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn members_are_counted_in_all_or_only_those_who_can_be_written_to() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    service.imported(&list, rows(0..3)).await;
    service.control.change_contact("person0@example.com", simulator::Change::Unsubscribe).await.unwrap();
    let count = async |kind: &str| {
        let path = format!("/v3/contact_lists/{list}?include_membership_count={kind}");
        service.read(&path).await["membership_count"].as_u64()
    };
    assert_eq!((count("all").await, count("active").await), (Some(3), Some(2)));
    assert_eq!(service.get(&format!("/v3/contact_lists/{list}?include_membership_count=x")).await.0, 400);
}

#[tokio::test]
async fn deleting_a_list_is_an_activity_and_keeps_the_contacts() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    service.imported(&list, rows(0..2)).await;
    let path = format!("/v3/contact_lists/{list}");
    let response = service.try_call(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(response.status(), 202);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let activity: Value = response.json().await.unwrap();
    assert_eq!(activity["state"], "initialized");
    let done = service.client.get(location).bearer_auth(&service.token).send().await.unwrap();
    assert_eq!(done.json::<Value>().await.unwrap()["state"], "completed");
    assert_eq!(service.get(&path).await.0, 404);
    assert_eq!(service.read("/v3/contact_lists").await["lists"], json!([]));
    let deleted = service.read("/v3/contact_lists?status=deleted").await;
    assert!(deleted["lists"][0]["deleted_at"].is_string());
    assert_eq!(service.read("/v3/contacts/counts").await["total"], 2);
    assert_eq!(create(&service, "A").await.0, 201, "its name is free again");
    service.control.change_switches(|switches| switches.deleted_list_keeps_name = true).await;
    let body = json!({"list_ids": [service.read("/v3/contact_lists").await["lists"][0]["list_id"]]});
    assert_eq!(service.post("/v3/activities/list_delete", body).await.0, 201);
    assert_eq!(service.read("/v3/contact_lists").await["lists"], json!([]));
    assert_eq!(create(&service, "A").await.0, 409);
}

#[tokio::test]
async fn an_account_has_room_for_so_many_lists_and_fields() {
    let service = Service::start().await;
    service.control.change_limits(|limits| (limits.lists, limits.custom_fields) = (1, 1)).await;
    assert_eq!(create(&service, "A").await.0, 201);
    assert_eq!(create(&service, "B").await.0, 400);
    let field = |label: &str| json!({"label": label, "type": "string"});
    assert_eq!(service.post("/v3/contact_custom_fields", field("A")).await.0, 201);
    assert_eq!(service.post("/v3/contact_custom_fields", field("B")).await.0, 400);
}

#[tokio::test]
async fn a_custom_field_has_a_name_of_its_own_and_a_unique_label() {
    let service = Service::start().await;
    let create = async |label: &str, kind: &str| {
        service.post("/v3/contact_custom_fields", json!({"label": label, "type": kind})).await
    };
    let (status, field) = create("Favorite Color", "string").await;
    assert_eq!((status, field["name"].as_str()), (201, Some("favorite_color")));
    assert_eq!(create("Favorite Color", "string").await.0, 409);
    assert_eq!(create("Size", "shape").await.0, 400);
    service.control.change_switches(|switches| switches.custom_field_names = CustomFieldNames::AsLabel).await;
    assert_eq!(create("Shoe Size", "number").await.1["name"], "Shoe_Size");
    assert_eq!(service.pages("/v3/contact_custom_fields?limit=1", "custom_fields").await.len(), 2);
    let path = format!("/v3/contact_custom_fields/{}", field["custom_field_id"].as_str().unwrap());
    let (_, changed) =
        service.call(Method::PUT, &path, Some(json!({"label": "Colour", "type": "string"}))).await;
    assert_eq!(
        (changed["label"].as_str(), changed["name"].as_str()),
        (Some("Colour"), Some("favorite_color"))
    );
    assert_eq!(service.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(service.get(&path).await.0, 404);
    let request = service.client.post(service.url("/v3/contact_custom_fields")).bearer_auth(&service.token);
    assert_eq!(request.body("label=x").send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn timestamps_come_in_three_documented_styles() {
    let service = Service::start().await;
    service.control.create_list("A").await.unwrap();
    for (style, written) in [
        (TimestampStyle::Seconds, "2026-11-22T03:33:00Z"),
        (TimestampStyle::Milliseconds, "2026-11-22T03:33:00.000Z"),
        (TimestampStyle::Offset, "2026-11-21T22:33:00-05:00"),
    ] {
        service.control.change_switches(move |switches| switches.timestamps = style).await;
        assert_eq!(service.read("/v3/contact_lists").await["lists"][0]["created_at"], written);
    }
}
