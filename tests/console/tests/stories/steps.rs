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
