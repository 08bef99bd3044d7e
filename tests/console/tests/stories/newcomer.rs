//! Somebody who has never seen the console: connects, creates an export, runs it, and learns why people were rejected.

use std::io::Write;

use console_tests::{Before, Role, Script, story};

use crate::steps::{begin_export, connect, new_list};

/// Clicks, typed fields, ticks and selections, from the sign-in page on.
const MOST_INTERACTIONS: u32 = 20;

#[test]
fn a_newcomer_connects_exports_and_learns_why_people_were_rejected_in_twenty_interactions() {
    story("newcomer", Before::Nothing, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Administrator).await;
        connect(&page, "Newsletter to Constant Contact", "Administrators").await;
        begin_export(&page, "Newsletter readers", None, &["newsletter-readers"]).await;
        new_list(&page, "Newsletter").await;
        page.click("Save and run").await;
        page.arrives("Save and run Newsletter readers?").await;
        page.click("Save and run").await;
        page.sees("This run was successful").await;
        page.sees("Why rows were rejected").await;
        page.sees("No e-mail address").await;
        page.sees("Not a valid e-mail address").await;
        page.offers("Download rejected rows").await;
        let interactions = page.interactions();
        let said = format!("a newcomer needs {interactions} interactions, of {MOST_INTERACTIONS} at most");
        let _ = writeln!(std::io::stderr(), "{said}");
        assert!(interactions <= MOST_INTERACTIONS, "{interactions} interactions");
    });
}
