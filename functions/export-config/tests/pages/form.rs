//! The form of an export: from the sign-in to a finished run, and everything that can be wrong.

use catalog::ConnectionAccess;
use company::PEOPLE;
use domain::mapping::Source;
use identity::Role;

use super::workshop::workshop;

#[tokio::test]
async fn a_newcomer_comes_to_a_finished_run_and_its_rejected_rows() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    let list = browser.open("/exports").await;
    assert!(list.says("No exports yet") && list.links_to("/exports/new"), "{}", list.text());
    let page = browser.open("/exports/new").await;
    for words in [
        "Connection for export",
        "Newsletter (Constant Contact)",
        "Constant Contact List ID",
        "3 members, as of",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(!page.says("Save and run"), "first the segments");
    let entered = [
        ("name", "Friends"),
        ("list_picked", workshop.list.as_str()),
        ("segments", "customers"),
        ("then", "continue"),
    ];
    let page = browser.submit(&page, "/exports", &entered).await;
    assert_eq!(page.status, 200);
    for words in ["Data matching", "EMail, such as ann@example.com", "never clear a value", "Add attribute"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let form = page.form("/exports");
    assert_eq!((form.value("name"), form.value("email_column")), ("Friends", "EMail"));
    assert_eq!(form.value("attributes[0].field"), "first_name");
    assert_eq!(form.value("attributes[0].column"), "column:FirstName");
    let question = browser.submit(&page, "/exports", &[("then", "run")]).await;
    for words in [
        "Save and run Friends?",
        "Friends of the house, 0 members",
        "Newsletter",
        "price tier",
        "active contacts",
    ] {
        assert!(question.says(words), "{words}: {}", question.text());
    }
    let run = browser.submit(&question, "/exports", &[("then", "confirmed")]).await;
    assert!(run.says("The run was started") && run.says("Queued"), "{}", run.text());
    assert!(run.body.contains("data-live"), "it renews itself");
    workshop.finish(&run).await;
    let run = browser.open(run.path()).await;
    assert!(run.says("Successful") && run.says("Not a valid e-mail address"), "{}", run.text());
    assert!(!run.body.contains("data-live"), "nothing changes any more");
    let report = browser.open(&format!("{}/rejected.csv", run.path())).await;
    assert!(report.body.contains("nobody"), "{}", report.body);
    assert_eq!(report.headers["cache-control"], "no-store");
    assert!(report.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
}

#[tokio::test]
async fn save_never_runs() {
    let workshop = workshop().await;
    let id = workshop.export("Friends").await;
    assert!(workshop.world.driver.runs().is_empty());
    let page = workshop.browser(Role::Viewer).open(&format!("/exports/{id}")).await;
    assert!(page.says("Never run") && page.says("No runs yet"), "{}", page.text());
}

#[tokio::test]
async fn all_problems_come_at_once_and_what_was_entered_stays() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/exports/new?segment=customers").await;
    let page = browser.submit(&page, "/exports", &[("then", "add_attribute")]).await;
    let entered = [
        ("name", ""),
        ("email_column", ""),
        ("attributes[1].field", "city"),
        ("attributes[1].column", "constant"),
        ("schedule.kind", "own"),
        ("schedule.repeat", "weekly"),
        ("schedule.time_zone", "Europe/Berlin"),
        ("then", "save"),
    ];
    let page = browser.submit(&page, "/exports", &entered).await;
    assert_eq!(page.status, 422);
    for id in
        ["name", "list", "email_column", "attributes-1--constant", "schedule-weekdays", "schedule-start"]
    {
        let link = format!("#field-{}", id.replace('_', "-"));
        assert!(page.links_to(&link), "{link} in {:?}", page.text());
        assert!(page.body.contains(&format!("id=\"{}\"", &link[1..])), "{link} leads somewhere");
    }
    let form = page.form("/exports");
    assert_eq!((form.value("attributes[1].field"), form.value("schedule.repeat")), ("city", "weekly"));
    assert_eq!(form.value("schedule.time_zone"), "Europe/Berlin");
    let asked = browser.submit(&page, "/exports", &[("then", "run")]).await;
    assert_eq!(asked.status, 422, "Save and run checks the same before it asks");
    assert!(asked.has_form("/exports") && asked.says("Please check"), "{}", asked.text());
}

#[tokio::test]
async fn a_list_is_named_by_its_address_and_made_by_its_name() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers").await;
    let address = format!("https://app.constantcontact.com/lists/{}/members", workshop.list);
    let entered = [("name", "By address"), ("list", "id"), ("list_id", address.as_str()), ("then", "save")];
    let saved = browser.submit(&page, "/exports", &entered).await;
    assert!(saved.says("Saved. It was not run.") && saved.says("Friends of the house"), "{}", saved.text());
    let page = browser.open("/exports/new?segment=customers").await;
    let entered = [("name", "New list"), ("list", "new"), ("list_name", "Christmas"), ("then", "save")];
    let saved = browser.submit(&page, "/exports", &entered).await;
    assert!(saved.says("Christmas"), "{}", saved.text());
    assert!(workshop.world.control.lists().await.unwrap().iter().any(|list| list.name == "Christmas"));
    let page = browser.open("/exports/new?segment=customers").await;
    let other = [
        ("name", "Wrong"),
        ("list", "id"),
        ("list_id", "11111111-1111-1111-1111-111111111111"),
        ("then", "save"),
    ];
    let refused = browser.submit(&page, "/exports", &other).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("has no such list"), "{}", refused.text());
    assert_eq!(refused.form("/exports").value("list_id"), "11111111-1111-1111-1111-111111111111");
    let same = [("name", "Same"), ("list", "pick"), ("list_picked", workshop.list.as_str()), ("then", "run")];
    let question = browser.submit(&page, "/exports", &same).await;
    assert!(question.says("Other exports write to this list, too"), "{}", question.text());
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_export_and_one_run() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers").await;
    let entered = [("name", "Friends"), ("list", "new"), ("list_name", "Christmas")];
    let question =
        browser.submit(&page, "/exports", &[entered.as_slice(), &[("then", "run")]].concat()).await;
    assert!(question.says("Save and run Friends?"), "{}", question.text());
    let first = browser.submit(&question, "/exports", &[("then", "confirmed")]).await;
    let again = browser.submit(&question, "/exports", &[("then", "confirmed")]).await;
    assert_eq!((again.status.as_u16(), again.path()), (200, first.path()), "the same page");
    // Back to the form, and *Save* without running.
    let saved = browser.submit(&page, "/exports", &[entered.as_slice(), &[("then", "save")]].concat()).await;
    assert!(first.path().starts_with(&format!("{}/runs/", saved.path())), "{}", saved.path());
    let key = super::workshop::key_of(first.path());
    assert_eq!(workshop.world.engine.runs(&key.export, 10).await.unwrap().len(), 1);
    let everything = configuration::ExportQuery::default();
    let viewer = identity::Person {
        subject: "viewer".to_owned(),
        display_name: domain::Sensitive::new("Vera".to_owned()),
        email: None,
        role: Role::Viewer,
        authenticated_at: None,
        expires_at: jiff::Timestamp::MAX,
    };
    assert_eq!(workshop.world.configuration.exports(&viewer, &everything).await.unwrap().total, 1);
    assert_eq!(workshop.world.control.lists().await.unwrap().len(), 2, "and one list");

    // What was changed on the way back is not lost in silence, and is saved as another export if that is meant.
    let other =
        [("name", "Enemies"), ("list", "pick"), ("list_picked", workshop.list.as_str()), ("then", "save")];
    let asked = browser.submit(&page, "/exports", &other).await;
    assert_eq!(asked.status, 422);
    assert!(asked.says("saved the export \"Friends\" before"), "{}", asked.text());
    assert_eq!(asked.form("/exports").value("name"), "Enemies");
    let another = browser.submit(&asked, "/exports", &[("then", "save")]).await;
    assert!(another.says("Saved. It was not run.") && another.path() != saved.path(), "{}", another.text());
}

