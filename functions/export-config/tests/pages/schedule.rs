//! The refresh schedule and Pause everything.

use identity::Role;

use super::workshop::workshop;

#[tokio::test]
async fn administrators_set_it_and_everybody_reads_it() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/schedule").await;
    assert!(page.says("Off") && page.says("Pause everything"), "{}", page.text());
    let entered = [
        ("schedule.kind", "weekly"),
        ("schedule.weekdays", "monday"),
        ("schedule.weekdays", "thursday"),
        ("schedule.times", "06:30"),
        ("schedule.times", ""),
        ("schedule.times", "18:00"),
        ("schedule.time_zone", "Europe/Berlin"),
        ("upload_trigger", "yes"),
    ];
    let saved = browser.submit(&page, "/schedule", &entered).await;
    assert!(saved.says("Saved.") && saved.says("Monday and Thursday at 06:30 and 18:00"), "{}", saved.text());
    let stale = browser.submit(&page, "/schedule", &entered).await;
    assert_eq!(stale.status, 412);
    assert_eq!(stale.form("/schedule").value("schedule.time_zone"), "Europe/Berlin");
    let viewer = workshop.browser(Role::Viewer).open("/schedule").await;
    assert!(viewer.says("Europe/Berlin") && !viewer.has_form("/schedule"), "{}", viewer.text());
    assert!(!viewer.has_form("/schedule/pause"));
}

#[tokio::test]
async fn all_problems_come_at_once() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/schedule").await;
    let refused =
        browser.submit(&page, "/schedule", &[("schedule.kind", "weekly"), ("schedule.times", "")]).await;
    assert_eq!(refused.status, 422);
    for link in ["#field-schedule-weekdays", "#field-schedule-times", "#field-schedule-time-zone"] {
        assert!(refused.links_to(link), "{link}: {}", refused.text());
        assert!(refused.body.contains(&format!("id=\"{}\"", &link[1..])), "{link} leads somewhere");
    }
    assert_eq!(refused.form("/schedule").value("schedule.kind"), "weekly");
}

#[tokio::test]
async fn everything_is_paused_and_goes_on() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/schedule").await;
    let paused = browser.submit(&page, "/schedule/pause", &[]).await;
    assert!(paused.says("Everything is paused"), "{}", paused.text());
    let export = workshop.browser(Role::Viewer).open(&format!("/exports/{id}")).await;
    assert!(
        export.says("Will not run by itself") && export.says("Everything is paused"),
        "{}",
        export.text()
    );
    let resumed = browser.submit(&paused, "/schedule/resume", &[]).await;
    assert!(resumed.has_form("/schedule/pause") && resumed.says("The pause has ended"), "{}", resumed.text());
}
