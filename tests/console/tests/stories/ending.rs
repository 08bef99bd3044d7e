//! *Detach all and remove* while runs wait: they end, and the account is not asked for anything any more.

use console_tests::{Before, Role, Script, story};
use serde_json::json;

use crate::steps::{
    SAMPLE_CONNECTION, SAMPLE_EXPORT, duplicate, open_connection, open_export, run, run_fully,
};

const WAITING: &str = "Second in the row";

#[test]
fn a_connection_ends_during_runs_and_nothing_is_asked_of_the_account_afterwards() {
    story("ending", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        duplicate(&page, SAMPLE_EXPORT, WAITING).await;
        // Much longer than this story.
        account.change("switches", &json!({ "activity_seconds": 3600 }));
        open_export(&page, SAMPLE_EXPORT).await;
        run_fully(&page, SAMPLE_EXPORT).await;
        page.sees("Everything is sent. Constant Contact is taking it in.").await;
        account.change("limits", &json!({ "requests_per_day": 0 }));
        page.sees("Constant Contact takes no more requests for now; the run goes on by itself.").await;
        page.look_over("run-waits-for-quota").await;
        let first = page.path().await;
        open_export(&page, WAITING).await;
        run(&page, WAITING).await;
        page.sees("Waits until another export that writes to the same list has ended.").await;
        let second = page.path().await;
        open_connection(&page, SAMPLE_CONNECTION).await;
        page.click(&format!("Actions for {SAMPLE_CONNECTION}")).await;
        page.click("Detach all and remove").await;
        page.arrives(&format!("Detach all exports and remove {SAMPLE_CONNECTION}?")).await;
        page.sees("stop before their next request").await;
        for export in [SAMPLE_EXPORT, WAITING] {
            page.sees(export).await;
        }
        let asked = || (account.requests("total"), account.requests("tokens"));
        let before = asked();
        account.change("limits", &json!({ "requests_per_day": 10_000 }));
        page.click("Detach all and remove").await;
        page.sees("The connection was removed and its tokens were deleted.").await;
        page.sees("Runs that were stopped: 2.").await;
        page.arrives("Connections").await;
        assert!(!page.has(SAMPLE_CONNECTION).await);
        for run in [&first, &second] {
            page.open(run).await;
            page.until("the run has ended", async || {
                let text = page.text().await;
                let ended = ["This run was canceled", "This run was skipped"];
                if ended.iter().any(|words| text.contains(words)) { Ok(()) } else { Err(text) }
            })
            .await;
        }
        for export in [SAMPLE_EXPORT, WAITING] {
            open_export(&page, export).await;
            page.sees("No connection").await;
            assert!(!page.has("Run").await, "nothing runs without a connection");
        }
        assert_eq!(asked(), before, "nothing was asked of the account afterwards");
    });
}