#[tokio::test]
async fn another_connection_clears_the_list() {
    let workshop = workshop().await;
    let second = workshop.world.connection("Offers", ConnectionAccess::Contributors).await;
    let browser = workshop.browser(Role::Contributor);
    let page = browser.open("/exports/new?segment=customers").await;
    assert_eq!(page.form("/exports").value("connection"), "", "there are two to choose from");
    let chosen = [("connection", workshop.connection.as_str()), ("then", "continue")];
    let page = browser.submit(&page, "/exports", &chosen).await;
    let moved = [
        ("connection", second.as_str()),
        ("list_picked", workshop.list.as_str()),
        ("name", "A"),
        ("then", "save"),
    ];
    let page = browser.submit(&page, "/exports", &moved).await;
    assert_eq!(page.status, 422);
    assert!(page.says("You chose another connection"), "{}", page.text());
    assert_eq!(page.form("/exports").value("list_picked"), "");
}

#[tokio::test]
async fn hostile_names_are_texts() {
    let workshop = workshop().await;
    let hostile = "<script>alert(1)</script>\"'&";
    workshop
        .upload(
            "<img src=x> & \"Söhne\"",
            &PEOPLE.replace("Hobby", "<i>Hobby</i>").replace("Ann,", "<b>Ann</b>,"),
        )
        .await;
    workshop.world.control.create_list(hostile).await.unwrap();
    let id = workshop.export(hostile).await;
    let run = workshop.run(&id).await;
    let segment = "/segments/%3Cimg%20src=x%3E%20&%20%22S%C3%B6hne%22";
    let browser = workshop.browser(Role::Administrator);
    let paths = [
        "/exports".to_owned(),
        "/exports?search=%3Cscript%3E&status=%22%3E".to_owned(),
        format!("/exports/{id}"),
        format!("/exports/{id}/edit"),
        format!("/exports/{id}/duplicate"),
        format!("/exports/{id}/remove"),
        format!("/exports/{id}/run"),
        format!("/exports/schedules?export={id}"),
        run,
        "/segments".to_owned(),
        segment.to_owned(),
        "/exports/new?segment=%3Cimg+src%3Dx%3E+%26+%22S%C3%B6hne%22".to_owned(),
        "/exports/new?segment=%3Cscript%3Ealert".to_owned(),
        "/audit".to_owned(),
        "/schedule".to_owned(),
    ];
    for path in paths {
        let page = browser.open(&path).await;
        assert_eq!(page.status, 200, "{path}");
        for markup in ["<script>alert", "<img src=x", "<i>Hobby", "<b>Ann", "style=", "onclick"] {
            assert!(!page.body.contains(markup), "{markup} in {path}");
        }
    }
    assert!(browser.open(segment).await.says("<img src=x> & \"Söhne\""));
}

