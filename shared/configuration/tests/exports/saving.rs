//! Saving an export: every problem at once, the list in this account, columns in the newest snapshots.

use catalog::ConnectionAccess;
use configuration::{AttributeDraft, Hint, ListChoice};
use domain::mapping::Source;
use schedule::ExportForm;

use super::world::{problems, world};

fn attribute(field: &str, column: &str) -> AttributeDraft {
    AttributeDraft { field: field.to_owned(), source: Source::Column(column.to_owned()) }
}

fn codes(hints: &[Hint]) -> Vec<&'static str> {
    hints.iter().map(|hint| hint.code).collect()
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let world = world().await;
    let mut draft = world.draft(" ");
    draft.list = ListChoice::Id("Newsletter".to_owned());
    draft.segments = ["customers", "customers", "strangers", "a/b"].map(str::to_owned).to_vec();
    draft.email_column = "Mail".to_owned();
    draft.identity_column = Some("Number".to_owned());
    draft.attributes = vec![
        attribute("first_name", " "),
        attribute("frist_name", "FirstName"),
        attribute("cf:shoe_size", "Hobby"),
        attribute("birthday_day", "Day"),
        AttributeDraft { field: "cf:shoe_size".to_owned(), source: Source::Constant("9".to_owned()) },
    ];
    draft.schedule = ExportForm { kind: "own".to_owned(), ..ExportForm::default() };
    let person = world.bench.contributor();
    let review = world.bench.configuration.review_export(&person, None, &draft).await.unwrap();
    let mut found = problems(world.bench.configuration.create_export(&person, &draft, None).await);
    assert_eq!(review.problems.len(), found.len(), "a review finds what Save finds");
    found.sort();
    let expected = [
        ("attributes", "invalid"),
        ("attributes[0].column", "required"),
        ("attributes[1].field", "unknown"),
        ("attributes[2].field", "not_found"),
        ("attributes[3].column", "column_not_found"),
        ("attributes[4].field", "not_found"),
        ("attributes[4].field", "twice"),
        ("email_column", "column_not_found"),
        ("identity_column", "column_not_found"),
        ("list", "invalid"),
        ("name", "required"),
        ("schedule.repeat", "invalid"),
        ("schedule.start", "invalid"),
        ("schedule.time_zone", "invalid"),
        ("segments[1]", "twice"),
        ("segments[2]", "not_found"),
        ("segments[3]", "invalid"),
    ];
    let expected: Vec<(String, &str)> = expected.map(|(field, code)| (field.to_owned(), code)).to_vec();
    assert_eq!(found, expected);
    assert!(
        world.bench.actions().await.iter().all(|action| !action.starts_with("export.")),
        "nothing on record"
    );
}

#[tokio::test]
async fn a_constant_that_would_not_be_sent_as_it_stands_is_refused_beside_its_field() {
    let world = world().await;
    let constants = [
        ("company_name", "Example Ltd", None),
        ("job_title", &"x".repeat(51), Some("at most 50 characters")),
        ("job_title", &"😀".repeat(26), Some("an emoji counts as two")),
        ("birthday_month", "13", Some("from 1 to 12")),
        ("anniversary", "2026-05-31", None),
        ("anniversary", "yesterday", Some("for example 2026-05-31")),
        ("home_phone", "+44 20 7946 0000", None),
        ("sms_number", "12345", Some("ten digits")),
        ("company_name", "\u{1}", Some("Enter a value")),
    ];
    for (field, text, expected) in constants {
        let mut draft = world.draft("News");
        draft.attributes =
            vec![AttributeDraft { field: field.to_owned(), source: Source::Constant(text.to_owned()) }];
        let person = world.bench.contributor();
        let review = world.bench.configuration.review_export(&person, None, &draft).await.unwrap();
        let told: Vec<_> =
            review.problems.iter().filter(|problem| problem.field == "attributes[0].constant").collect();
        assert_eq!(told.len(), usize::from(expected.is_some()), "{field} {text}: {:?}", review.problems);
        for problem in told {
            assert!(expected.is_some_and(|words| problem.message.contains(words)), "{problem:?}");
        }
    }
}

#[tokio::test]
async fn a_birthday_for_everybody_must_be_a_day() {
    let world = world().await;
    for (month, day, problems) in [("2", "29", 0), ("2", "30", 1), ("4", "31", 1)] {
        let mut draft = world.draft("News");
        let of = |field: &str, text: &str| AttributeDraft {
            field: field.to_owned(),
            source: Source::Constant(text.to_owned()),
        };
        draft.attributes = vec![of("birthday_month", month), of("birthday_day", day)];
        let person = world.bench.contributor();
        let review = world.bench.configuration.review_export(&person, None, &draft).await.unwrap();
        assert_eq!(review.problems.len(), problems, "{month} {day}: {:?}", review.problems);
    }
}

#[tokio::test]
async fn an_empty_form_is_no_export() {
    let world = world().await;
    let (ann, empty) = (world.bench.administrator(), Default::default());
    let created = world.bench.configuration.create_export(&ann, &empty, None).await;
    let mut fields: Vec<String> = problems(created).into_iter().map(|(field, _)| field).collect();
    fields.sort();
    assert_eq!(fields, ["connection", "email_column", "list", "name", "segments"]);
}

