//! Promises: an import is refused at once, drops, refuses, updates and adds as the vendor's own does, per switch.

use serde_json::{Value, json};
use simulator::{
    Change, Duplicates, Naming, NewContact, Options, OverLimit, PersonCount, RefusedAs, Switches, UnknownList,
};

use super::common::{Service, options, rows};

const PATH: &str = "/v3/activities/contacts_json_import";

async fn service_and_list(switches: Switches) -> (Service, String) {
    let service = Service::with(Options { switches, ..options() }).await;
    let list = service.control.create_list("A").await.unwrap();
    (service, list)
}

fn counters(activity: &Value) -> [u64; 5] {
    ["items_total_count", "person_count", "error_count", "correctable_count", "cannot_add_to_list_count"]
        .map(|name| activity["status"][name].as_u64().unwrap())
}

async fn one(service: &Service, address: &str) -> Value {
    let path = format!(
        "/v3/contacts?email={address}&status=all&include=custom_fields,phone_numbers,street_addresses"
    );
    service.read(&path).await["contacts"][0].clone()
}

#[tokio::test]
async fn the_answer_and_the_end_have_the_documented_members() {
    let (service, list) = service_and_list(Switches { activity_seconds: 60, ..Switches::default() }).await;
    let body = json!({"import_data": [{"email": "a@example.com"}, {"email": "broken"}, {"email": "out@example.com"}], "list_ids": [list]});
    let out = NewContact { email: "out@example.com".to_owned(), unsubscribed: true, ..NewContact::default() };
    service.control.add_contacts(vec![out]).await.unwrap();
    let (status, created) = service.post(PATH, body).await;
    let id = created["activity_id"].as_str().unwrap();
    let now = "2026-11-22T03:33:00Z";
    let href = format!("/v3/activities/{id}");
    assert_eq!(status, 201);
    assert_eq!(
        created,
        json!({"activity_id": id, "state": "initialized", "created_at": now, "updated_at": now, "percent_done": 0,
            "activity_errors": [], "status": {"items_total_count": 0, "person_count": 0, "error_count": 0,
            "correctable_count": 0, "cannot_add_to_list_count": 0}, "_links": {"self": {"href": href}}})
    );
    service.advance(60).await;
    let done = service.read(&href).await;
    assert_eq!((done["state"].as_str(), done["percent_done"].as_u64()), (Some("completed"), Some(100)));
    assert_eq!(done["completed_at"], "2026-11-22T03:34:00Z");
    assert_eq!(done["activity_errors"], json!(["Line 3: Invalid email address"]));
    assert_eq!(counters(&done), [4, 3, 0, 1, 1]);
}

#[tokio::test]
async fn what_is_no_import_is_refused_at_once() {
    let (service, list) = service_and_list(Switches::default()).await;
    let lists: Vec<&str> = vec![&list; 51];
    let unknown = list.replacen(&list[..8], "00000000", 1);
    for wrong in [
        json!({"list_ids": [list]}),
        json!({"import_data": [], "list_ids": [list]}),
        json!({"import_data": rows(0..1)}),
        json!({"import_data": rows(0..1), "list_ids": []}),
        json!({"import_data": rows(0..1), "list_ids": lists}),
        json!({"import_data": rows(0..1), "list_ids": [unknown]}),
        json!({"import_data": rows(0..1), "list_ids": ["nonsense"]}),
    ] {
        assert_eq!(service.post(PATH, wrong.clone()).await.0, 400, "{wrong}");
    }
    let request = service.client.post(service.url(PATH)).bearer_auth(&service.token);
    let response =
        request.header("content-type", "application/json").body("{\"import_data\": [").send().await.unwrap();
    assert_eq!(response.status(), 400);
    service.control.change_switches(|switches| switches.unknown_list = UnknownList::NotFound).await;
    assert_eq!(service.post(PATH, json!({"import_data": rows(0..1), "list_ids": [unknown]})).await.0, 404);
    assert_eq!(service.control.activities(10).await.unwrap().len(), 0);
}

