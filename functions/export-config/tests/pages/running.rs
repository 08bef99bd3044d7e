//! Starting, following, canceling and approving runs, and the files that they leave.

use identity::Role;
use reqwest::Method;

use super::workshop::{key_of, workshop, workshop_giving_links};

#[tokio::test]
async fn a_run_is_asked_for_with_its_list_and_started_once() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let (ask, action) = (format!("/exports/{id}/run"), format!("/exports/{id}/runs"));
    let browser = workshop.browser(Role::Contributor);
    let question = browser.open(&ask).await;
    for words in [
        "Run Friends?",
        "Friends of the house",
        "Newsletter",
        "Rows 3 in",
        "price tier",
        "New and changed people",
    ] {
        assert!(question.says(words), "{words}: {}", question.text());
    }
    let first = browser.submit(&question, &action, &[]).await;
    workshop.finish(&first).await;
    let again = browser.submit(&question, &action, &[]).await;
    assert_eq!(again.path(), first.path(), "the same form once more is the same request");
    let later = browser.open(&ask).await;
    assert!(!later.says("price tier"), "nobody is new: {}", later.text());
    let full = browser.open(&format!("{ask}?kind=full")).await;
    assert!(full.says("Everybody in the segments is sent again"), "{}", full.text());
    assert!(!full.says("price tier"), "they are in the account already: {}", full.text());
    assert!(browser.open(&format!("{ask}?kind=retry")).await.says("Only what is missing is sent"));
}

#[tokio::test]
async fn a_run_under_way_tells_what_it_does() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let question = browser.open(&format!("/exports/{id}/run")).await;
    let run = browser.submit(&question, &format!("/exports/{id}/runs"), &[("kind", "full")]).await;
    for words in
        ["Wait", "Settle", "Begins in a moment", "Requests used", "Everybody (full run)", "Cancel this run"]
    {
        assert!(run.says(words), "{words}: {}", run.text());
    }
    let viewer = workshop.browser(Role::Viewer).open(run.path()).await;
    assert!(viewer.says("Queued") && !viewer.says("Cancel this run"), "{}", viewer.text());
    let fragment = browser.open(&format!("{}/progress", run.path())).await;
    assert!(
        fragment.body.starts_with("<div id=\"run\"") && !fragment.body.contains("<html"),
        "{}",
        fragment.body
    );
    let export = browser.open(&format!("/exports/{id}")).await;
    assert!(export.says("The run under way") && export.links_to(run.path()), "{}", export.text());
}

#[tokio::test]
async fn a_run_is_canceled_after_a_question() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let question = browser.open(&format!("/exports/{id}/run")).await;
    let run = browser.submit(&question, &format!("/exports/{id}/runs"), &[]).await;
    let cancel = format!("{}/cancel", run.path());
    let question = browser.open(&cancel).await;
    assert!(question.says("cannot be taken back") && question.says("Keep it running"), "{}", question.text());
    assert!(!question.body.contains(">Cancel<"), "which of the two would it be?");
    let canceling = browser.submit(&question, &cancel, &[]).await;
    assert!(canceling.says("Cancelling") && canceling.says("Nothing more is sent"), "{}", canceling.text());
    workshop.finish(&run).await;
    let page = browser.open(run.path()).await;
    assert!(page.says("This run was canceled") && page.says("Colin Clark"), "{}", page.text());
    assert_eq!(browser.open(&cancel).await.status, 409);
    let late = browser.submit(&question, &cancel, &[]).await;
    assert!(late.says("This run has ended"), "{}", late.text());
}

#[tokio::test]
async fn what_the_brake_stopped_is_approved() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let stopped = workshop.stopped(&id).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open(&stopped).await;
    assert!(page.says("This run was skipped") && page.says("would add"), "{}", page.text());
    let approve = format!("{stopped}/approve");
    assert!(page.links_to(&approve), "{}", page.text());
    assert!(!workshop.browser(Role::Viewer).open(&stopped).await.links_to(&approve));
    assert!(
        browser.open(&format!("/exports/{id}")).await.links_to(&approve),
        "on the page of the export, too"
    );
    let run = browser.submit(&browser.open(&approve).await, &approve, &[]).await;
    assert!(run.says("Approved"), "{}", run.text());
    workshop.finish(&run).await;
    let page = browser.open(run.path()).await;
    assert!(page.says("Successful") && page.links_to(&stopped), "{}", page.text());
}

#[tokio::test]
async fn every_row_stands_in_one_count_and_the_history_keeps_all_runs() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let page = workshop.browser(Role::Viewer).open(&run).await;
    for words in [
        "Rows read 3",
        "Added 2",
        "Rejected 1",
        "Every row is in exactly one",
        "Constant Contact's own counts",
        "customers:",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(!page.says("Download rejected rows") && page.says("by people who may edit this export"));
    let export = workshop.browser(Role::Viewer).open(&format!("/exports/{id}")).await;
    assert!(export.links_to(&run) && export.says("On demand, Ada Amberg"), "{}", export.text());
    assert!(export.says("The latest run, in rows"), "{}", export.text());
    workshop.run(&id).await;
    assert!(
        workshop
            .browser(Role::Viewer)
            .open(&format!("/exports/{id}"))
            .await
            .says("The latest 2 runs, in rows")
    );
}

