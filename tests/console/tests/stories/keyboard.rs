//! The keyboard alone: from signing in to a finished run. Wherever it stops, it is seen; questions and menus give it back to
//! where it came from.

use console_tests::{Before, Key, Page, Role, Script, story};

const EXPORT: &str = "By the keyboard alone";

#[test]
fn an_export_is_created_and_run_by_the_keyboard_alone() {
    story("keyboard", Before::AnExport, &[], async |stage| {
        let page = stage.browser(Script::Runs).await;
        page.open("/exports").await;
        page.sees("Sign in as Contributor").await;
        follow(&page, &format!("Sign in as {:?}", Role::Contributor)).await;
        page.arrives("Exports").await;
        past_the_navigation(&page).await;
        the_form(&page).await;
        menu_and_question_give_back(&page).await;
        the_run(&page).await;
    });
}

/// Presses the button or follows the link with this name.
async fn follow(page: &Page, name: &str) {
    page.tab_to(name).await;
    page.press(Key::Enter).await;
}

async fn past_the_navigation(page: &Page) {
    page.press(Key::Tab).await;
    page.is_at("Skip to the content").await;
    page.press(Key::Enter).await;
    page.press(Key::Tab).await;
    page.is_at("Add destination").await;
    page.press(Key::Enter).await;
    page.arrives("New export").await;
}

async fn the_form(page: &Page) {
    page.tab_to("Display name").await;
    page.enter(EXPORT).await;
    page.tab_to("newsletter-readers").await;
    page.enter(" ").await;
    follow(page, "Continue").await;
    page.sees("Data matching").await;
    page.tab_to("One of the account's lists").await;
    page.press(Key::Down).await;
    page.is_at("By its id or address").await;
    page.press(Key::Down).await;
    page.is_at("A new list").await;
    page.tab_to("Name of the new list").await;
    page.enter("List of the keyboard").await;
    page.tab_to("Email").await;
    assert_eq!(page.value("Email").await, "EMail");
    page.tab_to("With every system refresh").await;
    page.press(Key::Down).await;
    page.is_at("On its own schedule").await;
    page.press(Key::Down).await;
    page.is_at("Off").await;
    follow(page, "Save").await;
    page.arrives(EXPORT).await;
    page.sees("Saved. It was not run.").await;
}

async fn menu_and_question_give_back(page: &Page) {
    let menu = format!("Actions for {EXPORT}");
    follow(page, &menu).await;
    page.look_over("export-menu").await;
    page.tab_to("Create duplicate").await;
    page.press(Key::Escape).await;
    page.is_at(&menu).await;
    page.press(Key::Enter).await;
    follow(page, "Remove").await;
    page.sees("Contacts at Constant Contact stay as they are").await;
    page.is_at("Cancel").await;
    page.press(Key::Escape).await;
    page.is_at(&menu).await;
}

async fn the_run(page: &Page) {
    page.open(&page.path().await).await;
    follow(page, "Run").await;
    page.sees(&format!("Run {EXPORT}?")).await;
    page.is_at("Cancel").await;
    page.press(Key::Enter).await;
    page.is_at("Run").await;
    page.press(Key::Enter).await;
    page.sees(&format!("Run {EXPORT}?")).await;
    page.is_at("Cancel").await;
    follow(page, "Run").await;
    page.arrives("Run").await;
    page.sees("This run was successful").await;
}