#[tokio::test]
async fn bytes_and_rows_over_the_limit_are_dropped_in_silence_or_refused() {
    let (service, list) = service_and_list(Switches::default()).await;
    service.control.change_limits(|limits| limits.import_rows = 3).await;
    let done = service.imported(&list, rows(0..5)).await;
    assert_eq!((done["state"].as_str(), counters(&done)), (Some("completed"), [4, 3, 0, 0, 0]));
    let body = json!({"import_data": rows(0..9), "list_ids": [list]});
    let bytes = body.to_string().find("person7").unwrap();
    service
        .control
        .change_limits(move |limits| (limits.import_rows, limits.import_bytes) = (100, bytes))
        .await;
    let done = service.imported(&list, rows(0..9)).await;
    assert_eq!(counters(&done), [8, 7, 0, 0, 0], "the cut row and all later ones are lost");
    service.control.change_switches(|switches| switches.over_bytes = OverLimit::Refuse).await;
    assert_eq!(service.post(PATH, body.clone()).await.0, 400);
    service.control.change_switches(|switches| switches.over_rows = OverLimit::Refuse).await;
    service.control.change_limits(|limits| (limits.import_rows, limits.import_bytes) = (3, 1_000_000)).await;
    assert_eq!(service.post(PATH, body).await.0, 400);
}

#[tokio::test]
async fn bad_rows_are_correctable_and_named_all_some_or_none() {
    let (service, list) = service_and_list(Switches::default()).await;
    let bad = json!([
        {"email": "good@example.com"}, {"email": "no at"}, {"first_name": "Nobody"},
        {"email": format!("{}@example.com", "x".repeat(70))},
        {"email": "b@example.com", "birthday_month": 13, "birthday_day": 1},
        {"email": "c@example.com", "anniversary": "soon"}, {"email": "d@example.com", "first_name": "x".repeat(51)},
        "not a row"
    ]);
    let done = service.imported(&list, bad.clone()).await;
    assert_eq!(counters(&done), [9, 8, 1, 6, 0]);
    let errors = done["activity_errors"].as_array().unwrap();
    assert_eq!(
        (errors.len(), &errors[0], &errors[6]),
        (7, &json!("Line 3: Invalid email address"), &json!("Line 9: Row could not be read"))
    );
    assert_eq!(service.members(&list).await, ["good@example.com"]);
    service.control.change_switches(|switches| switches.naming = Naming::Some).await;
    assert_eq!(service.imported(&list, bad.clone()).await["activity_errors"].as_array().unwrap().len(), 4);
    service.control.change_switches(|switches| switches.naming = Naming::None).await;
    assert_eq!(service.imported(&list, bad).await["activity_errors"], json!([]));
    assert_eq!(service.control.import_counts("b@example.com").await.unwrap().refused, 3);
    let fifty = format!("{}@example.com", "x".repeat(39));
    assert_eq!(counters(&service.imported(&list, json!([{"email": fifty}])).await)[3], 0);
    service.control.change_switches(|switches| switches.import_address_length = 50).await;
    assert_eq!(counters(&service.imported(&list, json!([{"email": fifty}])).await)[3], 1);
}

#[tokio::test]
async fn duplicates_within_an_import_collapse_without_a_word() {
    let (service, list) = service_and_list(Switches::default()).await;
    let twice = json!([{"email": "Same@example.com", "first_name": "First"}, {"email": "same@Example.com", "first_name": "Last"}]);
    let done = service.imported(&list, twice.clone()).await;
    assert_eq!(counters(&done), [3, 1, 0, 0, 0]);
    assert_eq!(one(&service, "same@example.com").await["first_name"], "First");
    assert_eq!(service.control.import_counts("same@example.com").await.unwrap().imported, 2);
    service.control.change_switches(|switches| switches.duplicates = Duplicates::LastWins).await;
    service.imported(&list, twice).await;
    assert_eq!(one(&service, "same@example.com").await["first_name"], "Last");
    assert_eq!(service.members(&list).await.len(), 1);
}

