//! What contributors and viewers see and can do: a shared connection by its name, every export, people's rows only where
//! they may edit.

use console_tests::{Before, Page, Role, Script, story};

use crate::steps::{begin_export, connect, new_list};

const SHARED: &str = "Shared newsletter account";
const EXPORT: &str = "Readers by the contributor";

/// What the program has made for its sample.
const SAMPLE_CONNECTION: &str = "Sample account";
const SAMPLE_EXPORT: &str = "Sample export";

#[test]
fn contributors_work_with_what_is_shared_and_viewers_change_nothing() {
    story("roles", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        sharing_is_withdrawn(&page).await;
        page.sign_in_instead(Role::Contributor).await;
        no_connection_no_section(&page).await;
        page.sign_in_instead(Role::Administrator).await;
        connect(&page, SHARED, "Administrators and contributors").await;
        let organization = page.texts(".description dd").await.remove(0);
        page.sign_in_instead(Role::Contributor).await;
        only_names_of_shared_connections(&page, &organization).await;
        a_contributor_exports(&page).await;
        let run = page.path().await;
        only_looks_at_others(&page).await;
        page.sign_in_instead(Role::Viewer).await;
        a_viewer_changes_nothing(&page).await;
        a_viewer_sees_no_rows_of_people(&page, &run).await;
    });
}

/// The program shares the sample's connection.
async fn sharing_is_withdrawn(page: &Page) {
    page.within("Admin").click("Connections").await;
    page.click(SAMPLE_CONNECTION).await;
    page.arrives(SAMPLE_CONNECTION).await;
    page.click("Edit").await;
    page.choose("Who can use this connection", "Administrators").await;
    page.click("Save").await;
    page.arrives(SAMPLE_CONNECTION).await;
    page.sees("Saved.").await;
}

async fn no_connection_no_section(page: &Page) {
    page.open("/exports/new").await;
    page.sees("There is no connection that you can use").await;
    page.sees("Ask an administrator").await;
    assert!(!page.has_field("Connection for export").await);
}

async fn only_names_of_shared_connections(page: &Page, organization: &str) {
    assert!(!page.has("Audit log").await, "Admin is for administrators");
    page.open("/connections").await;
    page.arrives("Connections").await;
    assert_eq!(page.texts("table.data > tbody > tr").await, [format!("{SHARED} Constant Contact")]);
    let text = page.text().await;
    assert!(!text.contains(SAMPLE_CONNECTION) && !text.contains(organization), "{text}");
    assert!(!page.has("Add connection").await && !page.has(SHARED).await);
}

async fn a_contributor_exports(page: &Page) {
    begin_export(page, EXPORT, None, &["newsletter-readers"]).await;
    new_list(page, "Readers").await;
    page.click("Save and run").await;
    page.arrives(&format!("Save and run {EXPORT}?")).await;
    page.click("Save and run").await;
    page.sees("This run was successful").await;
    page.click("Download rejected rows").await;
    assert!(page.downloaded(".csv").await.lines().count() > 1);
}

async fn only_looks_at_others(page: &Page) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    assert_eq!(permission(page, EXPORT).await, "Edit");
    assert_eq!(permission(page, SAMPLE_EXPORT).await, "View");
    page.click(SAMPLE_EXPORT).await;
    page.arrives(SAMPLE_EXPORT).await;
    for action in ["Run", "Edit"] {
        assert!(!page.has(action).await, "{action} of an export that is only looked at");
    }
}

async fn a_viewer_changes_nothing(page: &Page) {
    page.within("Data").click("Exports").await;
    page.arrives("Exports").await;
    for action in ["Add destination", "Run all", "Change schedule of the chosen exports"] {
        assert!(!page.has(action).await, "{action} for a viewer");
    }
    for export in [EXPORT, SAMPLE_EXPORT] {
        assert_eq!(permission(page, export).await, "View");
    }
    for forbidden in ["/exports/new", "/exports/run-all", "/connections/new", "/audit", "/set-up"] {
        page.open(forbidden).await;
        page.arrives("You may not do this").await;
        page.sees("ask an administrator").await;
        let forms = page.texts("form[method=post]:not([action='/sign-out'])").await;
        assert!(forms.is_empty(), "{forbidden}: {forms:?}");
    }
    page.open("/connections").await;
    let text = page.text().await;
    assert!(!text.contains(SHARED) && !text.contains(SAMPLE_CONNECTION), "{text}");
}

async fn a_viewer_sees_no_rows_of_people(page: &Page, run: &str) {
    page.open(run).await;
    page.sees("Why rows were rejected").await;
    assert!(!page.has("Download rejected rows").await && !page.has("Download outcome of every row").await);
    page.open(&format!("{run}/rejected.csv")).await;
    page.arrives("You may not do this").await;
    page.within("Data").click("Segments").await;
    page.arrives("Segments").await;
    page.click("newsletter-readers").await;
    page.arrives("newsletter-readers").await;
    page.sees("Rows of people are shown to administrators").await;
    let text = page.text().await;
    assert!(text.contains("CustomerId") && !text.contains("@example"), "columns, and no rows: {text}");
}

/// *Your permissions* of an export in the list.
async fn permission(page: &Page, export: &str) -> String {
    let rows = page.texts("table.data > tbody > tr").await;
    let row = rows
        .iter()
        .position(|row| row.contains(export))
        .unwrap_or_else(|| panic!("{export} lacks in {rows:?}"));
    page.texts("table.data > tbody > tr > td[data-label='Your permissions']").await.remove(row)
}
