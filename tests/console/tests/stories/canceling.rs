//! Canceling a run under way: by who may edit the export, after a question; what was accepted is settled first. Followed
//! with the page's script and without it.

use console_tests::{Before, Page, Role, Script, Stage, story};
use serde_json::json;

use crate::steps::{SAMPLE_EXPORT, is_refused, open_export, run, run_fully};

#[test]
fn a_run_is_canceled_once_what_was_accepted_has_settled() {
    story("canceling", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        // Canceled before it is done, however slow the machine.
        account.change("switches", &json!({ "activity_seconds": 20 }));
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Contributor).await;
        open_export(&page, SAMPLE_EXPORT).await;
        run_fully(&page, SAMPLE_EXPORT).await;
        page.sees("Everything is sent. Constant Contact is taking it in.").await;
        let path = page.path().await;
        let viewer = viewer_cancels_nothing(stage, &path).await;
        let before = viewer.text().await;
        page.click("Cancel this run").await;
        page.sees("Cancel this run?").await;
        page.sees("What Constant Contact has accepted already cannot be taken back").await;
        page.offers("Keep it running").await;
        page.click("Cancel this run").await;
        page.sees("The run is being canceled.").await;
        page.sees("Cancelling").await;
        assert!(!page.has("Cancel this run").await, "once is enough");
        page.look_over("run-cancelling").await;
        let loaded = page.loaded_at().await;
        page.sees("This run was canceled").await;
        assert_eq!(page.loaded_at().await, loaded, "the page has renewed itself");
        page.look_over("run-canceled").await;
        assert_eq!(viewer.text().await, before, "without its script a page stays as it is");
        viewer.click("Show the latest state").await;
        viewer.sees("This run was canceled").await;
        assert!(!viewer.has("Show the latest state").await, "nothing changes any more");
        let imports = account.requests("imports");
        open_export(&page, SAMPLE_EXPORT).await;
        page.sees("Canceled").await;
        run(&page, SAMPLE_EXPORT).await;
        page.sees("This run was successful").await;
        page.sees("Nothing is new or changed since the last export.").await;
        assert_eq!(account.requests("imports"), imports, "what was accepted is known");
    });
}

/// The page of the run for somebody who may only look, in a browser without script.
async fn viewer_cancels_nothing(stage: &Stage, run: &str) -> std::rc::Rc<Page> {
    let viewer = stage.browser(Script::Blocked).await;
    viewer.sign_in(Role::Viewer).await;
    viewer.open(run).await;
    viewer.sees("Processing").await;
    viewer.offers("Show the latest state").await;
    assert!(!viewer.has("Cancel this run").await);
    is_refused(&viewer, &format!("{run}/cancel"), &[]).await;
    viewer.open(run).await;
    assert!(!viewer.text().await.contains("Cancelling"), "nobody has canceled it");
    viewer
}
