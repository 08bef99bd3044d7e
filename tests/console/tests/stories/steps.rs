//! What several stories do: connecting an account, creating an export. In the words that administrators know; each label
//! and each place is looked for to the letter.

use console_tests::Page;

/// Admin > Connections > Add connection, to both green checks.
pub(crate) async fn connect(page: &Page, name: &str, who: &str) {
    page.within("Admin").click("Connections").await;
    page.click("Add connection").await;
    page.arrives("Add connection").await;
    page.fill("Display name", name).await;
    if who != "Administrators" {
        page.choose("Who can use this connection", who).await;
    }
    page.tick("I agree").await;
    page.click("Connect").await;
    page.arrives(name).await;
    assert_eq!(checks(page).await, ["1 To do", "2 To do"]);
    page.click("Authenticate with Constant Contact").await;
    page.click("Allow").await;
    page.arrives(name).await;
    assert_eq!(checks(page).await, ["Done", "2 To do"]);
    page.click("Add yourself as export user").await;
    page.arrives(&format!("Add yourself as export user of {name}?")).await;
    page.click("Add yourself as export user").await;
    page.arrives(name).await;
    assert_eq!(checks(page).await, ["Done", "Done"]);
    page.sees("Connected").await;
}

/// The marks of the two steps: a number and *To do*, or a green check and *Done*.
pub(crate) async fn checks(page: &Page) -> Vec<String> {
    let steps = page.texts(".checklist > li").await;
    let titles = ["Authenticate with Constant Contact", "Add yourself as export user"];
    let green = page.texts(".checklist > li.done .checklist-mark").await.len();
    let checks: Vec<String> = steps
        .iter()
        .zip(titles)
        .map(|(step, title)| {
            let (before, after) =
                step.split_once(title).unwrap_or_else(|| panic!("{title:?} lacks in {step:?}"));
            let state = if after.trim_start().starts_with("Done") { "Done" } else { "To do" };
            format!("{before}{state}").trim().to_owned()
        })
        .collect();
    assert_eq!(green, checks.iter().filter(|check| *check == "Done").count(), "{steps:?}");
    checks
}

/// Data > Exports > Add destination, up to the form that has everything but the list.
pub(crate) async fn begin_export(page: &Page, name: &str, connection: Option<&str>, segments: &[&str]) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    page.click("Add destination").await;
    page.arrives("New export").await;
    page.fill("Display name", name).await;
    if let Some(connection) = connection {
        page.select("Connection for export", &format!("{connection} (Constant Contact)")).await;
    }
    for segment in segments {
        page.choose("Segments to export", segment).await;
    }
    page.click("Continue").await;
    page.sees("Data matching").await;
}

/// Sends to a list that is created with the export.
pub(crate) async fn new_list(page: &Page, list: &str) {
    page.choose("Constant Contact List ID", "A new list").await;
    page.fill("Name of the new list", list).await;
}

/// What the program has made for its sample.
pub(crate) const SAMPLE_CONNECTION: &str = "Sample account";
pub(crate) const SAMPLE_EXPORT: &str = "Sample export";

/// Data > Exports, and there the export.
pub(crate) async fn open_export(page: &Page, name: &str) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    page.click(name).await;
    page.arrives(name).await;
}

/// Admin > Connections, and there the connection.
pub(crate) async fn open_connection(page: &Page, name: &str) {
    page.within("Admin").click("Connections").await;
    page.arrives("Connections").await;
    page.click(name).await;
    page.arrives(name).await;
}

/// From the page of an export: an action of its menu.
pub(crate) async fn choose_action(page: &Page, export: &str, action: &str) {
    page.click(&format!("Actions for {export}")).await;
    page.click(action).await;
}

/// From the page of an export: everybody is sent again.
pub(crate) async fn run_fully(page: &Page, export: &str) {
    choose_action(page, export, "Full run").await;
    page.sees("Everybody in the segments is sent again").await;
    page.click("Full run").await;
    page.arrives("Run").await;
}

/// From the page of an export: new and changed people are sent.
pub(crate) async fn run(page: &Page, export: &str) {
    page.click("Run").await;
    page.sees(&format!("Run {export}?")).await;
    page.click("Run").await;
    page.arrives("Run").await;
}

/// *Create duplicate* of an export, saved under another name.
pub(crate) async fn duplicate(page: &Page, export: &str, name: &str) {
    open_export(page, export).await;
    choose_action(page, export, "Create duplicate").await;
    page.arrives("New export").await;
    page.fill("Display name", name).await;
    page.click("Save").await;
    page.arrives(name).await;
    page.sees("Saved. It was not run.").await;
}

/// Whoever uses the page may not do this, although no button asks for it.
pub(crate) async fn is_refused(page: &Page, path: &str, fields: &[(&str, &str)]) {
    let answer = page.forge(path, fields).await;
    assert_eq!(answer, (403, "You may not do this".to_owned()), "{path} {fields:?}");
}

/// The row of an export in the list that the page shows.
pub(crate) async fn row_of(page: &Page, export: &str) -> String {
    let rows = page.texts("table.data > tbody > tr").await;
    // Before the name there may be the box that chooses the row.
    let names = [format!("{export} "), format!("Choose {export} {export} ")];
    let row = rows.iter().find(|row| names.iter().any(|name| row.starts_with(name.as_str())));
    row.unwrap_or_else(|| panic!("{export} lacks in {rows:?}")).clone()
}
