//! The list of exports: searching, filtering, sorting, and what each row says.

use identity::Role;

use super::workshop::workshop;

#[tokio::test]
async fn the_list_is_searched_filtered_and_sorted() {
    let workshop = workshop().await;
    let (alpha, beta) = (workshop.export("Alpha").await, workshop.export("Beta").await);
    workshop.run(&beta).await;
    let browser = workshop.browser(Role::Viewer);
    let rows = |page: &crate::support::browser::Visit| {
        let text = page.body.clone();
        let place = move |id: &str| text.find(&format!("href=\"/exports/{id}\""));
        (place(alpha.as_str()), place(beta.as_str()))
    };
    let (first, second) = rows(&browser.open("/exports").await);
    assert!(first < second, "by name");
    let (first, second) = rows(&browser.open("/exports?sort=name&order=descending").await);
    assert!(first > second);
    let (first, second) = rows(&browser.open("/exports?sort=refreshed&order=descending").await);
    assert!(first > second, "what ran last");
    let (found, other) = rows(&browser.open("/exports?search=ALP").await);
    assert!(found.is_some() && other.is_none());
    let (never, ran) = rows(&browser.open("/exports?status=Never+run").await);
    assert!(never.is_some() && ran.is_none());
    let (never, ran) = rows(&browser.open("/exports?status=Successful&connection=newsletter").await);
    assert!(never.is_none() && ran.is_some());
    let page = browser.open("/exports?search=nothing+like+this").await;
    assert!(page.says("No export fits") && page.links_to("/exports"), "{}", page.text());
    for word in ["type", "connection", "status", "schedule", "next", "permissions", "updated", "updated-by"] {
        let page = browser.open(&format!("/exports?sort={word}")).await;
        assert!(page.body.contains("aria-sort=\"ascending\""), "{word}");
    }
}

#[tokio::test]
async fn a_row_says_how_the_export_stands() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports").await;
    for words in [
        "Never run",
        "Will not run by itself",
        "It runs with the system refresh, which is off",
        "Ada Amberg",
        "Edit",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    workshop.run(&id).await;
    assert!(browser.open("/exports").await.says("Successful"));
    let question = browser.open(&format!("/exports/{id}/run")).await;
    browser.submit(&question, &format!("/exports/{id}/runs"), &[]).await;
    let page = browser.open("/exports").await;
    let status = format!("/exports/{id}/status");
    assert!(page.body.contains(&format!("data-live=\"{status}\"")), "{}", page.text());
    let fragment = browser.open(&status).await;
    assert!(fragment.says("Queued") && !fragment.body.contains("<html"), "{}", fragment.body);
}

#[tokio::test]
async fn a_run_that_is_being_canceled_is_cancelling_in_the_list_and_on_the_page_of_its_export() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    let browser = workshop.browser(Role::Contributor);
    let question = browser.open(&format!("/exports/{id}/run")).await;
    let run = browser.submit(&question, &format!("/exports/{id}/runs"), &[]).await;
    let status = format!("/exports/{id}/status");
    assert!(!browser.open(&status).await.says("Cancelling"));
    let cancel = format!("{}/cancel", run.path());
    browser.submit(&browser.open(&cancel).await, &cancel, &[]).await;
    for path in ["/exports".to_owned(), format!("/exports/{id}"), status.clone()] {
        let page = workshop.browser(Role::Viewer).open(&path).await;
        assert!(page.says("Cancelling"), "{path}: {}", page.text());
    }
    workshop.finish(&run).await;
    let ended = browser.open(&status).await;
    assert!(ended.says("Canceled") && !ended.says("Cancelling"), "{}", ended.text());
}

#[tokio::test]
async fn a_feed_that_died_is_told_in_the_list_and_on_the_page_of_its_export_although_nothing_runs() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    workshop.run(&id).await;
    let warning = "look whether the segment is still refreshed";
    for (hours, told) in [(1, false), (30 * 24, true)] {
        workshop.world.time_passes(jiff::SignedDuration::from_hours(hours));
        for path in ["/exports".to_owned(), format!("/exports/{id}")] {
            let page = workshop.browser(Role::Viewer).open(&path).await;
            assert!(page.says("Successful"), "{path}: {}", page.text());
            assert_eq!(page.says(warning), told, "{path}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let workshop = workshop().await;
    for number in 0..60 {
        workshop.world.export(&format!("export-{number:02}"), Some(&workshop.connection)).await;
    }
    let browser = workshop.browser(Role::Viewer);
    let page = browser.open("/exports").await;
    assert!(page.says("1 to 50 of 60"), "{}", page.text());
    assert!(page.links_to("/exports?sort=name&page=2"));
    let page = browser.open("/exports?sort=name&page=2").await;
    assert!(page.says("51 to 60 of 60") && page.says("export-59"), "{}", page.text());
    assert!(browser.open("/exports?page=99").await.says("51 to 60 of 60"));
}

#[tokio::test]
async fn run_all_asks_and_tells_what_it_did() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    workshop.export("Friends").await;
    let question = browser.open("/exports/run-all").await;
    assert!(question.says("Run all exports?"), "{}", question.text());
    let done = browser.submit(&question, "/exports/run-all", &[]).await;
    assert!(done.says("1 export runs now."), "{}", done.text());
    assert_eq!(workshop.world.driver.runs().len(), 1);
}
