//! A permission that Constant Contact no longer accepts: runs wait, everybody is told, and an administrator authenticates
//! again, with the same account and no other.

use console_tests::{Before, Page, Role, Script, Stage, story};
use serde_json::json;

use crate::steps::{SAMPLE_CONNECTION, SAMPLE_EXPORT, is_refused, open_connection, open_export, run_fully};

const WAITS: &str = "This run waits for a person";
const OTHER: &str = "Another Organization";

#[test]
fn a_run_waits_for_authentication_with_the_same_account_and_goes_on() {
    story("authorization", Before::AnExport, &[], async |stage| {
        let account = stage.product().account();
        account.change("switches", &json!({ "activity_seconds": 5 }));
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        open_export(&page, SAMPLE_EXPORT).await;
        run_fully(&page, SAMPLE_EXPORT).await;
        page.sees("Everything is sent. Constant Contact is taking it in.").await;
        account.withdraws_all_permissions();
        page.sees(WAITS).await;
        page.sees("The connection must be authorised again; the run goes on afterwards, nothing is lost.")
            .await;
        page.look_over("run-parked").await;
        let run = page.path().await;
        page.within("Admin").click("Connections").await;
        page.arrives("Connections").await;
        page.sees("Needs re-authentication").await;
        page.look_over("connections-needs-re-authentication").await;
        open_connection(&page, SAMPLE_CONNECTION).await;
        page.sees("Runs wait, nothing is lost, and they go on once you have authenticated again.").await;
        page.look_over("connection-needs-re-authentication").await;
        let connection = page.path().await;
        others_are_told_and_cannot_help(stage, &connection).await;
        a_denial_changes_nothing(&page).await;
        let (id, organization) = account.owner();
        account.belongs_to("p0another0one", OTHER);
        another_account_is_refused(&page, &organization).await;
        page.open(&run).await;
        page.sees(WAITS).await;
        account.belongs_to(&id, &organization);
        authenticate(&page, &organization).await;
        page.arrives(SAMPLE_CONNECTION).await;
        page.sees("Authenticated with Constant Contact.").await;
        page.sees("Connected").await;
        page.open(&run).await;
        page.sees("This run was successful").await;
    });
}

async fn others_are_told_and_cannot_help(stage: &Stage, connection: &str) {
    let id = connection.rsplit_once('/').expect("a connection's address").1;
    let other = stage.browser(Script::Runs).await;
    for role in [Role::Contributor, Role::Viewer] {
        other.sign_in(role).await;
        open_export(&other, SAMPLE_EXPORT).await;
        other.sees("runs wait until an administrator has authenticated it again").await;
        assert!(!other.has("Authenticate again").await);
        other.look_over(&format!("{role:?}-export-waits").to_lowercase()).await;
        is_refused(&other, "/oauth/constant-contact/start", &[("connection", id)]).await;
        other.open(connection).await;
        other.arrives("You may not do this").await;
        other.click("Sign out").await;
        other.sees("You have signed out of this product.").await;
    }
}

/// From the page of the connection to Constant Contact's, which names the organization, and back with its permission.
async fn authenticate(page: &Page, organization: &str) {
    open_connection(page, SAMPLE_CONNECTION).await;
    page.click("Authenticate again").await;
    page.sees(organization).await;
    page.click("Allow").await;
}

async fn a_denial_changes_nothing(page: &Page) {
    page.click("Authenticate again").await;
    page.click("Deny").await;
    page.arrives("Not authenticated").await;
    page.sees("Constant Contact gave no permission (access_denied)").await;
    page.offers("Try again").await;
    page.offers("Back to the connection").await;
    page.look_over("connection-not-authenticated").await;
}

async fn another_account_is_refused(page: &Page, bound: &str) {
    authenticate(page, OTHER).await;
    page.arrives("Not authenticated").await;
    let refusal = format!(
        "This connection belongs to the Constant Contact account {bound:?}, but you signed in to {OTHER:?}; sign in to \
         {bound:?}, or add another connection for {OTHER:?}."
    );
    page.sees(&refusal).await;
    page.click("Connections").await;
    page.arrives("Connections").await;
    page.sees("Needs re-authentication").await;
}