#[tokio::test]
async fn what_was_saved_is_what_was_entered() {
    let workshop = workshop().await;
    let browser = workshop.browser(Role::Administrator);
    let page = browser.open("/exports/new?segment=customers").await;
    let page = browser.submit(&page, "/exports", &[("then", "add_attribute")]).await;
    let entered = [
        ("name", "Friends"),
        ("list_picked", workshop.list.as_str()),
        ("attributes[1].field", "country"),
        ("attributes[1].column", "constant"),
        ("attributes[1].constant", "Österreich"),
        ("schedule.kind", "own"),
        ("schedule.repeat", "daily"),
        ("schedule.start", "2026-12-01T06:30"),
        ("schedule.time_zone", "Europe/Vienna"),
        ("then", "save"),
    ];
    let saved = browser.submit(&page, "/exports", &entered).await;
    let id = saved.path().strip_prefix("/exports/").unwrap().to_owned();
    let stored = workshop.world.stored_export(&domain::identifier::ExportId::new(id).unwrap()).await;
    let attributes = stored.mapping.attributes();
    assert_eq!(attributes[0].source, Source::Column("FirstName".to_owned()));
    assert_eq!(attributes[1].source, Source::Constant("Österreich".to_owned()));
    assert!(stored.schedule.describe().contains("Europe/Vienna"), "{}", stored.schedule.describe());
    assert!(saved.says("Every day at 06:30") && saved.says("Always Österreich"), "{}", saved.text());
}