#[tokio::test]
async fn an_existing_contact_keeps_what_is_absent_or_blank() {
    let (service, list) = service_and_list(Switches::default()).await;
    service.post("/v3/contact_custom_fields", json!({"label": "Loyalty Tier", "type": "string"})).await;
    let full = json!([{"email": "a@example.com", "first_name": "Ann", "last_name": "Bee", "job_title": "Cook",
        "cf:loyalty_tier": "gold", "cf:unknown": "x", "home_phone": "555", "street": "1 Main", "street2": "Apt 2", "city": "Erie"}]);
    service.imported(&list, full).await;
    service
        .imported(
            &list,
            json!([{"email": "a@example.com", "first_name": "", "last_name": "Cee", "cf:loyalty_tier": 7}]),
        )
        .await;
    let contact = one(&service, "a@example.com").await;
    assert_eq!(
        (contact["first_name"].as_str(), contact["last_name"].as_str(), contact["job_title"].as_str()),
        (Some("Ann"), Some("Cee"), Some("Cook"))
    );
    assert_eq!(contact["custom_fields"].as_array().unwrap().len(), 1);
    assert_eq!(contact["custom_fields"][0]["value"], "7");
    assert_eq!(contact["phone_numbers"], json!([{"kind": "home", "phone_number": "555"}]));
    assert_eq!(
        (contact["street_addresses"][0]["street"].as_str(), contact["street_addresses"][0]["city"].as_str()),
        (Some("1 Main Apt 2"), Some("Erie"))
    );
    service
        .control
        .change_switches(|switches| {
            (switches.blanks_clear, switches.unknown_custom_field_refused) = (true, true)
        })
        .await;
    service
        .imported(&list, json!([{"email": "a@example.com", "first_name": "", "cf:loyalty_tier": ""}]))
        .await;
    let contact = one(&service, "a@example.com").await;
    assert_eq!((contact.get("first_name"), &contact["custom_fields"]), (None, &json!([])));
    assert_eq!(
        counters(&service.imported(&list, json!([{"email": "a@example.com", "cf:other": "x"}])).await)[3],
        1
    );
}

#[tokio::test]
async fn the_unsubscribed_are_not_added_unless_a_switch_says_so() {
    let (service, list) = service_and_list(Switches::default()).await;
    let out = NewContact { email: "out@example.com".to_owned(), unsubscribed: true, ..NewContact::default() };
    service.control.add_contacts(vec![out]).await.unwrap();
    let row = json!([{"email": "out@example.com", "first_name": "Otto"}]);
    let done = service.imported(&list, row.clone()).await;
    assert_eq!((counters(&done), &done["activity_errors"]), ([2, 1, 0, 0, 1], &json!([])));
    assert!(service.members(&list).await.is_empty());
    assert_eq!(one(&service, "out@example.com").await.get("first_name"), None);
    assert_eq!(service.control.import_counts("out@example.com").await.unwrap().declined, 1);
    service.control.change_switches(|switches| switches.unsubscribed_are_updated = true).await;
    service.imported(&list, row.clone()).await;
    assert_eq!(one(&service, "out@example.com").await["first_name"], "Otto");
    service.control.change_switches(|switches| switches.resubscribe_within_seconds = 60).await;
    service.advance(61).await;
    assert_eq!(counters(&service.imported(&list, row.clone()).await)[4], 1, "too long ago");
    service.control.change_contact("out@example.com", Change::Unsubscribe).await.unwrap();
    assert_eq!(counters(&service.imported(&list, row.clone()).await)[4], 0);
    assert_eq!(one(&service, "out@example.com").await["email_address"]["permission_to_send"], "implicit");
    service.control.change_contact("out@example.com", Change::UnsubscribeByAccount).await.unwrap();
    service
        .control
        .change_switches(|switches| {
            (switches.resubscribe_within_seconds, switches.account_opt_outs_can_be_added) = (0, true)
        })
        .await;
    assert_eq!(counters(&service.imported(&list, row.clone()).await)[4], 0);
    service.control.change_contact("out@example.com", Change::Hold).await.unwrap();
    service.control.change_switches(|switches| switches.held_cannot_be_added = true).await;
    assert_eq!(counters(&service.imported(&list, row).await)[4], 1);
}

#[tokio::test]
async fn a_deleted_contact_comes_back_or_is_an_error() {
    let (service, list) = service_and_list(Switches::default()).await;
    service.imported(&list, rows(0..1)).await;
    service.control.change_contact("person0@example.com", Change::Delete).await.unwrap();
    assert!(service.members(&list).await.is_empty());
    service.control.change_switches(|switches| switches.import_revives_deleted = false).await;
    assert_eq!(counters(&service.imported(&list, rows(0..1)).await), [2, 1, 1, 0, 0]);
    service
        .control
        .change_switches(|switches| {
            (switches.import_revives_deleted, switches.person_count) = (true, PersonCount::Accepted)
        })
        .await;
    assert_eq!(counters(&service.imported(&list, rows(0..1)).await), [2, 1, 0, 0, 0]);
    assert_eq!(one(&service, "person0@example.com").await.get("deleted_at"), None);
    assert_eq!(service.members(&list).await.len(), 1);
}

