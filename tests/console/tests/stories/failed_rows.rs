//! Rows that Constant Contact refuses: found in the files of the run, which are on record, and tried again alone.

use std::fs;

use console_tests::{Before, Page, Role, Script, Stage, story};
use serde_json::json;

use crate::steps::{SAMPLE_EXPORT, is_refused, open_export, run_fully};

const REASON: &str = "Rejected by Constant Contact; can be corrected there";

#[test]
fn refused_rows_are_in_the_files_of_the_run_and_retried_alone() {
    story("failed-rows", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        account.change("faults", &json!({ "refuse_every_row": 50 }));
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Contributor).await;
        open_export(&page, SAMPLE_EXPORT).await;
        let export = page.path().await;
        run_fully(&page, SAMPLE_EXPORT).await;
        page.sees("This run was successful").await;
        page.sees("Everybody (full run)").await;
        page.sees(REASON).await;
        let refused = account.refused();
        assert!(refused > 0);
        let run = page.path().await;
        outcomes_are_downloaded(stage, &page, &run, refused).await;
        viewers_get_no_file_and_no_run(stage, &export, &run).await;
        account.change("faults", &json!({ "refuse_every_row": 0 }));
        page.click("Retry failed").await;
        page.arrives(&format!("Retry failed {SAMPLE_EXPORT}?")).await;
        page.sees("Only what is missing is sent").await;
        page.look_over("export-retry-failed").await;
        page.click("Retry failed").await;
        page.arrives("Run").await;
        page.sees("This run was successful").await;
        page.sees("New, changed and failed rows (retry)").await;
        assert_eq!(account.people_of_newest_import(), refused as u64, "only what was missing is sent");
        assert!(!page.text().await.contains(REASON), "nothing is missing any more");
        everything_is_on_record(stage).await;
    });
}

/// The download is the file in the customer's own bucket: a line for each row that was read.
async fn outcomes_are_downloaded(stage: &Stage, page: &Page, run: &str, refused: usize) {
    let counts = page.texts("dl.sum > .total > .count").await;
    let read: usize = counts[0].replace(',', "").parse().expect("the rows that were read");
    page.click("Download outcome of every row").await;
    let id = run.rsplit_once('/').expect("a run's address").1;
    let outcomes = page.downloaded(&format!("outcomes-{id}.csv")).await;
    assert_eq!(outcomes.lines().next(), Some("CustomerId,outcome,reason,chunk"));
    assert_eq!(outcomes.lines().count(), 1 + read, "one line for each row");
    let own = stage.product().data().join("sample-bucket/outcomes/export").join(format!("{id}.csv"));
    assert_eq!(fs::read_to_string(own).expect("the file in the bucket"), outcomes);
    page.click("Download rejected rows").await;
    let report = page.downloaded(&format!("rejected-rows-{id}.csv")).await;
    let of_service = |text: &str| text.lines().filter(|line| line.contains("service_correctable")).count();
    assert_eq!((of_service(&outcomes), of_service(&report)), (refused, refused), "each with its reason");
}

async fn viewers_get_no_file_and_no_run(stage: &Stage, export: &str, run: &str) {
    let viewer = stage.browser(Script::Runs).await;
    viewer.sign_in(Role::Viewer).await;
    viewer.open(run).await;
    viewer.sees(REASON).await;
    for action in ["Download outcome of every row", "Download rejected rows", "Retry failed"] {
        assert!(!viewer.has(action).await, "{action} for a viewer");
    }
    for kind in ["changes", "full", "retry"] {
        is_refused(&viewer, &format!("{export}/runs"), &[("kind", kind)]).await;
    }
    for file in ["outcomes.csv", "rejected.csv"] {
        viewer.open(&format!("{run}/{file}")).await;
        viewer.arrives("You may not do this").await;
    }
}

async fn everything_is_on_record(stage: &Stage) {
    let page = stage.browser(Script::Runs).await;
    page.sign_in(Role::Administrator).await;
    page.within("Admin").click("Audit log").await;
    page.arrives("Audit log").await;
    let entries = page.texts("table.data > tbody > tr").await;
    for action in ["Run started", "Report downloaded", "Outcomes downloaded", "Run started"] {
        let by_contributor = |entry: &&String| {
            entry.contains("Colin Clark, Contributor")
                && entry.contains(action)
                && entry.contains(SAMPLE_EXPORT)
        };
        assert!(entries.iter().any(|entry| by_contributor(&entry)), "{action} lacks in {entries:#?}");
    }
    let newest = &entries[0];
    assert!(newest.contains("Run started"), "the newest first: {newest}");
    page.look_over("audit-log-of-runs").await;
}
