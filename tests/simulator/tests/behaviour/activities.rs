//! Promises: activities pass through their states in the simulator's time, can end badly, and are kept ten days.

use serde_json::{Value, json};
use simulator::{FailedImport, Options, Switches};

use super::common::{SCOPE, Service, options, rows};

const DAY: u64 = 86_400;

async fn slow(seconds: u32, variation: u32) -> (Service, String) {
    let switches =
        Switches { activity_seconds: seconds, activity_variation_seconds: variation, ..Switches::default() };
    let service = Service::with(Options { switches, ..options() }).await;
    let list = service.control.create_list("A").await.unwrap();
    (service, list)
}

async fn activity(service: &Service, id: &str) -> Value {
    service.read(&format!("/v3/activities/{id}")).await
}

fn states(activities: &[Value]) -> Vec<&str> {
    activities.iter().map(|activity| activity["state"].as_str().unwrap()).collect()
}

async fn contact_ids(service: &Service, numbers: std::ops::Range<u32>) -> Vec<String> {
    let mut ids = Vec::new();
    for number in numbers {
        ids.push(service.control.contact_id(format!("person{number}@example.com")).await.unwrap());
    }
    ids
}

/// Starts an activity and returns it at its end.
async fn done(service: &Service, name: &str, body: Value) -> Value {
    let (status, created) = service.post(&format!("/v3/activities/{name}"), body).await;
    assert_eq!(status, 201, "{created}");
    activity(service, created["activity_id"].as_str().unwrap()).await
}

#[tokio::test]
async fn an_import_takes_effect_when_it_ends_and_not_before() {
    let (service, list) = slow(100, 0).await;
    let id = service.import(&list, rows(0..2)).await;
    assert_eq!(activity(&service, &id).await["state"], "initialized");
    service.advance(51).await;
    let half = activity(&service, &id).await;
    assert_eq!((half["state"].as_str(), half["percent_done"].as_u64()), (Some("processing"), Some(50)));
    assert!(half["started_at"].is_string() && half.get("completed_at").is_none());
    assert!(service.members(&list).await.is_empty());
    service.advance(49).await;
    assert_eq!(activity(&service, &id).await["state"], "completed");
    assert_eq!(service.members(&list).await.len(), 2);
}

#[tokio::test]
async fn activities_created_in_order_end_out_of_order() {
    let (service, list) = slow(10, 100).await;
    for number in 0..8 {
        service.import(&list, rows(number..number + 1)).await;
    }
    let records = service.control.activities(10).await.unwrap();
    let ends: Vec<_> = records.iter().rev().map(|record| record.ends_at.clone().unwrap()).collect();
    let mut sorted = ends.clone();
    sorted.sort();
    assert_ne!(ends, sorted);
    service.advance(110).await;
    assert_eq!(service.members(&list).await.len(), 8);
}

#[tokio::test]
async fn chosen_imports_end_badly_having_applied_nothing_or_a_part() {
    let (service, list) = slow(10, 0).await;
    let mut ids = Vec::new();
    for (ends, percent) in [
        (FailedImport::Failed, 0),
        (FailedImport::TimedOut, 50),
        (FailedImport::Cancelled, 0),
        (FailedImport::Stuck, 0),
    ] {
        service
            .control
            .change_faults(move |faults| {
                (
                    faults.failed_import_next,
                    faults.failed_import_ends,
                    faults.failed_import_applies_percent,
                ) = (1, ends, percent);
            })
            .await;
        ids.push(service.import(&list, rows(0..4)).await);
    }
    service.advance(3_600).await;
    let mut ended = Vec::new();
    for id in &ids {
        ended.push(activity(&service, id).await);
    }
    assert_eq!(states(&ended), ["failed", "timed_out", "cancelled", "processing"]);
    assert_eq!(service.members(&list).await, ["person0@example.com", "person1@example.com"]);
    service
        .control
        .change_faults(|faults| {
            (faults.failed_import_every, faults.failed_import_ends) = (2, FailedImport::Failed)
        })
        .await;
    let mut ended = Vec::new();
    for _ in 0..4 {
        let id = service.import(&list, rows(0..1)).await;
        service.advance(10).await;
        ended.push(activity(&service, &id).await);
    }
    assert_eq!(states(&ended), ["completed", "failed", "completed", "failed"]);
}

#[tokio::test]
async fn the_list_of_activities_is_newest_first_filtered_paged_and_forgets_after_ten_days() {
    let (service, list) = slow(10, 0).await;
    let first = service.import(&list, rows(0..1)).await;
    service.advance(10).await;
    let second = service.import(&list, rows(1..2)).await;
    service.advance(5).await;
    let all = service.pages("/v3/activities?limit=1", "activities").await;
    assert_eq!(
        all.iter().map(|one| one["activity_id"].as_str().unwrap()).collect::<Vec<_>>(),
        [&*second, &*first]
    );
    let completed = service.read("/v3/activities?state=completed").await;
    assert_eq!(completed["activities"][0]["activity_id"], first.as_str());
    let processing = service.read("/v3/activities?state=processing").await;
    assert_eq!(processing["activities"][0]["activity_id"], second.as_str());
    assert_eq!(service.get("/v3/activities?state=initialized").await.0, 400);
    service.control.change_switches(|switches| switches.activities_oldest_first = true).await;
    assert_eq!(service.read("/v3/activities").await["activities"][0]["activity_id"], first.as_str());
    service.control.change_limits(|limits| limits.access_token_seconds = 1).await;
    service.advance(10 * DAY).await;
    let mut service = service;
    service.token = service.control.issue_tokens(SCOPE).await.unwrap().access_token;
    let path = format!("/v3/activities/{first}");
    service.control.change_limits(|limits| limits.access_token_seconds = 86_400).await;
    service.token = service.control.issue_tokens(SCOPE).await.unwrap().access_token;
    assert_eq!(service.get(&path).await.0, 404);
    assert_eq!(service.read("/v3/activities").await["activities"], json!([]));
    assert_eq!(service.control.statistics().await.imports, 2);
}

