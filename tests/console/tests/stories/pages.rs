//! Every page, in light and dark, wide and narrow: usable by everybody as far as axe-core can tell, and nowhere wider than
//! its window.

use console_tests::{Before, Page, Role, Script, story};

use crate::steps::{begin_export, connect, new_list};

const CONNECTION: &str = "A second connection with quite a long name, for the EU";
const EXPORT: &str =
    "An export with a name that is long enough to be broken into several lines on a telephone";

#[test]
fn every_page_of_an_administrator_is_accessible_and_fits_its_window() {
    // So slow that a run is still under way when its page was looked over.
    let slow = ["--switch", "activity_seconds=20"];
    story("pages", Before::AnExport, &slow, async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        connections(&page).await;
        exports(&page).await;
        a_run(&page).await;
        segments(&page).await;
        for (path, name) in [
            ("/schedule", "refresh-schedule"),
            ("/audit", "audit-log"),
            ("/set-up", "set-up"),
            ("/no-such-page", "no-such-page"),
        ] {
            page.open(path).await;
            page.look_over(name).await;
        }
    });
}

#[test]
fn every_page_of_other_people_is_accessible_and_fits_its_window() {
    story("pages-of-others", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.open("/").await;
        page.sees("Sign in as Viewer").await;
        page.look_over("sign-in").await;
        for role in [Role::Viewer, Role::Contributor] {
            page.sign_in(role).await;
            for place in [
                "exports",
                "exports/new",
                "connections",
                "segments",
                "segments/newsletter-readers",
                "schedule",
            ] {
                page.open(&format!("/{place}")).await;
                page.look_over(&format!("{role:?}-{}", place.replace('/', "-")).to_lowercase()).await;
            }
            page.open("/exports").await;
            page.click("Sample export").await;
            page.arrives("Sample export").await;
            page.look_over(&format!("{role:?}-export").to_lowercase()).await;
            page.click("Sign out").await;
            page.sees("You have signed out of this product.").await;
        }
        page.look_over("signed-out").await;
    });
}

async fn connections(page: &Page) {
    page.open("/connections/new").await;
    page.look_over("connection-new").await;
    page.open("/connections").await;
    page.look_over("connections").await;
    connect(page, CONNECTION, "Administrators").await;
    page.look_over("connection").await;
    let here = page.path().await;
    for below in ["edit", "calls", "export-user", "remove", "detach-and-remove"] {
        page.open(&format!("{here}/{below}")).await;
        page.look_over(&format!("connection-{below}")).await;
    }
    page.open("/connections").await;
    page.click("Sample account").await;
    page.click("Remove").await;
    page.sees("This connection is in use").await;
    page.look_over("connection-in-use").await;
}

async fn exports(page: &Page) {
    page.open("/exports/new").await;
    page.look_over("export-new").await;
    begin_export(page, EXPORT, Some(CONNECTION), &["newsletter-readers", "loyalty-members"]).await;
    page.click("Add attribute").await;
    page.sees("New attribute").await;
    page.look_over("export-form").await;
    page.click("Save").await;
    page.sees("Please check").await;
    page.look_over("export-form-with-problems").await;
    page.within("New attribute").click("Remove").await;
    new_list(page, "A list").await;
    page.choose("When it runs", "On its own schedule").await;
    page.choose("How often, on its own schedule", "Monthly on chosen days").await;
    page.look_over("export-form-with-schedule").await;
    page.choose("When it runs", "With every system refresh").await;
    page.click("Save and run").await;
    page.arrives(&format!("Save and run {EXPORT}?")).await;
    page.look_over("export-save-and-run").await;
    page.click("Save without running").await;
    page.sees("Saved. It was not run.").await;
    page.look_over("export-never-run").await;
    let here = page.path().await;
    for below in ["edit", "duplicate", "run", "remove"] {
        page.open(&format!("{here}/{below}")).await;
        page.look_over(&format!("export-{below}")).await;
    }
    page.open(&here).await;
    page.click("Run").await;
    page.sees("New contacts may move the account into a higher price tier").await;
    page.look_over("export-run-dialog").await;
    page.click("Run").await;
    page.arrives("Run").await;
    page.sees("Requests used").await;
    page.look_over("run-under-way").await;
}

async fn a_run(page: &Page) {
    let run = page.path().await;
    page.sees("This run was successful").await;
    page.look_over("run").await;
    let export = run.split_once("/runs/").expect("a run's address").0;
    page.open(export).await;
    page.look_over("export").await;
    let id = export.rsplit_once('/').expect("an export's address").1;
    for (path, name) in [
        ("/exports".to_owned(), "exports"),
        ("/exports?search=nothing+of+this+name".to_owned(), "exports-nothing-fits"),
        ("/exports/run-all".to_owned(), "exports-run-all"),
        (format!("/exports/schedules?export={id}"), "export-schedule"),
    ] {
        page.open(&path).await;
        page.look_over(name).await;
    }
}

async fn segments(page: &Page) {
    page.open("/segments").await;
    page.look_over("segments").await;
    page.click("newsletter-readers").await;
    page.arrives("newsletter-readers").await;
    page.look_over("segment").await;
}
