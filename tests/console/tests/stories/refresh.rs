//! The system refresh: weekly and daily in a time zone, off, and *Pause everything*; for administrators alone.

use console_tests::{Before, Page, Role, Script, Stage, story};

use crate::snapshots;
use crate::steps::{SAMPLE_EXPORT, is_refused, open_export};

const WEEKLY: &str = "Every Monday and Thursday at 06:00 and 18:30, Europe/Berlin";
const DAILY: &str = "Every day at 06:00 and 18:30, Europe/Berlin";
const NEW_DATA: &str = "Also run exports as soon as new data of their segments is complete";

#[test]
fn the_refresh_is_weekly_daily_paused_and_off() {
    story("refresh", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        weekly_then_daily(&page).await;
        others_only_look(stage).await;
        while_paused_nothing_starts(stage, &page).await;
        afterwards_it_does(stage, &page).await;
        switched_off(&page).await;
    });
}

async fn open_schedule(page: &Page) {
    page.within("Admin").click("Refresh schedule").await;
    page.arrives("Refresh schedule").await;
}

async fn weekly_then_daily(page: &Page) {
    open_schedule(page).await;
    page.choose("How often", "Weekly on chosen days").await;
    page.click("Save").await;
    page.sees("Please check").await;
    page.look_over("schedule-with-problems").await;
    for day in ["Monday", "Thursday"] {
        page.choose("On these days, if weekly", day).await;
    }
    page.fill_time("Times of day 1", "18:30").await;
    page.fill_time("Times of day 3", "06:00").await;
    page.select("Time zone", "Berlin (Europe)").await;
    page.click("Save").await;
    page.sees("Saved.").await;
    page.sees(WEEKLY).await;
    page.sees("by Ada Amberg").await;
    page.choose("How often", "Daily").await;
    page.click("Save").await;
    page.sees(DAILY).await;
    open_export(page, SAMPLE_EXPORT).await;
    assert!(!page.text().await.contains("Will not run by itself"));
}

async fn others_only_look(stage: &Stage) {
    let other = stage.browser(Script::Runs).await;
    for role in [Role::Contributor, Role::Viewer] {
        other.sign_in(role).await;
        other.open("/schedule").await;
        other.sees(DAILY).await;
        other.sees("Administrators can change this.").await;
        for action in ["Save", "Pause everything", "End the pause"] {
            assert!(!other.has(action).await, "{action} for a {role:?}");
        }
        is_refused(&other, "/schedule", &[("schedule.kind", "off")]).await;
        is_refused(&other, "/schedule/pause", &[]).await;
        is_refused(&other, "/schedule/resume", &[]).await;
        other.open("/schedule").await;
        other.sees(DAILY).await;
        other.click("Sign out").await;
        other.sees("You have signed out of this product.").await;
    }
}

async fn while_paused_nothing_starts(stage: &Stage, page: &Page) {
    let account = stage.product().account();
    open_schedule(page).await;
    page.click("Pause everything").await;
    page.sees("Everything is paused: nothing starts by itself. Runs that are under way go on.").await;
    page.sees("Not while everything is paused").await;
    page.look_over("schedule-paused").await;
    let imports = account.requests("imports");
    snapshots::arrives(stage.product(), "9000", 20);
    snapshots::is_noticed(page, stage.product(), "9000").await;
    open_export(page, SAMPLE_EXPORT).await;
    page.sees("Will not run by itself").await;
    page.sees("Everything is paused").await;
    let text = page.text().await;
    assert!(!text.contains("The run under way") && !text.contains("New data,"), "no run: {text}");
    assert_eq!(account.requests("imports"), imports);
    page.offers("Run").await;
}

async fn afterwards_it_does(stage: &Stage, page: &Page) {
    open_schedule(page).await;
    page.click("End the pause").await;
    page.sees("The pause has ended. What would have started meanwhile is not made up for.").await;
    page.sees("As scheduled").await;
    snapshots::arrives(stage.product(), "9001", 30);
    open_export(page, SAMPLE_EXPORT).await;
    page.sees_in_time("New data,").await;
    let text = page.text().await;
    assert!(!text.contains("Will not run by itself"), "{text}");
}

async fn switched_off(page: &Page) {
    open_schedule(page).await;
    page.choose("How often", "Off").await;
    page.untick(NEW_DATA).await;
    page.click("Save").await;
    page.sees("Saved.").await;
    page.sees("Nothing runs").await;
    open_export(page, SAMPLE_EXPORT).await;
    page.sees("Will not run by itself").await;
    page.sees("It runs with the system refresh, which is off, and new snapshots start no exports either")
        .await;
    page.look_over("export-not-by-itself").await;
}