#[tokio::test]
async fn one_list_too_many_is_ignored_or_an_error() {
    let (service, list) = service_and_list(Switches::default()).await;
    service.control.change_limits(|limits| limits.lists_per_contact = 1).await;
    service.imported(&list, rows(0..1)).await;
    let (b, c) =
        (service.control.create_list("B").await.unwrap(), service.control.create_list("C").await.unwrap());
    assert_eq!(counters(&service.imported(&b, rows(0..1)).await)[2], 0);
    service.control.change_switches(|switches| switches.list_limit_enforced = true).await;
    assert_eq!(counters(&service.imported(&c, rows(0..1)).await)[2], 1);
    assert!(service.members(&c).await.is_empty());
}

#[tokio::test]
async fn rows_can_be_refused_by_their_address_or_their_position() {
    let (service, list) = service_and_list(Switches::default()).await;
    service.control.change_faults(|faults| faults.refuse_containing = Some("person1".to_owned())).await;
    assert_eq!(counters(&service.imported(&list, rows(0..3)).await), [4, 3, 0, 1, 0]);
    service
        .control
        .change_faults(|faults| {
            (faults.refuse_containing, faults.refuse_every_row, faults.refuse_as) =
                (None, 2, RefusedAs::Error);
        })
        .await;
    let done = service.imported(&list, rows(0..5)).await;
    assert_eq!(counters(&done), [6, 5, 2, 0, 0]);
    assert_eq!(done["activity_errors"], json!(["Line 3: Row was refused", "Line 5: Row was refused"]));
    let refused = service.control.refused_rows().await.unwrap();
    assert_eq!(
        refused.iter().map(|row| (row.address.as_str(), row.times)).collect::<Vec<_>>(),
        [("person1@example.com", 2), ("person3@example.com", 1)]
    );
}

#[tokio::test]
async fn a_file_is_imported_by_its_headings_up_to_its_limits() {
    let (service, list) = service_and_list(Switches::default()).await;
    let send = async |name: &str, text: &str| {
        let file = reqwest::multipart::Part::text(text.to_owned()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", file).text("list_ids", list.clone());
        let request = service.client.post(service.url("/v3/activities/contacts_file_import"));
        let response = request.bearer_auth(&service.token).multipart(form).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let text = "Email,First_Name,ignored\na@example.com,\"Ann, Maria\",x\nbroken,B,y\nc@example.com,Cy,z\n";
    let (status, activity) = send("people.csv", text).await;
    assert_eq!((status, activity["source_file_name"].as_str()), (201, Some("people.csv")));
    let done = service.read(activity["_links"]["self"]["href"].as_str().unwrap()).await;
    assert_eq!(
        (counters(&done), &done["activity_errors"]),
        ([4, 3, 0, 1, 0], &json!(["Line 3: Invalid email address"]))
    );
    assert_eq!(one(&service, "a@example.com").await["first_name"], "Ann, Maria");
    assert_eq!(send("people.txt", text).await.0, 415);
    assert_eq!(service.post("/v3/activities/contacts_file_import", json!({})).await.0, 415);
    assert_eq!(send("people.csv", "name\nx\n").await.0, 400);
    service.control.change_limits(|limits| limits.import_lines = 2).await;
    let (_, activity) = send("people.csv", text).await;
    let done = service.read(activity["_links"]["self"]["href"].as_str().unwrap()).await;
    assert_eq!(counters(&done), [2, 1, 0, 0, 0]);
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_counted_and_all_are_members() {
    let (service, list) = service_and_list(Switches::default()).await;
    for start in (0..100_000).step_by(40_000) {
        let end = (start + 40_000).min(100_000);
        let done = service.imported(&list, rows(start..end)).await;
        let people = u64::from(end - start);
        assert_eq!(
            (done["state"].as_str(), counters(&done)),
            (Some("completed"), [people + 1, people, 0, 0, 0])
        );
    }
    service.imported(&list, rows(0..1_000)).await;
    assert_eq!(service.control.count_members(list.as_str()).await.unwrap(), 100_000);
    let mut visited = 0_u64;
    service
        .control
        .for_each_member(&list, |member| visited += u64::from(member.first_name == "Pat"))
        .await
        .unwrap();
    assert_eq!(visited, 100_000);
    assert_eq!(service.control.import_histogram().await.unwrap(), [(1, 99_000), (2, 1_000)]);
    let path = format!("/v3/contact_lists/{list}?include_membership_count=all");
    assert_eq!(service.read(&path).await["membership_count"], 100_000);
    assert_eq!(
        service.pages(&format!("/v3/contacts?lists={list}&limit=500"), "contacts").await.len(),
        100_000
    );
}
