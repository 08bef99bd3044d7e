//! *Detach all and remove* while runs wait: they end, and the account is not asked for anything any more.

use console_tests::{Account, Before, Page, Role, Script, story};
use serde_json::json;

use crate::steps::{
    SAMPLE_CONNECTION, SAMPLE_EXPORT, duplicate, open_connection, open_export, run, run_fully,
};

const SECOND: &str = "Second in the row";

#[test]
fn a_connection_ends_during_runs_and_nothing_is_asked_of_the_account_afterwards() {
    story("ending", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        duplicate(&page, SAMPLE_EXPORT, SECOND).await;
        let first = waits_for_quota(&page, &account).await;
        let second = waits_for_the_first(&page).await;
        let asked = || (account.requests("total"), account.requests("tokens"));
        everything_is_detached(&page).await;
        let before = asked();
        account.change("limits", &json!({ "requests_per_day": 10_000 }));
        page.click("Detach all and remove").await;
        page.sees("The connection was removed and its tokens were deleted.").await;
        page.sees("Runs that were stopped: 2.").await;
        page.arrives("Connections").await;
        assert!(!page.has(SAMPLE_CONNECTION).await);
        for run in [&first, &second] {
            has_ended(&page, run).await;
        }
        for export in [SAMPLE_EXPORT, SECOND] {
            open_export(&page, export).await;
            page.sees("No connection").await;
            assert!(!page.has("Run").await, "nothing runs without a connection");
        }
        assert_eq!(asked(), before, "nothing was asked of the account afterwards");
    });
}

/// A run that has sent everything and may not ask what became of it. Answers its path.
async fn waits_for_quota(page: &Page, account: &Account) -> String {
    // Much longer than this story.
    account.change("switches", &json!({ "activity_seconds": 3600 }));
    open_export(page, SAMPLE_EXPORT).await;
    run_fully(page, SAMPLE_EXPORT).await;
    page.sees("Everything is sent. Constant Contact is taking it in.").await;
    account.change("limits", &json!({ "requests_per_day": 0 }));
    page.sees("Constant Contact takes no more requests for now; the run goes on by itself.").await;
    page.look_over("run-waits-for-quota").await;
    page.click("Cancel this run").await;
    page.sees("Cancel this run?").await;
    page.look_over("run-cancel-dialog").await;
    page.click("Keep it running").await;
    page.path().await
}

/// A run that has not begun. Answers its path.
async fn waits_for_the_first(page: &Page) -> String {
    open_export(page, SECOND).await;
    run(page, SECOND).await;
    page.sees("Waits until another export that writes to the same list has ended.").await;
    page.look_over("run-waits-for-another").await;
    let path = page.path().await;
    open_export(page, SECOND).await;
    page.sees("The run under way").await;
    page.look_over("export-with-a-run").await;
    page.open("/exports").await;
    page.look_over("exports-with-runs").await;
    path
}

/// Up to the question.
async fn everything_is_detached(page: &Page) {
    open_connection(page, SAMPLE_CONNECTION).await;
    page.click(&format!("Actions for {SAMPLE_CONNECTION}")).await;
    page.click("Detach all and remove").await;
    page.arrives(&format!("Detach all exports and remove {SAMPLE_CONNECTION}?")).await;
    page.sees("stop before their next request").await;
    for export in [SAMPLE_EXPORT, SECOND] {
        page.sees(export).await;
    }
    page.look_over("connection-detach-exports-and-remove").await;
}

async fn has_ended(page: &Page, run: &str) {
    page.open(run).await;
    page.until("the run has ended", async || {
        let text = page.text().await;
        let ended = ["This run was canceled", "This run was skipped"];
        if ended.iter().any(|words| text.contains(words)) { Ok(()) } else { Err(text) }
    })
    .await;
}
