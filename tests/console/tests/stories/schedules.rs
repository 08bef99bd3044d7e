//! Schedules of exports: one of its own, several changed at once in both ways, and what says that it will not run by itself.

use console_tests::{Before, Page, Role, Script, Stage, story};

use crate::steps::{SAMPLE_EXPORT, choose_action, duplicate, is_refused, open_export, row_of};

const COPY: &str = "Copy with its own schedule";
const WITH_REFRESH: &str = "With every system refresh";
const OFF: &str = "Off: only when somebody chooses Run";
const OWN: &str = "Every Monday and Thursday at 06:30, Europe/Berlin, from 5 January 2099";
const FOR_ALL: &str = "On the 15th of every month at 19:00, Asia/Tokyo, from 15 January 2099";

#[test]
fn exports_get_schedules_of_their_own_and_several_at_once() {
    story("schedules", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Contributor).await;
        duplicate(&page, SAMPLE_EXPORT, COPY).await;
        its_own_schedule(&page).await;
        nothing_is_chosen(&page).await;
        both_are_switched_off(&page).await;
        a_viewer_changes_no_schedule(stage).await;
        both_are_switched_on_as_they_were(&page).await;
        both_get_a_new_one(&page).await;
    });
}

async fn its_own_schedule(page: &Page) {
    page.click("Edit").await;
    page.arrives("Edit export").await;
    page.choose("When it runs", "On its own schedule").await;
    page.choose("How often, on its own schedule", "Weekly on chosen days").await;
    for day in ["Monday", "Thursday"] {
        page.choose("On these days, if weekly", day).await;
    }
    page.fill_time("Date and time of the first run", "2099-01-05T06:30").await;
    page.select("Time zone", "Berlin (Europe)").await;
    page.click("Save").await;
    page.arrives(COPY).await;
    page.sees(OWN).await;
    assert!(!page.text().await.contains("Will not run by itself"));
}

async fn nothing_is_chosen(page: &Page) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    page.click("Change schedule of the chosen exports").await;
    page.sees("Choose one or more exports first.").await;
}

/// From the list of exports: both, on to the question.
async fn choose_both(page: &Page) {
    for export in [SAMPLE_EXPORT, COPY] {
        page.tick(&format!("Choose {export}")).await;
    }
    page.click("Change schedule of the chosen exports").await;
    page.arrives("Change schedule").await;
}

async fn saved(page: &Page, schedules: [(&str, &str); 2]) {
    page.click("Save").await;
    page.arrives("Exports").await;
    page.sees("Schedule changed: ").await;
    for (export, schedule) in schedules {
        let row = row_of(page, export).await;
        assert!(row.contains(schedule), "{schedule}: {row}");
    }
}

async fn both_are_switched_off(page: &Page) {
    choose_both(page).await;
    page.sees(&format!("{SAMPLE_EXPORT}: {WITH_REFRESH}")).await;
    page.sees(&format!("{COPY}: {OWN}")).await;
    page.choose("What to do", "Keep individual schedules, switched off").await;
    saved(page, [(SAMPLE_EXPORT, OFF), (COPY, OFF)]).await;
    page.look_over("exports-that-do-not-run-by-themselves").await;
    page.within(SAMPLE_EXPORT).click("Will not run by itself").await;
    page.sees("Its schedule is off: switch it on, or choose Run whenever it is to run.").await;
    page.click("Run all").await;
    page.sees("Run all exports?").await;
    page.click("Run all").await;
    page.sees("No export was started. None of them has a schedule that is switched on.").await;
    page.click(COPY).await;
    page.arrives(COPY).await;
    page.sees("Will not run by itself").await;
    page.offers("Run").await;
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
}

async fn both_are_switched_on_as_they_were(page: &Page) {
    choose_both(page).await;
    page.choose("What to do", "Keep individual schedules, switched on").await;
    saved(page, [(SAMPLE_EXPORT, WITH_REFRESH), (COPY, OWN)]).await;
}

async fn both_get_a_new_one(page: &Page) {
    choose_both(page).await;
    page.choose("What to do", "One new schedule for all").await;
    page.choose("When it runs", "On its own schedule").await;
    page.choose("How often, on its own schedule", "Monthly on chosen days").await;
    page.click("Save").await;
    page.sees("Please check").await;
    page.look_over("schedules-with-problems").await;
    page.choose("On these days of the month, if monthly", "15").await;
    page.fill_time("Date and time of the first run", "2099-01-15T19:00").await;
    page.select("Time zone", "Tokyo (Asia)").await;
    saved(page, [(SAMPLE_EXPORT, FOR_ALL), (COPY, FOR_ALL)]).await;
    open_export(page, SAMPLE_EXPORT).await;
    choose_action(page, SAMPLE_EXPORT, "Change schedule").await;
    page.arrives("Change schedule").await;
    page.choose("When it runs", WITH_REFRESH).await;
    page.click("Save").await;
    page.arrives(SAMPLE_EXPORT).await;
    page.sees(&format!("Schedule changed: {SAMPLE_EXPORT}.")).await;
    page.sees(WITH_REFRESH).await;
}

async fn a_viewer_changes_no_schedule(stage: &Stage) {
    let viewer = stage.browser(Script::Runs).await;
    viewer.sign_in(Role::Viewer).await;
    assert!(!viewer.has("Change schedule of the chosen exports").await);
    assert!(!viewer.has_field(&format!("Choose {SAMPLE_EXPORT}")).await);
    is_refused(&viewer, "/exports/schedules", &[("export", "export"), ("change", "keep_on")]).await;
    is_refused(&viewer, "/exports/run-all", &[]).await;
    viewer.open("/exports/schedules?export=export").await;
    viewer.arrives("You may not do this").await;
    viewer.open("/exports").await;
    assert!(row_of(&viewer, SAMPLE_EXPORT).await.contains(OFF), "nothing was changed");
}
