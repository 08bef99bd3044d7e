//! Changing exports: duplicates, exports that share a list, another list, and segments that are added from their page.

use console_tests::{Before, Page, Role, Script, Stage, story};

use crate::steps::{
    SAMPLE_EXPORT, begin_export, choose_action, duplicate, is_refused, new_list, open_export,
};

const COPY: &str = "Copy of Sample export";
const READERS: &str = "Readers alone";
const OTHER_SEGMENT: &str = "loyalty-members";

#[test]
fn duplicates_shared_lists_other_lists_and_more_segments() {
    story("changing", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.sign_in(Role::Contributor).await;
        a_duplicate_is_filled_in(&page).await;
        both_point_out_that_they_share_a_list(&page).await;
        another_list_leaves_people_on_the_old_one(&page).await;
        a_segment_is_added_from_its_page(&page).await;
        a_viewer_changes_nothing(stage).await;
    });
}

async fn a_duplicate_is_filled_in(page: &Page) {
    open_export(page, SAMPLE_EXPORT).await;
    choose_action(page, SAMPLE_EXPORT, "Create duplicate").await;
    page.arrives("New export").await;
    assert_eq!(page.value("Display name").await, COPY);
    assert_eq!(page.value("Email").await, "EMail");
    page.sees("Last name").await;
    page.click("Cancel").await;
    page.arrives("Exports").await;
    assert!(!page.has(COPY).await, "nothing was saved so far");
    duplicate(page, SAMPLE_EXPORT, COPY).await;
    for segment in ["newsletter-readers", OTHER_SEGMENT, "web-shop-customers"] {
        page.offers(segment).await;
    }
}

async fn both_point_out_that_they_share_a_list(page: &Page) {
    let hint = format!("Other exports write to this list, too: {SAMPLE_EXPORT}. Their runs take turns.");
    page.sees(&hint).await;
    page.look_over("export-shares-its-list").await;
    open_export(page, SAMPLE_EXPORT).await;
    page.offers(COPY).await;
    page.click("Run").await;
    page.sees("Other exports write to this list, too").await;
    page.click("Cancel").await;
}

async fn another_list_leaves_people_on_the_old_one(page: &Page) {
    let warning = format!("People whom this export has put on the list {SAMPLE_EXPORT:?} stay there");
    open_export(page, COPY).await;
    page.click("Edit").await;
    page.arrives("Edit export").await;
    new_list(page, "A list of its own").await;
    page.click("Save and run").await;
    page.arrives(&format!("Save and run {COPY}?")).await;
    page.sees(&warning).await;
    page.sees("A list of its own, which will be created").await;
    page.look_over("export-save-with-another-list").await;
    page.click("Save without running").await;
    page.arrives(COPY).await;
    page.sees(&warning).await;
    page.sees("Saved. It was not run.").await;
    page.sees("A list of its own").await;
    open_export(page, SAMPLE_EXPORT).await;
    assert!(!page.has(COPY).await, "they do not share a list any more");
}

async fn a_segment_is_added_from_its_page(page: &Page) {
    begin_export(page, READERS, None, &["newsletter-readers"]).await;
    new_list(page, READERS).await;
    page.click("Save").await;
    page.arrives(READERS).await;
    page.within("Data").click("Segments").await;
    page.click(OTHER_SEGMENT).await;
    page.arrives(OTHER_SEGMENT).await;
    page.sees("Exports that do not contain it").await;
    page.select("Add it to an export", READERS).await;
    page.click("Add to this export").await;
    page.sees(&format!("Added to {READERS}. It was not run.")).await;
    page.sees("There are no others.").await;
    page.look_over("segment-in-every-export").await;
    page.click(READERS).await;
    page.arrives(READERS).await;
    page.offers(OTHER_SEGMENT).await;
    page.sees("Never run").await;
    page.click(OTHER_SEGMENT).await;
    page.arrives(OTHER_SEGMENT).await;
    page.click("New export with this segment").await;
    page.arrives("New export").await;
    page.sees("Data matching").await;
    assert_eq!(page.value("Email").await, "EMail", "the segment is chosen already");
}

async fn a_viewer_changes_nothing(stage: &Stage) {
    let viewer = stage.browser(Script::Runs).await;
    viewer.sign_in(Role::Viewer).await;
    open_export(&viewer, READERS).await;
    for action in ["Run", "Edit", &format!("Actions for {READERS}")] {
        assert!(!viewer.has(action).await, "{action} for a viewer");
    }
    let export = viewer.path().await;
    for path in ["/exports".to_owned(), format!("{export}/edit"), format!("{export}/remove")] {
        is_refused(&viewer, &path, &[("name", "Taken over"), ("then", "save")]).await;
    }
    viewer.within("Data").click("Segments").await;
    viewer.click("web-shop-customers").await;
    viewer.arrives("web-shop-customers").await;
    viewer.offers(READERS).await;
    assert!(
        !viewer.has_field("Add it to an export").await && !viewer.has("New export with this segment").await
    );
    let id = export.rsplit_once('/').expect("an export's address").1;
    is_refused(&viewer, "/segments/web-shop-customers/exports", &[("export", id)]).await;
    viewer.open(&export).await;
    viewer.arrives(READERS).await;
    assert!(!viewer.has("web-shop-customers").await, "nothing was added");
}
