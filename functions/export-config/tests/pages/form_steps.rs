//! The buttons inside the form, each of which works without the script and saves nothing.

use company::PEOPLE;
use identity::Role;

use super::workshop::workshop;

#[tokio::test]
async fn attributes_are_added_and_removed_in_their_places() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers").await;
    let page = browser.submit(&page, "/exports", &[("then", "add_attribute")]).await;
    let chosen = [
        ("attributes[1].field", "city"),
        ("attributes[1].column", "column:Hobby"),
        ("then", "remove_attribute:0"),
    ];
    let page = browser.submit(&page, "/exports", &chosen).await;
    let form = page.form("/exports");
    assert_eq!(
        (form.value("attributes[0].field"), form.value("attributes[0].column")),
        ("city", "column:Hobby")
    );
    assert_eq!(form.value("attributes[1].field"), "");
    let page = browser.submit(&page, "/exports", &[("then", "remove_attribute:7")]).await;
    assert_eq!(page.form("/exports").value("attributes[0].field"), "city", "there is no eighth");
    let page = browser.submit(&page, "/exports", &[("then", "nonsense")]).await;
    assert_eq!(page.status, 200);
    assert!(browser.open("/exports").await.says("No exports yet"), "nothing was saved on the way");
}

#[tokio::test]
async fn a_custom_field_is_created_and_offered_at_once() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers").await;
    let page = browser
        .submit(&page, "/exports", &[("new_field", "Favourite hobby"), ("then", "create_field")])
        .await;
    assert!(page.says("The custom field Favourite hobby was created"), "{}", page.text());
    let form = page.form("/exports");
    assert!(form.value("attributes[1].field").starts_with("cf:"), "{form:?}");
    assert_eq!(form.value("new_field"), "");
    let again = browser
        .submit(&page, "/exports", &[("new_field", "Favourite hobby"), ("then", "create_field")])
        .await;
    assert_eq!(again.status, 422);
    assert!(again.says("of this name already"), "{}", again.text());
    assert_eq!(again.form("/exports").value("new_field"), "Favourite hobby");
    let blank = browser.submit(&page, "/exports", &[("new_field", " "), ("then", "create_field")]).await;
    assert!(blank.links_to("#field-new-field"), "{}", blank.text());
}

