//! Sharing that is withdrawn: the contributor's exports run on, and the contributor only looks at them.

use console_tests::{Before, Page, Role, Script, story};

use crate::snapshots;
use crate::steps::{SAMPLE_CONNECTION, SAMPLE_EXPORT, is_refused, open_connection, open_export, row_of};

const NEWCOMERS: u32 = 30;

#[test]
fn exports_run_on_when_sharing_is_withdrawn_and_contributors_only_look() {
    story("sharing", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        let members = account.members(SAMPLE_EXPORT);
        let contributor = stage.browser(Script::Runs).await;
        contributor.sign_in(Role::Contributor).await;
        assert!(row_of(&contributor, SAMPLE_EXPORT).await.contains(SAMPLE_CONNECTION));
        open_export(&contributor, SAMPLE_EXPORT).await;
        contributor.offers("Run").await;
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        open_connection(&page, SAMPLE_CONNECTION).await;
        page.click("Edit").await;
        page.choose("Who can use this connection", "Administrators").await;
        page.click("Save").await;
        page.arrives(SAMPLE_CONNECTION).await;
        page.sees("Saved.").await;
        only_looks(&contributor).await;
        snapshots::arrives(stage.product(), "9000", NEWCOMERS);
        open_export(&contributor, SAMPLE_EXPORT).await;
        contributor.sees_in_time("New data").await;
        let run = contributor.addresses("/runs/").await.remove(0);
        contributor.open(&run).await;
        contributor.sees("This run was successful").await;
        assert_eq!(account.members(SAMPLE_EXPORT), members + u64::from(NEWCOMERS), "it has run by itself");
        assert!(!contributor.has("Download outcome of every row").await);
        contributor.open(&format!("{run}/outcomes.csv")).await;
        contributor.arrives("You may not do this").await;
    });
}

async fn only_looks(contributor: &Page) {
    open_export(contributor, SAMPLE_EXPORT).await;
    let text = contributor.text().await;
    assert!(text.contains("Not shared") && !text.contains(SAMPLE_CONNECTION), "{text}");
    for action in ["Run", "Edit", &format!("Actions for {SAMPLE_EXPORT}")] {
        assert!(!contributor.has(action).await, "{action} for somebody who only looks");
    }
    contributor.look_over("export-not-shared").await;
    let here = contributor.path().await;
    for below in ["runs", "edit", "remove"] {
        is_refused(contributor, &format!("{here}/{below}"), &[("then", "save")]).await;
    }
    let id = here.rsplit_once('/').expect("an export's address").1;
    is_refused(contributor, "/exports/schedules", &[("export", id), ("change", "keep_off")]).await;
}
