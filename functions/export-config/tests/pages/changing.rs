//! Editing, duplicating, rescheduling and removing exports.

use configuration::ExportDraft;
use identity::Role;
use jiff::SignedDuration;

use super::workshop::workshop;

#[tokio::test]
async fn an_export_is_edited() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let (here, action) = (format!("/exports/{id}"), format!("/exports/{id}/edit"));
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open(&action).await;
    assert_eq!(page.form(&action).value("list_picked"), workshop.list, "the list is shown by its name");
    assert_eq!(page.form(&action).value("list"), "pick");
    let saved = browser.submit(&page, &action, &[("name", "Best friends"), ("then", "save")]).await;
    assert_eq!(saved.path(), here);
    assert!(saved.says("Best friends") && saved.says("by Colin Clark"), "{}", saved.text());
}

#[tokio::test]
async fn a_stale_form_keeps_what_was_entered_and_shows_what_is_stored() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let action = format!("/exports/{id}/edit");
    let (browser, other) = (workshop.browser(Role::Contributor), workshop.browser(Role::Administrator));
    let page = browser.open(&action).await;
    let theirs = other.open(&action).await;
    workshop.world.time_passes(SignedDuration::from_secs(1));
    let theirs = other.submit(&theirs, &action, &[("then", "add_attribute")]).await;
    let changes = [
        ("name", "Theirs"),
        ("attributes[1].field", "city"),
        ("attributes[1].column", "column:Hobby"),
        ("identity_column", "FirstName"),
        ("then", "save"),
    ];
    other.submit(&theirs, &action, &changes).await;
    let stale = browser.submit(&page, &action, &[("name", "Mine"), ("then", "save")]).await;
    assert_eq!(stale.status, 412);
    assert_eq!(stale.form(&action).value("name"), "Mine");
    for words in [
        "Compare the two first",
        "What is stored now",
        "Display name Theirs",
        "City Column Hobby",
        "Customer id (not sent) Column FirstName",
        "Save again to replace",
    ] {
        assert!(stale.says(words), "{words}: {}", stale.text());
    }
    assert!(!stale.says("load it again"), "{}", stale.text());
    assert_eq!(workshop.world.stored_export(&id).await.name, "Theirs");
    let saved = browser.submit(&stale, &action, &[("then", "save")]).await;
    assert!(saved.says("Mine"), "{}", saved.text());
}

#[tokio::test]
async fn a_changed_list_says_that_people_stay_on_the_old_one() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let other = workshop.world.control.create_list("Others").await.unwrap();
    let action = format!("/exports/{id}/edit");
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open(&action).await;
    let question = browser.submit(&page, &action, &[("list_picked", &other), ("then", "run")]).await;
    assert!(question.says("\"Friends of the house\" stay there"), "{}", question.text());
    let back = browser.submit(&question, &action, &[("then", "back")]).await;
    assert_eq!(back.form(&action).value("list_picked"), other, "nothing is lost on the way back");
    let saved = browser.submit(&question, &action, &[("then", "save")]).await;
    assert!(saved.says("stay there") && saved.says("Others"), "{}", saved.text());
}

#[tokio::test]
async fn a_duplicate_is_a_filled_in_form() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open(&format!("/exports/{id}/duplicate")).await;
    assert_eq!(page.form("/exports").value("name"), "Copy of Friends");
    let saved = browser.submit(&page, "/exports", &[("then", "save")]).await;
    assert_ne!(saved.path(), format!("/exports/{id}"));
    assert!(
        saved.says("Copy of Friends") && saved.links_to(&format!("/exports/{id}")),
        "it names the other one"
    );
}