#[tokio::test]
async fn memberships_are_added_and_removed_by_id_list_or_all_and_unknown_ids_only_counted() {
    let (service, a) = slow(0, 0).await;
    let b = service.control.create_list("B").await.unwrap();
    service.imported(&a, rows(0..4)).await;
    let mut ids = contact_ids(&service, 0..2).await;
    ids.push("00000000-96f0-11ef-b2a0-fa163eafb85e".to_owned());
    ids.push("nonsense".to_owned());
    let added =
        done(&service, "add_list_memberships", json!({"source": {"contact_ids": ids}, "list_ids": [b]}))
            .await;
    assert_eq!(added["status"], json!({"items_total_count": 4, "items_completed_count": 4, "list_count": 1}));
    assert_eq!(service.members(&b).await, ["person0@example.com", "person1@example.com"]);
    let removed = json!({"source": {"contact_ids": [ids[0]]}, "list_ids": [a, b]});
    done(&service, "remove_list_memberships", removed.clone()).await;
    done(&service, "remove_list_memberships", removed).await;
    assert_eq!(service.members(&b).await, ["person1@example.com"]);
    assert_eq!(service.members(&a).await.len(), 3);
    let exclude = json!({"source": {"list_ids": [a]}, "exclude": {"contact_ids": [ids[1]]}, "list_ids": [b]});
    done(&service, "add_list_memberships", exclude).await;
    assert_eq!(service.members(&b).await.len(), 3);
    done(&service, "remove_list_memberships", json!({"source": {"list_ids": [b]}, "list_ids": [b]})).await;
    assert!(service.members(&b).await.is_empty());
    done(&service, "add_list_memberships", json!({"source": {"all_active_contacts": true}, "list_ids": [b]}))
        .await;
    assert_eq!(service.members(&b).await.len(), 4);
}

#[tokio::test]
async fn wrong_sources_are_refused() {
    let (service, list) = slow(0, 0).await;
    let many: Vec<String> = (0..501).map(|_| list.clone()).collect();
    for wrong in [
        json!({"list_ids": [list]}),
        json!({"source": {}, "list_ids": [list]}),
        json!({"source": {"contact_ids": [list], "list_ids": [list]}, "list_ids": [list]}),
        json!({"source": {"contact_ids": many}, "list_ids": [list]}),
        json!({"source": {"contact_ids": ["x"]}, "list_ids": many[..51]}),
        json!({"source": {"contact_ids": ["x"]}, "exclude": {"contact_ids": ["y"]}, "list_ids": [list]}),
        json!({"source": {"emails": ["a@example.com"]}, "list_ids": [list]}),
    ] {
        for name in ["add_list_memberships", "remove_list_memberships"] {
            assert_eq!(
                service.post(&format!("/v3/activities/{name}"), wrong.clone()).await.0,
                400,
                "{wrong}"
            );
        }
    }
    assert_eq!(service.control.activities(1).await.unwrap().len(), 0);
}

#[tokio::test]
async fn contacts_and_lists_are_deleted_in_bulk() {
    let (service, list) = slow(0, 0).await;
    service.imported(&list, rows(0..3)).await;
    let ids = contact_ids(&service, 0..1).await;
    done(&service, "contact_delete", json!({"contact_ids": ids})).await;
    assert_eq!(service.members(&list).await.len(), 2);
    done(&service, "contact_delete", json!({"list_ids": [list]})).await;
    assert_eq!(service.read("/v3/contacts/counts").await["total"], 0);
    let deleted = service.read("/v3/contacts?status=deleted").await;
    assert_eq!(deleted["contacts"].as_array().unwrap().len(), 3);
    let both = json!({"contact_ids": ids, "list_ids": [list]});
    assert_eq!(service.post("/v3/activities/contact_delete", both).await.0, 400);
    done(&service, "list_delete", json!({"list_ids": [list]})).await;
    assert_eq!(service.read("/v3/contact_lists").await["lists"], json!([]));
}

#[tokio::test]
async fn an_export_is_a_csv_with_human_headings_once_it_has_ended() {
    let (service, list) = slow(10, 0).await;
    service.post("/v3/contact_custom_fields", json!({"label": "Loyalty Tier", "type": "string"})).await;
    service.import(&list, json!([{"email": "A@example.com", "first_name": "Ann", "cf:loyalty_tier": "gold"}, {"email": "b@example.com"}])).await;
    service.advance(10).await;
    service.control.change_contact("b@example.com", simulator::Change::Unsubscribe).await.unwrap();
    let body = json!({"list_ids": [list], "status": ["active"]});
    let (status, created) = service.post("/v3/activities/contact_exports", body).await;
    assert_eq!(status, 201);
    let href = created["_links"]["results"]["href"].as_str().unwrap();
    assert!(href.starts_with("/v3/contact_exports/"));
    assert_eq!(service.get(href).await.0, 404);
    service.advance(10).await;
    let response = service.try_call(reqwest::Method::GET, href, None).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/csv");
    let now = "2026-11-22T03:33:10Z";
    assert_eq!(
        response.text().await.unwrap(),
        format!(
            "Email address,First name,Last name,Phone - home,Phone - mobile,Email update source,Source Name,Created At,\
             Updated At,Loyalty Tier\nA@example.com,Ann,,,,Account,Account,{now},{now},gold\n"
        )
    );
}
