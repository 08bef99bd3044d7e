//! Promises: contacts are paged, filtered, created, replaced and deleted as the contract says.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Change, NewContact};

use super::common::{Service, rows};

fn addresses(contacts: &[Value]) -> Vec<&str> {
    contacts.iter().map(|contact| contact["email_address"]["address"].as_str().unwrap()).collect()
}

async fn filtered(service: &Service, query: &str) -> Vec<String> {
    let contacts = service.pages(&format!("/v3/contacts?{query}"), "contacts").await;
    addresses(&contacts).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_imported_contact_has_the_recorded_shape() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    service
        .imported(&list, json!([{"email": "DLang@Example.com", "first_name": "Debora", "last_name": "Lang"}]))
        .await;
    let page = service.read("/v3/contacts?limit=1").await;
    let contact = &page["contacts"][0];
    let now = "2026-11-22T03:33:00Z";
    assert_eq!(
        contact["email_address"],
        json!({"address": "DLang@Example.com", "permission_to_send": "implicit", "created_at": now,
            "updated_at": now, "opt_in_source": "Account", "opt_in_date": now, "confirm_status": "off"})
    );
    assert_eq!(
        (contact["first_name"].as_str(), contact["create_source"].as_str()),
        (Some("Debora"), Some("Account"))
    );
    assert_eq!(page["_links"], json!({}));
    assert_eq!(contact.get("list_memberships"), None);
    let path = format!("/v3/contacts/{}?include=list_memberships", contact["contact_id"].as_str().unwrap());
    assert_eq!(service.read(&path).await["list_memberships"], json!([list]));
    assert_eq!(service.get("/v3/contacts/nonsense").await.0, 404);
}

#[tokio::test]
async fn pages_are_numbered_in_the_cursor_and_carry_the_filters() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    service.imported(&list, rows(0..25)).await;
    let page =
        service.read(&format!("/v3/contacts?lists={list}&limit=10&status=all&include_count=true")).await;
    assert_eq!(page["contacts_count"], 25);
    let href = page["_links"]["next"]["href"].as_str().unwrap();
    let cursor = href.strip_prefix("/v3/contacts?cursor=").unwrap().replace("%3D", "=");
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, cursor).unwrap();
    let decoded = String::from_utf8(decoded).unwrap();
    assert!(decoded.starts_with("limit=10&next=2&") && decoded.contains("status=all"), "{decoded}");
    let all = filtered(&service, &format!("lists={list}&limit=10")).await;
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (25, 25));
}

#[tokio::test]
async fn what_changes_between_pages_skips_people_and_a_switch_repeats_them() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    service.imported(&list, rows(0..10)).await;
    let first = service.read(&format!("/v3/contacts?lists={list}&limit=5")).await;
    service.control.change_contact("person0@example.com", Change::Delete).await.unwrap();
    let second = service.read(first["_links"]["next"]["href"].as_str().unwrap()).await;
    let (first, second) = (first["contacts"].as_array().unwrap(), second["contacts"].as_array().unwrap());
    assert_eq!((first.len(), second.len()), (5, 4), "one of ten was skipped");
    service.control.change_switches(|switches| switches.pages_repeat = 2).await;
    let repeated = filtered(&service, "limit=5").await;
    assert!(repeated.len() > repeated.iter().collect::<HashSet<_>>().len());
    service.control.change_switches(|switches| (switches.pages_repeat, switches.pages_skip) = (0, 1)).await;
    assert!(filtered(&service, "limit=3").await.len() < 9);
}