#[tokio::test]
async fn an_export_is_removed_after_a_question() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let action = format!("/exports/{id}/remove");
    let browser = workshop.browser(Role::Contributor);
    let question = browser.open(&action).await;
    assert!(question.says("Contacts at Constant Contact stay as they are"), "{}", question.text());
    let gone = browser.submit(&question, &action, &[]).await;
    assert!(gone.says("The export Friends was removed") && gone.says("No exports yet"), "{}", gone.text());
    assert_eq!(browser.open(&format!("/exports/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_detached_export_shows_no_connection_and_gets_one_again() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let ann = workshop.browser(Role::Administrator);
    let person = ann.open("/connections/newsletter/remove").await;
    ann.submit(&person, "/connections/newsletter/exports", &[("export", id.as_str()), ("action", "detach")])
        .await;
    let page = ann.open(&format!("/exports/{id}")).await;
    assert!(
        page.says("No connection") && page.says("does not run until it is given a connection"),
        "{}",
        page.text()
    );
    assert!(!page.links_to(&format!("/exports/{id}/run")));
    assert_eq!(ann.open(&format!("/exports/{id}/run")).await.status, 409);
    let action = format!("/exports/{id}/edit");
    let page = ann.open(&action).await;
    let given = [("list", "pick"), ("list_picked", workshop.list.as_str()), ("then", "save")];
    let saved = ann.submit(&page, &action, &given).await;
    assert!(saved.links_to(&format!("/exports/{id}/run")), "{}", saved.text());
}

#[tokio::test]
async fn several_schedules_change_at_once() {
    let workshop = workshop().await;
    let (first, second) = (workshop.export("First").await, workshop.export("Second").await);
    let browser = workshop.browser(Role::Contributor);
    let list = browser.open("/exports").await;
    let nothing = browser.submit(&list, "/exports/schedules", &[]).await;
    assert!(nothing.says("Choose one or more exports first"), "{}", nothing.text());
    let both = [("export", first.as_str()), ("export", second.as_str())];
    let question = browser.submit(&list, "/exports/schedules", &both).await;
    for words in ["Keep individual schedules", "One new schedule for all", "First", "Second"] {
        assert!(question.says(words), "{words}: {}", question.text());
    }
    let off = browser.submit(&question, "/exports/schedules", &[("change", "keep_off")]).await;
    assert!(off.says("Schedule changed: First, Second."), "{}", off.text());
    assert!(!workshop.world.stored_export(&first).await.schedule.is_active());
    // What the form showed has changed: nothing is overwritten before it has been seen.
    let stale = browser.submit(&question, "/exports/schedules", &[("change", "keep_on")]).await;
    assert_eq!(stale.status, 412);
    assert!(!workshop.world.stored_export(&first).await.schedule.is_active());
    let wrong = [("change", "new"), ("schedule.kind", "own"), ("schedule.repeat", "daily")];
    let refused = browser.submit(&stale, "/exports/schedules", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.links_to("#field-schedule-start"), "{}", refused.text());
    let own = [
        ("change", "new"),
        ("schedule.kind", "own"),
        ("schedule.repeat", "monthly"),
        ("schedule.days", "31"),
        ("schedule.start", "2026-12-01T06:30"),
        ("schedule.time_zone", "Asia/Tokyo"),
    ];
    browser.submit(&refused, "/exports/schedules", &own).await;
    for id in [&first, &second] {
        let schedule = workshop.world.stored_export(id).await.schedule.describe();
        assert!(schedule.contains("last day of every month"), "{schedule}");
    }
}

#[tokio::test]
async fn an_own_schedule_that_is_off_is_kept_by_the_form() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let action = format!("/exports/{id}/edit");
    let browser = workshop.browser(Role::Administrator);
    let own = [
        ("schedule.kind", "own"),
        ("schedule.repeat", "daily"),
        ("schedule.start", "2026-12-01T06:30"),
        ("schedule.time_zone", "Europe/Paris"),
        ("then", "save"),
    ];
    let page = browser.open(&action).await;
    browser.submit(&page, &action, &own).await;
    let page = browser.open(&action).await;
    browser.submit(&page, &action, &[("schedule.kind", "off"), ("then", "save")]).await;
    let stored = workshop.world.stored_export(&id).await;
    assert!(!stored.schedule.is_active());
    assert_eq!(ExportDraft::of(&stored).schedule.time_zone, "Europe/Paris");
}

#[tokio::test]
async fn without_the_script_an_export_is_switched_off_whatever_else_was_chosen() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let action = format!("/exports/{id}/edit");
    let page = browser.open(&action).await;
    // The fields of a schedule of its own are there, and are sent although nothing else of them was filled in.
    let entered = [
        ("schedule.kind", "off"),
        ("schedule.repeat", "weekly"),
        ("schedule.start", ""),
        ("schedule.time_zone", ""),
        ("then", "save"),
    ];
    let saved = browser.submit(&page, &action, &entered).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let stored = workshop.world.stored_export(&id).await;
    assert_eq!(stored.schedule, schedule::ExportSchedule::Off { kept: None });
}
