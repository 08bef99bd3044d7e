//! The safety brake: a run that would add far too many stops, and goes on once somebody who may has approved it.

use console_tests::{Before, Page, Role, Script, Stage, story};

use crate::snapshots;
use crate::steps::{SAMPLE_EXPORT, is_refused, open_export};

/// More than half of the sample.
const NEWCOMERS: u32 = 4_000;

#[test]
fn what_the_brake_stopped_runs_after_approval() {
    story("approving", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        let (members, imports) = (account.members(SAMPLE_EXPORT), account.requests("imports"));
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Contributor).await;
        snapshots::arrives(stage.product(), "9000", NEWCOMERS);
        open_export(&page, SAMPLE_EXPORT).await;
        page.sees_in_time("The latest run was skipped").await;
        page.sees("nothing was sent. If that is right, approve and run.").await;
        page.offers("Approve and run").await;
        page.look_over("export-braked").await;
        let question = page.addresses("/approve").await.remove(0);
        let run = question.strip_suffix("/approve").expect("the question of a run").to_owned();
        page.within("Data").click("Exports").await;
        page.arrives("Exports").await;
        page.within(SAMPLE_EXPORT).click("Why").await;
        page.sees("The run would add 4,000 people").await;
        a_viewer_approves_nothing(stage, &run).await;
        assert_eq!(account.requests("imports"), imports, "nothing was sent so far");
        page.open(&run).await;
        page.sees("This run was skipped").await;
        page.look_over("run-braked").await;
        page.click("Approve and run").await;
        page.sees("New contacts may move the account into a higher price tier").await;
        page.look_over("run-approve-dialog").await;
        page.click("Approve and run").await;
        page.sees("Approved. Exactly this plan runs now.").await;
        page.sees("This run was successful").await;
        page.sees("Approved plan").await;
        assert_eq!(account.members(SAMPLE_EXPORT), members + u64::from(NEWCOMERS));
        page.offers("the run that was stopped").await;
        approving_again_runs_nothing(&page, &run).await;
        assert_eq!(account.requests("imports"), imports + 1, "it was sent once");
    });
}

async fn approving_again_runs_nothing(page: &Page, run: &str) {
    let approved = page.path().await;
    // Done again by a second click, another tab or somebody else.
    let (status, heading) = page.forge(&format!("{run}/approve"), &[]).await;
    assert_eq!(status, 0, "it leads to the run that there is: {heading}");
    page.open(&approved).await;
    page.sees("This plan was approved before; this is its run.").await;
    open_export(page, SAMPLE_EXPORT).await;
    assert!(!page.text().await.contains("The run under way"), "no further run");
    assert_eq!(page.addresses("/runs/").await.remove(0), approved, "the newest run is still the same");
}

async fn a_viewer_approves_nothing(stage: &Stage, run: &str) {
    let viewer = stage.browser(Script::Runs).await;
    viewer.sign_in(Role::Viewer).await;
    open_export(&viewer, SAMPLE_EXPORT).await;
    viewer.sees("The latest run was skipped").await;
    shows_no_approval(&viewer).await;
    viewer.open(run).await;
    viewer.sees("This run was skipped").await;
    shows_no_approval(&viewer).await;
    is_refused(&viewer, &format!("{run}/approve"), &[]).await;
}

async fn shows_no_approval(page: &Page) {
    assert!(!page.has("Approve and run").await, "a viewer approves nothing");
}