#[tokio::test]
async fn save_keeps_the_export_and_runs_nothing() {
    let world = world().await;
    let mut draft = world.draft(" News ");
    draft.list = ListChoice::Id(format!("https://app.constantcontact.com/lists/{}/members", world.list));
    draft.attributes = vec![attribute("first_name", "firstname")];
    let saved = world.save(&draft).await;
    let shown = &saved.export.value;
    assert_eq!((shown.standing.name.as_str(), shown.list_name.as_str()), ("News", "Newsletter"));
    assert_eq!(shown.draft.list, ListChoice::Id(world.list.clone()), "the address became the id");
    assert_eq!((shown.standing.status, shown.latest.is_none()), (None, true));
    assert_eq!(shown.created_by.as_ref().unwrap().name, "Carl");
    assert!(saved.hints.is_empty(), "{:?}", saved.hints);
    assert!(world.driven().is_empty() && world.bench.engine.active_runs().await.unwrap().is_empty());
    assert_eq!(world.bench.actions().await[0], "export.created");
}

#[tokio::test]
async fn a_new_list_is_made_only_when_everything_else_is_right() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.list = ListChoice::New("Offers".to_owned());
    draft.email_column = "Mail".to_owned();
    assert_eq!(problems(configuration.create_export(&person, &draft, None).await).len(), 1);
    let lists = || async { configuration.lists(&person, &world.connection).await.unwrap().len() };
    let before = lists().await;
    draft.email_column = "EMail".to_owned();
    let review = configuration.review_export(&person, None, &draft).await.unwrap();
    let list = review.list.unwrap();
    assert_eq!((list.id, list.name.as_str(), list.connection.as_str()), (None, "Offers", "Newsletter"));
    assert_eq!(lists().await, before, "a review makes nothing");
    let saved = world.save(&draft).await;
    assert_eq!((lists().await, saved.export.value.list_name.as_str()), (before + 1, "Offers"));
    assert_eq!(world.bench.actions().await[..2], ["export.created", "list.created"]);

    let taken = configuration.create_export(&person, &draft, None).await;
    assert_eq!(problems(taken), [("list".to_owned(), "taken")]);
}

#[tokio::test]
async fn the_list_must_be_in_this_account() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.list = ListChoice::Id("11111111-1111-1111-1111-111111111111".to_owned());
    let refused = configuration.create_export(&person, &draft, None).await;
    assert_eq!(problems(refused), [("list".to_owned(), "not_found")]);
    let id = world.export("News").await;
    world.bench.control.delete_list(world.list.clone()).await.unwrap();
    let tag = configuration.export(&person, &id).await.unwrap().tag;
    let refused = configuration.update_export(&person, &id, &tag, &world.draft("News 2")).await;
    assert_eq!(problems(refused), [("list".to_owned(), "not_found")]);
}

#[tokio::test]
async fn list_and_segments_are_looked_at_before_they_surprise() {
    let world = world().await;
    let person = world.bench.contributor();
    world.export("News").await;
    world.bench.upload("fresh/notes.txt", "no snapshot").await;
    world.bench.upload("plain/1.csv", "EMail\nann@example.com\n").await;
    world.bench.upload("broken/part-1.csv", "EMail\n").await;
    world.bench.upload("nobody/1.csv", "CustomerId,EMail\n").await;
    world.bench.configuration.count_segment(&super::world::segment("nobody")).await.unwrap();
    let mut draft = world.draft("Offers");
    draft.segments = ["customers", "fresh", "plain", "broken", "nobody"].map(str::to_owned).to_vec();
    let review = world.bench.configuration.review_export(&person, None, &draft).await.unwrap();
    assert!(review.problems.is_empty(), "{:?}", review.problems);
    assert_eq!(codes(&review.hints), ["no_snapshot", "no_identity", "unreadable", "empty", "list_shared"]);
    assert!(review.hints[4].message.contains("News"));
    let list = review.list.unwrap();
    assert_eq!((list.name.as_str(), list.other_exports.len(), list.members), ("Newsletter", 1, Some(0)));
    assert_eq!(review.members, None, "not all are counted");
    let saved = world.save(&draft).await;
    assert_eq!(saved.hints, review.hints, "none of it keeps anybody from saving");
    assert_eq!(saved.export.value.same_list[0].name, "News");
}

#[tokio::test]
async fn a_custom_field_must_exist_and_can_be_made() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let made = configuration.create_custom_field(&person, &world.connection, "Hobby").await.unwrap();
    let mut draft = world.draft("News");
    draft.attributes = vec![attribute(&format!("cf:{}", made.name), "Hobby")];
    assert_eq!(world.save(&draft).await.export.value.draft.attributes, draft.attributes);
}

#[tokio::test]
async fn a_connection_must_be_usable_and_shared() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.connection = Some(world.bench.created(ConnectionAccess::Contributors).await);
    let refused = configuration.create_export(&person, &draft, None).await;
    assert_eq!(problems(refused), [("connection".to_owned(), "not_connected")]);
    draft.connection = Some(world.bench.connected(ConnectionAccess::Administrators).await);
    let refused = configuration.create_export(&person, &draft, None).await;
    let unshared = problems(refused);
    draft.connection = Some(domain::identifier::ConnectionId::new("nobody").unwrap());
    let unknown = problems(configuration.create_export(&person, &draft, None).await);
    assert_eq!((&unshared, unshared[0].1), (&unknown, "not_found"), "not even that it exists is told");
    world.bench.control.disconnect().await.unwrap();
    let out_of_reach = configuration.create_export(&person, &world.draft("News"), None).await.unwrap_err();
    assert_eq!(out_of_reach.code(), "needs_reauthentication");
    let mut wrong = world.draft("News");
    wrong.name.clear();
    let first = problems(configuration.create_export(&person, &wrong, None).await);
    assert_eq!(first, [("name".to_owned(), "required")], "what the person can put right comes first");
}
