//! Detaching and removing several exports of a connection at once; a detached export waits for a connection, whatever
//! happens meanwhile.

use console_tests::{Before, Page, Role, Script, Stage, story};

use crate::snapshots;
use crate::steps::{
    SAMPLE_CONNECTION, SAMPLE_EXPORT, duplicate, is_refused, open_connection, open_export, run,
};

const FIRST: &str = "First copy";
const SECOND: &str = "Second copy";
const NEWCOMERS: u32 = 40;

#[test]
fn detached_exports_wait_for_a_connection_and_go_on_with_it() {
    story("detaching", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        duplicate(&page, SAMPLE_EXPORT, FIRST).await;
        duplicate(&page, SAMPLE_EXPORT, SECOND).await;
        open_connection(&page, SAMPLE_CONNECTION).await;
        let connection = page.path().await;
        others_detach_nothing(stage, &connection).await;
        two_are_detached_and_one_is_removed(&page).await;
        does_not_run(stage, &page).await;
        runs_with_a_connection(stage, &page).await;
    });
}

async fn others_detach_nothing(stage: &Stage, connection: &str) {
    let other = stage.browser(Script::Runs).await;
    for role in [Role::Contributor, Role::Viewer] {
        other.sign_in(role).await;
        let detach = [("action", "detach"), ("export", "export")];
        is_refused(&other, &format!("{connection}/exports"), &detach).await;
        for below in ["remove", "detach-and-remove"] {
            is_refused(&other, &format!("{connection}/{below}"), &[]).await;
            other.open(&format!("{connection}/{below}")).await;
            other.arrives("You may not do this").await;
        }
        other.click("Sign out").await;
        other.sees("You have signed out of this product.").await;
    }
}

async fn two_are_detached_and_one_is_removed(page: &Page) {
    page.click("Remove").await;
    page.sees("This connection is in use").await;
    for export in [SAMPLE_EXPORT, FIRST, SECOND] {
        page.offers(export).await;
    }
    page.click("Detach chosen").await;
    page.sees("Choose one or more exports first.").await;
    page.tick(&format!("Choose {SAMPLE_EXPORT}")).await;
    page.tick(&format!("Choose {FIRST}")).await;
    page.click("Detach chosen").await;
    page.sees("Detached: ").await;
    assert!(page.has(SECOND).await && !page.has(FIRST).await && !page.has(SAMPLE_EXPORT).await);
    page.tick(&format!("Choose {SECOND}")).await;
    page.click("Remove chosen").await;
    page.arrives("Remove this export?").await;
    page.sees("Contacts at Constant Contact stay as they are.").await;
    page.look_over("connection-remove-exports").await;
    page.click("Remove export").await;
    page.sees(&format!("Removed: {SECOND}.")).await;
    page.arrives(&format!("Remove the connection {SAMPLE_CONNECTION}?")).await;
    page.click("Cancel").await;
    page.arrives(SAMPLE_CONNECTION).await;
    page.sees("No export uses this connection.").await;
}

async fn does_not_run(stage: &Stage, page: &Page) {
    let account = stage.product().account();
    let requests = account.requests("total");
    open_export(page, SAMPLE_EXPORT).await;
    page.sees("does not run until it is given a connection again").await;
    page.sees("Will not run by itself").await;
    page.sees("It has no connection").await;
    page.look_over("export-detached").await;
    assert!(!page.has("Run").await, "nothing runs without a connection");
    let here = page.path().await;
    let (status, heading) = page.forge(&format!("{here}/runs"), &[]).await;
    assert_eq!((status, heading.as_str()), (409, "This was not done"));
    snapshots::arrives(stage.product(), "9000", NEWCOMERS);
    snapshots::is_noticed(page, stage.product(), "9000").await;
    page.open(&here).await;
    page.arrives(SAMPLE_EXPORT).await;
    let text = page.text().await;
    assert!(!text.contains("The run under way") && !text.contains("New data,"), "no run: {text}");
    page.open("/exports").await;
    page.arrives("Exports").await;
    page.click("Run all").await;
    page.sees("Run all exports?").await;
    page.click("Run all").await;
    page.sees("No export was started.").await;
    assert_eq!(account.requests("total"), requests, "nothing was asked of the account");
}

async fn runs_with_a_connection(stage: &Stage, page: &Page) {
    let account = stage.product().account();
    let members = account.members(SAMPLE_EXPORT);
    open_export(page, SAMPLE_EXPORT).await;
    page.click("Edit").await;
    page.arrives("Edit export").await;
    page.select("Connection for export", &format!("{SAMPLE_CONNECTION} (Constant Contact)")).await;
    if !page.has_field("Email").await {
        page.click("Continue").await;
        page.asks_for("Email").await;
    }
    page.choose("Constant Contact List ID", "One of the account's lists").await;
    page.select("List", &format!("{SAMPLE_EXPORT}…")).await;
    page.click("Save").await;
    page.arrives(SAMPLE_EXPORT).await;
    page.sees("Saved. It was not run.").await;
    assert!(!page.text().await.contains("No connection"), "it has one");
    run(page, SAMPLE_EXPORT).await;
    page.sees("This run was successful").await;
    assert_eq!(account.members(SAMPLE_EXPORT), members + u64::from(NEWCOMERS), "nobody was lost meanwhile");
}
