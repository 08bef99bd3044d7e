//! The whole story of an administrator: a second connection, an export to it, its run from the first request to the
//! report of rejected rows, and the end of both.

use console_tests::{Before, Page, Role, Script, story};

use crate::steps::{begin_export, checks, connect, new_list};

const CONNECTION: &str = "Loyalty programme to Constant Contact EU";
const EXPORT: &str = "Loyal customers";

/// Long enough for a page to renew itself while an import is settled, short enough to wait for.
const SLOW: [&str; 2] = ["--switch", "activity_seconds=8"];

#[test]
fn an_administrator_connects_exports_watches_downloads_detaches_and_removes() {
    story("whole-story", Before::AnExport, &SLOW, async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        nothing_without_consent(&page).await;
        connect(&page, "To be named", "Administrators").await;
        named_and_shared(&page).await;
        hints_are_those_people_know(&page).await;
        begin_export(&page, EXPORT, Some(CONNECTION), &["loyalty-members", "web-shop-customers"]).await;
        matching_can_be_changed(&page).await;
        new_list(&page, "Loyal customers of the web shop").await;
        page.click("Save").await;
        page.arrives(EXPORT).await;
        page.sees("Saved. It was not run.").await;
        page.sees("Never run").await;
        watched_to_its_end(&page).await;
        rejected_rows_can_be_downloaded(&page).await;
        detached_and_removed(&page).await;
    });
}

async fn nothing_without_consent(page: &Page) {
    page.within("Admin").click("Connections").await;
    page.arrives("Connections").await;
    assert_eq!(page.path().await, "/connections");
    page.click("Add connection").await;
    page.fill("Display name", CONNECTION).await;
    page.sees("Name its purpose and its target").await;
    page.sees("personal data").await;
    page.click("Connect").await;
    page.arrives("Add connection").await;
    page.within("Admin").click("Connections").await;
    page.arrives("Connections").await;
    assert!(!page.text().await.contains(CONNECTION), "there is no connection without consent");
}

/// The name can change later, and so can who uses it.
async fn named_and_shared(page: &Page) {
    page.click("Edit").await;
    page.fill("Display name", CONNECTION).await;
    page.choose("Who can use this connection", "Administrators and contributors").await;
    page.click("Save").await;
    page.arrives(CONNECTION).await;
    page.sees("Saved.").await;
    page.sees("Administrators and contributors").await;
    assert_eq!(checks(page).await, ["Done", "Done"]);
    page.click("Test connection").await;
    page.sees("Constant Contact answered in").await;
}

async fn hints_are_those_people_know(page: &Page) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    page.click("Add destination").await;
    page.select("Connection for export", &format!("{CONNECTION} (Constant Contact)")).await;
    page.choose("Segments to export", "loyalty-members").await;
    page.click("Continue").await;
    page.sees("Constant Contact List ID").await;
    page.sees("It is in the list's URL.").await;
    page.choose("Constant Contact List ID", "By its id or address").await;
    page.asks_for("Id or URL of the list").await;
    page.click("Cancel").await;
    page.arrives("Exports").await;
}

/// Proposed from the names of the columns; attributes come and go.
async fn matching_can_be_changed(page: &Page) {
    page.asks_for("Email").await;
    assert_eq!(proposed(page).await, ["First name", "Last name"]);
    page.click("Add attribute").await;
    page.within("New attribute").select("Field at Constant Contact", "Job title").await;
    page.within("New attribute").select("Filled from", "The same text for everybody").await;
    page.within("New attribute").fill("Text for everybody, if it is the same", "Customer").await;
    page.click("Add attribute").await;
    page.until("the attribute is one of three and a new one", async || {
        let now = proposed(page).await;
        if now == ["First name", "Last name", "Job title", "New attribute"] {
            Ok(())
        } else {
            Err(format!("{now:?}"))
        }
    })
    .await;
    page.within("New attribute").click("Remove").await;
    page.until("the new attribute is gone", async || {
        let now = proposed(page).await;
        if now == ["First name", "Last name", "Job title"] { Ok(()) } else { Err(format!("{now:?}")) }
    })
    .await;
}

async fn proposed(page: &Page) -> Vec<String> {
    let mut groups = page.texts("fieldset.fields > legend").await;
    // That of the segments.
    groups.retain(|group| group != "Order");
    groups
}

async fn watched_to_its_end(page: &Page) {
    page.click("Run").await;
    page.arrives(EXPORT).await;
    page.sees("New contacts may move the account into a higher price tier").await;
    // In the dialog: it is on top of the page with the same words.
    page.click("Run").await;
    page.arrives("Run").await;
    page.sees("The run was started.").await;
    let loaded = page.loaded_at().await;
    page.sees("Everything is sent. Constant Contact is taking it in.").await;
    page.sees("Requests left today").await;
    page.sees("This run was successful").await;
    assert_eq!(page.loaded_at().await, loaded, "progress is shown without loading the page again");
    page.sees("Every row is in exactly one of these counts.").await;
}

async fn rejected_rows_can_be_downloaded(page: &Page) {
    page.sees("Why rows were rejected").await;
    let counts = page.texts("dl.sum > .rejected > .count").await;
    let rejected: usize = counts[0].split(' ').next().unwrap().replace(',', "").parse().expect("a count");
    assert!(rejected > 0);
    page.click("Download rejected rows").await;
    let report = page.downloaded(".csv").await;
    let mut lines = report.lines();
    let header = lines.next().expect("a header");
    assert!(header.contains("reason") && header.contains("row"), "{header}");
    assert_eq!(lines.count(), rejected, "every rejected row is in the report");
    page.within("Admin").click("Audit log").await;
    page.arrives("Audit log").await;
    page.sees("Ada Amberg, Administrator").await;
    let newest = page.texts("table.data > tbody > tr").await.remove(0);
    assert!(
        newest.contains(EXPORT) && newest.contains("Report downloaded"),
        "the download is on record: {newest}"
    );
}

async fn detached_and_removed(page: &Page) {
    page.within("Admin").click("Connections").await;
    page.click(CONNECTION).await;
    page.arrives(CONNECTION).await;
    page.click("Remove").await;
    page.sees("This connection is in use").await;
    page.tick(&format!("Choose {EXPORT}")).await;
    page.click("Detach chosen").await;
    page.sees(&format!("Detached: {EXPORT}.")).await;
    page.arrives(&format!("Remove the connection {CONNECTION}?")).await;
    page.click("Remove connection").await;
    page.sees("The connection was removed and its tokens were deleted.").await;
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    page.click(EXPORT).await;
    page.arrives(EXPORT).await;
    page.sees("No connection").await;
    assert!(!page.has("Run").await, "nothing runs without a connection");
    page.click(&format!("Actions for {EXPORT}")).await;
    page.click("Remove").await;
    page.sees("Contacts at Constant Contact stay as they are").await;
    page.click("Remove export").await;
    page.sees(&format!("The export {EXPORT} was removed.")).await;
    assert!(!page.has(EXPORT).await);
}