#[tokio::test]
async fn files_of_people_are_for_those_who_may_edit_and_are_on_record() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let viewer = workshop.browser(Role::Viewer);
    for file in ["rejected.csv", "outcomes.csv"] {
        let path = format!("{run}/{file}");
        let refused = viewer.open(&path).await;
        assert_eq!(refused.status, 403, "{file}");
        assert!(!refused.body.contains("example.com"), "{file}");
        assert!(refused.says("This needs the Contributor role; ask an administrator."), "{}", refused.text());
        let found = workshop.browser(Role::Contributor).open(&path).await;
        assert_eq!(found.status, 200, "{file}");
        assert!(found.body.lines().count() >= 2, "{}", found.body);
    }
    let audit = workshop.browser(Role::Administrator).open("/audit").await;
    assert!(audit.says("Report downloaded") && audit.says("Outcomes downloaded"), "{}", audit.text());
}

#[tokio::test]
async fn a_run_that_follows_is_canceled_before_it_begins() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let (ask, action) = (format!("/exports/{id}/run"), format!("/exports/{id}/runs"));
    let browser = workshop.browser(Role::Contributor);
    let first = browser.submit(&browser.open(&ask).await, &action, &[]).await;
    workshop.world.time_passes(jiff::SignedDuration::from_secs(1));
    // A full run is another one than the run that was about to begin.
    browser.submit(&browser.open(&format!("{ask}?kind=full")).await, &action, &[]).await;
    let path = format!("/exports/{id}");
    let page = browser.open(&path).await;
    assert!(page.says("Another run follows"), "{}", page.text());
    let viewer = workshop.browser(Role::Viewer).open(&path).await;
    assert!(
        viewer.says("Another run follows") && !viewer.says("Cancel the run that follows"),
        "{}",
        viewer.text()
    );
    let occupation = workshop.world.engine.occupation(&id).await.unwrap();
    let cancel = format!("{path}/runs/{}/cancel", occupation.follow_up.unwrap().run);
    let page = browser.submit(&page, &cancel, &[]).await;
    assert_eq!(page.path(), path);
    assert!(
        page.says("The run that was to follow was canceled.") && !page.says("Another run follows"),
        "{}",
        page.text()
    );
    workshop.finish(&first).await;
    assert_eq!(workshop.world.engine.occupation(&id).await.unwrap().active, None);
}

#[tokio::test]
async fn the_browser_is_sent_to_a_file_in_s3() {
    let workshop = workshop_giving_links().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open(&run).await;
    for file in ["rejected.csv", "outcomes.csv"] {
        let path = format!("{run}/{file}");
        assert!(page.links_to(&path), "an ordinary link: a form's way would end at our own address");
        let answer = browser.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["cache-control"]),
            (303, &"no-store".parse().unwrap())
        );
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
        let link = answer.headers()["location"].to_str().unwrap();
        assert!(link.starts_with("https://bucket.example.com/") && link.contains("expires=300"), "{link}");
    }
}

#[tokio::test]
async fn addresses_that_name_no_run_are_not_found() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let run = workshop.run(&id).await;
    let other = workshop.export("Other").await;
    let browser = workshop.browser(Role::Administrator);
    browser.open("/exports").await;
    for path in [
        format!("/exports/{id}/runs/none"),
        format!("/exports/{id}/runs/..%2F"),
        format!("/exports/{other}/runs/{}", key_of(&run).run),
        "/exports/none".to_owned(),
        "/exports/a%20b/edit".to_owned(),
        "/segments/none".to_owned(),
        "/segments/.hidden".to_owned(),
    ] {
        let answer = browser.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_last_bar_of_the_history_is_the_latest_run() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let path = format!("/exports/{id}");
    let viewer = workshop.browser(Role::Viewer);
    workshop.run(&id).await;
    assert!(viewer.open(&path).await.says("The latest run, in rows"));
    workshop.world.control.delete_list(workshop.list.clone()).await.unwrap();
    workshop.run(&id).await;
    let page = viewer.open(&path).await;
    assert!(page.says("Failure") && page.says("The latest 2 runs, in rows"), "{}", page.text());
}

#[tokio::test]
async fn a_connection_that_must_be_authenticated_again_offers_no_run() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let (path, ask) = (format!("/exports/{id}"), format!("/exports/{id}/run"));
    let (contributor, administrator) =
        (workshop.browser(Role::Contributor), workshop.browser(Role::Administrator));
    assert!(contributor.open(&path).await.links_to(&ask));
    workshop.world.control.disconnect().await.unwrap();
    // The first who asks finds it out.
    let refused = contributor.open(&ask).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    for words in ["Friends cannot run now", "needs re-authentication", "Ask an administrator"] {
        assert!(refused.says(words), "{words}: {}", refused.text());
    }
    assert!(!refused.has_form(&format!("{path}/runs")) && refused.links_to(&path));
    assert!(!refused.links_to("/connections/newsletter"), "it is not theirs to see");
    for page in [administrator.open(&ask).await, administrator.open(&path).await] {
        assert!(page.links_to("/connections/newsletter"), "{}", page.text());
        assert!(!page.has_form(&format!("{path}/runs")) && !page.links_to(&ask), "{}", page.text());
    }
    let page = contributor.open(&path).await;
    assert!(page.says("until an administrator has authenticated it again"), "{}", page.text());
    assert!(!page.links_to(&ask) && !page.links_to(&format!("{ask}?kind=full")), "{}", page.text());
}