#[tokio::test]
async fn only_columns_of_all_chosen_segments_are_offered() {
    let workshop = workshop().await;
    workshop.upload("visitors", &PEOPLE.replace("Hobby", "Shoe")).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers&segment=visitors").await;
    assert!(page.says("FirstName, such as Ann") && !page.says("Shoe, such as"), "{}", page.text());
    for words in ["Columns that only some of the chosen segments have", "customers: Hobby", "visitors: Shoe"]
    {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let page = browser.open("/exports/new?segment=customers").await;
    assert!(page.says("Hobby, such as Chess") && !page.says("only some"), "{}", page.text());
}

#[tokio::test]
async fn segments_that_agree_in_no_column_are_named_with_theirs() {
    let workshop = workshop().await;
    workshop.upload("visitors", "E-Mail,Shoe\nann@example.com,43\n").await;
    workshop.world.upload("fresh/notes.txt", "no snapshot").await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers&segment=visitors&segment=fresh").await;
    for words in [
        "The chosen segments have no column in common",
        "customers: CustomerId, EMail, FirstName, Hobby",
        "visitors: E-Mail, Shoe",
        "The columns of fresh are not known yet",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
}

#[tokio::test]
async fn continue_says_what_is_missing() {
    let workshop = workshop().await;
    let second = workshop.world.connection("Offers", catalog::ConnectionAccess::Contributors).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new").await;
    let page = browser.submit(&page, "/exports", &[("name", "Friends"), ("then", "continue")]).await;
    assert_eq!(page.status, 422);
    for problem in ["connection", "segments"] {
        assert!(page.links_to(&format!("#field-{problem}")), "{problem}: {}", page.text());
    }
    assert_eq!(page.form("/exports").value("name"), "Friends");
    // To look at the lists of a connection is no mistake, whatever is still to be chosen.
    let page = browser.submit(&page, "/exports", &[("connection", second.as_str()), ("then", "show")]).await;
    assert_eq!(page.status, 200);
    assert!(!page.says("Please check"), "{}", page.text());
    let page = browser.submit(&page, "/exports", &[("then", "continue")]).await;
    assert!(page.links_to("#field-segments") && !page.links_to("#field-connection"), "{}", page.text());
}

#[tokio::test]
async fn the_order_of_the_segments_is_changed_step_by_step_and_saved() {
    let workshop = workshop().await;
    workshop.upload("visitors", PEOPLE).await;
    let browser = workshop.browser(Role::Contributor);
    let alone = browser.open("/exports/new?segment=customers").await;
    assert!(!alone.says("Move up") && !alone.says("Move down"), "one segment has no order");
    let page = browser.open("/exports/new?segment=customers&segment=visitors").await;
    assert!(page.says("Move up visitors") && !page.says("Move up customers"), "{}", page.text());
    assert!(
        page.body.contains("formaction=\"/exports#segment-order\""),
        "the browser comes back to the order"
    );
    let page = browser.submit(&page, "/exports", &[("then", "segment_up:visitors")]).await;
    let order = |page: &crate::support::browser::Visit| -> Vec<String> {
        let fields = page.form("/exports").fields.into_iter();
        fields.filter(|(name, _)| name == "segments").map(|(_, segment)| segment).collect()
    };
    assert_eq!(order(&page), ["visitors", "customers"]);
    let page = browser.submit(&page, "/exports", &[("then", "segment_down:nobody")]).await;
    assert_eq!(order(&page), ["visitors", "customers"]);
    let entered =
        [("name", "Friends"), ("list", "pick"), ("list_picked", workshop.list.as_str()), ("then", "save")];
    let saved = browser.submit(&page, "/exports", &entered).await;
    let id = domain::identifier::ExportId::new(saved.path().trim_start_matches("/exports/")).unwrap();
    let stored = workshop.world.stored_export(&id).await;
    assert_eq!(
        stored.segments.iter().map(|segment| segment.as_str()).collect::<Vec<_>>(),
        ["visitors", "customers"]
    );
}

#[tokio::test]
async fn a_segment_says_why_it_is_not_to_be_chosen() {
    let workshop = workshop().await;
    workshop.upload("nobody", "CustomerId,EMail\n").await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new").await;
    assert!(page.says("It has no members at present"), "{}", page.text());
    let page = browser.open("/exports/new?segment=gone").await;
    assert!(page.says("There is no segment of this name"), "{}", page.text());
}

#[tokio::test]
async fn without_a_connection_there_is_a_hint_instead_of_a_form() {
    let world = crate::support::World::start(export_config::router).await;
    world.connection("Secret", catalog::ConnectionAccess::Administrators).await;
    let page = world.browser(Role::Contributor).open("/exports/new").await;
    assert!(page.says("Ask an administrator") && !page.says("Secret"), "{}", page.text());
    assert!(!page.has_form("/exports") && !page.says("Constant Contact List ID"), "{}", page.text());
    assert!(world.browser(Role::Administrator).open("/exports/new").await.has_form("/exports"));
}

#[tokio::test]
async fn an_account_that_cannot_be_asked_leaves_the_form_usable() {
    let workshop = workshop().await;
    workshop.world.control.disconnect().await.unwrap();
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/exports/new?segment=customers").await;
    assert_eq!(page.status, 200);
    assert!(page.says("The account's lists cannot be shown"), "{}", page.text());
    let entered =
        [("name", "Friends"), ("list", "id"), ("list_id", workshop.list.as_str()), ("then", "save")];
    let refused = browser.submit(&page, "/exports", &entered).await;
    assert_eq!(refused.status, 409);
    let form = refused.form("/exports");
    assert_eq!((form.value("name"), form.value("list_id")), ("Friends", workshop.list.as_str()));
}
