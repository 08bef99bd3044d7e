//! A browser that runs no scripts: everything works but progress that renews itself.

use console_tests::{Before, Role, Script, story};

use crate::steps::{begin_export, connect, new_list};

#[test]
fn connecting_and_exporting_work_without_javascript() {
    story("without-script", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Blocked).await;
        page.sign_in(Role::Administrator).await;
        assert_eq!(page.texts("[data-zone]").await, ["Times are in UTC."], "the page's script does not run");
        connect(&page, "Plain browser", "Administrators").await;
        begin_export(&page, "Plain export", Some("Plain browser"), &["newsletter-readers"]).await;
        new_list(&page, "Plain list").await;
        page.click("Save").await;
        page.arrives("Plain export").await;
        page.click("Run").await;
        page.arrives("Run Plain export?").await;
        page.click("Run").await;
        page.arrives("Run").await;
        page.until("the latest state is that of a successful run", async || {
            if page.text().await.contains("This run was successful") {
                return Ok(());
            }
            page.click("Show the latest state").await;
            Err(page.text().await)
        })
        .await;
        page.click("Download rejected rows").await;
        assert!(page.downloaded(".csv").await.lines().count() > 1);
        page.within("Data").click("Exports").await;
        page.arrives("Exports").await;
        page.click("Actions for Plain export").await;
        page.within("Plain export").click("Remove").await;
        page.arrives("Remove the export Plain export?").await;
        page.click("Remove export").await;
        page.sees("The export Plain export was removed.").await;
    });
}
