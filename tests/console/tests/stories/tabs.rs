//! Two tabs that change the same thing: the second is told of the first, keeps what was entered, and overwrites nothing that
//! nobody has seen.

use console_tests::{Before, Page, Role, Script, Tab, story};

use crate::steps::{SAMPLE_CONNECTION, SAMPLE_EXPORT};

const THEIRS: &str = "Renamed in the other tab";
const MINE: &str = "Renamed in this tab";
const CHANGED: &str = "Somebody else has changed this meanwhile";

#[test]
fn a_save_that_comes_too_late_loses_nothing() {
    story("tabs", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        let (first, second) = (page.tab().await, page.open_tab().await);
        export(&page, &first, &second).await;
        connection(&page, &first, &second).await;
        schedule(&page, &first, &second).await;
    });
}

async fn export(page: &Page, first: &Tab, second: &Tab) {
    for tab in [first, second] {
        page.go_to(tab).await;
        page.open("/exports").await;
        page.within(SAMPLE_EXPORT).click(&format!("Actions for {SAMPLE_EXPORT}")).await;
        page.within(SAMPLE_EXPORT).click("Edit").await;
        page.arrives("Edit export").await;
    }
    page.fill("Display name", THEIRS).await;
    page.click("Save").await;
    page.arrives(THEIRS).await;
    let saved = page.path().await;
    page.go_to(first).await;
    page.fill("Display name", MINE).await;
    page.choose("When it runs", "Off").await;
    page.click("Save").await;
    page.sees("Somebody else has saved this export meanwhile, so yours was not saved.").await;
    page.sees("What is stored now").await;
    page.sees("Below it stands what you entered.").await;
    assert_eq!(page.value("Display name").await, MINE, "what was entered is not lost");
    page.look_over("export-form-stale").await;
    page.go_to(second).await;
    page.open(&saved).await;
    page.arrives(THEIRS).await;
    page.sees("With every system refresh").await;
    page.go_to(first).await;
    page.click("Save").await;
    page.arrives(MINE).await;
    page.sees("Off: only when somebody chooses Run").await;
}

async fn connection(page: &Page, first: &Tab, second: &Tab) {
    for tab in [first, second] {
        page.go_to(tab).await;
        page.open("/connections").await;
        page.click(SAMPLE_CONNECTION).await;
        page.arrives(SAMPLE_CONNECTION).await;
        page.click("Edit").await;
        page.arrives("Edit connection").await;
    }
    page.fill("Display name", THEIRS).await;
    page.click("Save").await;
    page.arrives(THEIRS).await;
    page.go_to(first).await;
    page.fill("Display name", MINE).await;
    for _ in 0..2 {
        page.click("Save").await;
        page.sees(CHANGED).await;
        assert_eq!(page.value("Display name").await, MINE, "what was entered is not lost");
    }
    page.look_over("connection-form-stale").await;
    page.open("/connections").await;
    page.offers(THEIRS).await;
    assert!(!page.has(MINE).await, "nothing was overwritten");
}

async fn schedule(page: &Page, first: &Tab, second: &Tab) {
    for tab in [first, second] {
        page.go_to(tab).await;
        page.open("/schedule").await;
        page.arrives("Refresh schedule").await;
    }
    page.untick("Also run exports as soon as new data of their segments is complete").await;
    page.click("Save").await;
    page.sees("Saved.").await;
    page.sees("Nothing runs").await;
    page.go_to(first).await;
    page.click("Save").await;
    page.sees(CHANGED).await;
    page.sees("Nothing runs").await;
    page.look_over("schedule-stale").await;
}