#[tokio::test]
async fn filters_select_by_address_list_status_and_time() {
    let service = Service::start().await;
    let (a, b) =
        (service.control.create_list("A").await.unwrap(), service.control.create_list("B").await.unwrap());
    service.imported(&a, rows(0..2)).await;
    service.advance(3_600).await;
    service.imported(&b, rows(2..4)).await;
    assert_eq!(filtered(&service, "email=PERSON1@example.com").await, ["person1@example.com"]);
    assert_eq!(
        filtered(&service, &format!("lists={b}")).await,
        ["person2@example.com", "person3@example.com"]
    );
    assert_eq!(filtered(&service, &format!("lists={a},{b}")).await.len(), 4);
    assert_eq!(filtered(&service, "updated_after=2026-11-22T04:00:00Z").await.len(), 2);
    assert_eq!(filtered(&service, "created_before=2026-11-21T23:00:00-05:00").await.len(), 2);
    service.control.change_contact("person0@example.com", Change::Unsubscribe).await.unwrap();
    service.control.change_contact("person3@example.com", Change::Delete).await.unwrap();
    assert_eq!(filtered(&service, "").await.len(), 3);
    assert_eq!(filtered(&service, "status=all").await.len(), 4);
    assert_eq!(filtered(&service, "status=deleted").await, ["person3@example.com"]);
    assert_eq!(filtered(&service, "status=active").await.len(), 2);
    assert_eq!(filtered(&service, "status=unsubscribed,deleted").await.len(), 2);
    assert_eq!(
        filtered(&service, "status=all&optout_after=2026-11-22T04:00:00Z").await,
        ["person0@example.com"]
    );
    assert_eq!(filtered(&service, "status=all&optout_after=2026-11-22T05:00:00Z").await.len(), 0);
    let unsubscribed = service.read("/v3/contacts?status=unsubscribed").await;
    let email = &unsubscribed["contacts"][0]["email_address"];
    assert_eq!(
        (email["opt_out_source"].as_str(), email["opt_out_date"].as_str()),
        (Some("Contact"), Some("2026-11-22T04:33:00Z"))
    );
    for wrong in
        ["limit=0", "limit=501", "status=odd", "updated_after=soon", "lists=x", "cursor=x", "include=x"]
    {
        assert_eq!(service.get(&format!("/v3/contacts?{wrong}")).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn counts_are_by_permission() {
    let service = Service::start().await;
    let person = |number: u32, unsubscribed| NewContact {
        email: format!("person{number}@example.com"),
        unsubscribed,
        ..NewContact::default()
    };
    service.control.add_contacts(vec![person(0, false), person(1, true), person(2, false)]).await.unwrap();
    service.control.change_contact("person2@example.com", Change::Resubscribe).await.unwrap();
    let counts = service.read("/v3/contacts/counts?include=new_subscriber").await;
    let expected = json!({"total": 3, "explicit": 1, "implicit": 1, "pending": 0, "unsubscribed": 1, "new_subscriber": 2});
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn creating_twice_names_the_contact_also_when_it_was_deleted() {
    let service = Service::start().await;
    let body = json!({"email_address": {"address": "New@example.com", "permission_to_send": "explicit"},
        "first_name": "Nell", "create_source": "Account"});
    let (status, contact) = service.post("/v3/contacts", body.clone()).await;
    assert_eq!((status, contact["email_address"]["permission_to_send"].as_str()), (201, Some("explicit")));
    let id = contact["contact_id"].as_str().unwrap();
    let path = format!("/v3/contacts/{id}");
    assert_eq!(service.call(Method::DELETE, &path, None).await.0, 204);
    let (status, error) = service.post("/v3/contacts", body).await;
    let text = format!("Validation failed: Email already exists for contact {id}");
    assert_eq!(
        (status, error),
        (409, json!([{"error_key": "contacts.api.conflict", "error_message": text}]))
    );
    let (status, error) = service.post("/v3/contacts", json!({"first_name": "Nell"})).await;
    assert_eq!((status, error[0]["error_key"].as_str()), (400, Some("contacts.api.validation.error")));
}

#[tokio::test]
async fn replacing_wipes_what_is_left_out_keeps_sub_resources_and_revives() {
    let service = Service::start().await;
    let list = service.control.create_list("A").await.unwrap();
    let (_, field) =
        service.post("/v3/contact_custom_fields", json!({"label": "Tier", "type": "string"})).await;
    let body = json!({"email_address": {"address": "a@example.com"}, "first_name": "Ann", "last_name": "Bee",
        "create_source": "Account", "list_memberships": [list],
        "phone_numbers": [{"phone_number": "555", "kind": "home"}],
        "custom_fields": [{"custom_field_id": field["custom_field_id"], "value": "gold"}]});
    let (_, contact) = service.post("/v3/contacts", body).await;
    let path = format!("/v3/contacts/{}", contact["contact_id"].as_str().unwrap());
    let body = json!({"email_address": {"address": "a@example.com"}, "last_name": "Cee", "update_source": "Account"});
    let (status, changed) = service.call(Method::PUT, &path, Some(body.clone())).await;
    assert_eq!((status, changed.get("first_name"), changed["last_name"].as_str()), (200, None, Some("Cee")));
    assert_eq!(changed["list_memberships"], json!([list]));
    assert_eq!(changed["phone_numbers"][0]["phone_number"], "555");
    assert_eq!(changed["custom_fields"][0]["value"], "gold");
    service.call(Method::DELETE, &path, None).await;
    assert!(service.read(&path).await["deleted_at"].is_string());
    let (_, revived) = service.call(Method::PUT, &path, Some(body)).await;
    assert_eq!((revived.get("deleted_at"), &revived["list_memberships"]), (None, &json!([])));
}
