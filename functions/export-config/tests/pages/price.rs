//! What a run may mean for the price of the account is told before it, whichever way it is asked for.

use std::convert::Infallible;

use catalog::{ConnectionAccess, Export, export_key};
use company::PEOPLE;
use domain::identifier::SegmentName;
use identity::Role;
use jiff::SignedDuration;
use store::Change;

use super::workshop::workshop;

#[tokio::test]
async fn a_segment_that_has_grown_brings_the_warning_back() {
    let workshop = workshop().await;
    let people = |count: u32| -> String {
        let rows: String =
            (0..count).map(|number| format!("{number},p{number}@example.com,Ann,\n")).collect();
        format!("CustomerId,EMail,FirstName,Hobby\n{rows}")
    };
    workshop.upload("customers", &people(100)).await;
    let id = workshop.export("Friends").await;
    workshop.run(&id).await;
    let browser = workshop.browser(Role::Contributor);
    let ask = format!("/exports/{id}/run");
    workshop.upload("customers", &people(105)).await;
    assert!(!browser.open(&ask).await.says("price tier"), "5 % more");
    workshop.upload("customers", &people(106)).await;
    let question = browser.open(&ask).await;
    assert!(question.says("price tier") && question.says("active contacts"), "{}", question.text());
}

#[tokio::test]
async fn a_changed_export_brings_the_warning_back() {
    let workshop = workshop().await;
    workshop.upload("visitors", PEOPLE).await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let (ask, edit) = (format!("/exports/{id}/run"), format!("/exports/{id}/edit"));
    let warns = || async { browser.open(&ask).await.says("price tier") };
    for changes in [
        // As many people as before, but others.
        [("segments", "visitors"), ("then", "save")],
        // The same people in another account, for all that can be told.
        [("name", "Best friends"), ("then", "save")],
    ] {
        workshop.run(&id).await;
        assert!(!warns().await, "nobody is new before {changes:?}");
        workshop.world.time_passes(SignedDuration::from_secs(1));
        let saved = browser.submit(&browser.open(&edit).await, &edit, &changes).await;
        assert_eq!(saved.path(), format!("/exports/{id}"), "{}", saved.text());
        assert!(warns().await, "{changes:?}");
        workshop.world.time_passes(SignedDuration::from_secs(1));
    }
    workshop.run(&id).await;
    assert!(!warns().await);
    // Other segments tell it whatever the clocks of two processes say.
    let (documents, key) = (&workshop.world.documents, export_key(&id));
    let change = documents.update::<Export, (), Infallible, _>(&key, |export| {
        let segments = vec![SegmentName::new("customers").unwrap()];
        Ok(Change::Write(Export { segments, ..export.unwrap().clone() }, ()))
    });
    change.await.unwrap();
    assert!(warns().await);
}

#[tokio::test]
async fn what_a_run_read_and_did_not_send_is_warned_of_again() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let browser = workshop.browser(Role::Contributor);
    let ask = format!("/exports/{id}/run");
    assert!(browser.open(&ask).await.says("price tier"), "{stopped} sent nobody");
}

#[tokio::test]
async fn before_a_plan_is_approved_it_is_told_what_that_may_cost() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let approve = format!("{stopped}/approve");
    for role in [Role::Contributor, Role::Administrator] {
        let question = workshop.browser(role).open(&approve).await;
        for words in [
            "Approve and run Friends?",
            "The run would add 390 people",
            "Exactly this plan is sent",
            "Friends of the house",
            "Newsletter",
            "The account has 2 active contacts",
            "Up to 390 people may be new",
            "price tier",
        ] {
            assert!(question.says(words), "{role:?}, {words}: {}", question.text());
        }
        assert!(question.has_form(&approve) && question.links_to(&stopped), "{}", question.text());
    }
    assert_eq!(workshop.browser(Role::Viewer).open(&approve).await.status, 403);
    let browser = workshop.browser(Role::Contributor);
    let run = browser.submit(&browser.open(&approve).await, &approve, &[]).await;
    for path in [approve, format!("{}/approve", run.path())] {
        assert_eq!(browser.open(&path).await.status, 409, "{path}: nothing to approve (any more)");
    }
}

#[tokio::test]
async fn run_all_names_what_runs_for_the_first_time() {
    let workshop = workshop().await;
    let (new, ran) = (workshop.export("Newcomers").await, workshop.export("Regulars").await);
    let off = workshop.export("Sleepers").await;
    workshop.run(&ran).await;
    let edit = format!("/exports/{off}/edit");
    let browser = workshop.browser(Role::Administrator);
    let form = browser.open(&edit).await;
    browser.submit(&form, &edit, &[("schedule.kind", "off"), ("then", "save")]).await;
    workshop.world.export("Detached", None).await;
    let closed = workshop.world.connection("Closed", ConnectionAccess::Administrators).await;
    workshop.world.export("Secret", Some(&closed)).await;
    for (role, named) in
        [(Role::Contributor, vec!["Newcomers"]), (Role::Administrator, vec!["Newcomers", "Secret"])]
    {
        let page = workshop.browser(role).open("/exports/run-all").await;
        assert!(page.says("have never run") && page.says("price tier"), "{role:?}: {}", page.text());
        for name in ["Newcomers", "Regulars", "Sleepers", "Detached", "Secret"] {
            assert_eq!(page.says(name), named.contains(&name), "{role:?}, {name}: {}", page.text());
        }
        assert!(page.links_to(&format!("/exports/{new}/run")), "{role:?}: {}", page.text());
    }
    workshop.run(&new).await;
    let page = workshop.browser(Role::Contributor).open("/exports/run-all").await;
    assert!(!page.says("price tier"), "{}", page.text());
}
