//! Segments to choose from: members, snapshots, and what is explained.

use company::PEOPLE;
use configuration::SegmentItem;
use domain::Clock;
use store::{Condition, ObjectStore};

use super::triggers::damage;
use super::world::{segment, world};

#[tokio::test]
async fn members_are_those_of_the_newest_snapshot() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    let item = || async {
        let items = configuration.segments(&viewer).await.unwrap();
        items.into_iter().find(|item| item.name == segment("customers")).unwrap()
    };
    let uncounted = item().await;
    assert_eq!(
        (uncounted.members, uncounted.note.as_deref()),
        (None, Some("Its newest snapshot is being counted."))
    );
    let count = configuration.count_segment(&segment("customers")).await.unwrap().unwrap();
    assert_eq!((count.rows, count.snapshot.as_str()), (3, "2026-11-20.csv"));
    let counted = item().await;
    assert_eq!((counted.members, counted.note, counted.too_large), (Some(3), None, false));
    assert_eq!(counted.snapshot.unwrap().last_modified, count.last_modified);

    // The same name again is another snapshot.
    world.bench.upload("customers/2026-11-20.csv", "CustomerId,EMail\n").await;
    assert_eq!(item().await.members, None);
    assert_eq!(configuration.count_segment(&segment("customers")).await.unwrap().unwrap().rows, 0);
    assert_eq!(item().await.note.as_deref(), Some("It has no members at present."));
    assert_eq!(configuration.count_segment(&segment("strangers")).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_remembered_of_one_segment_and_is_damaged_keeps_nobody_from_the_others() {
    let world = world().await;
    world.bench.upload("strangers/1.csv", PEOPLE).await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let customers = segment("customers");
    configuration.count_segment(&customers).await.unwrap();
    let whole = damage(&world, "segment-counts/customers.json").await;
    let items = configuration.segments(&carl).await.unwrap();
    assert_eq!((items.len(), items[0].members), (2, None));
    configuration.review_export(&carl, None, &world.draft("News")).await.unwrap();
    let report = configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!((report.counted, report.failed), (1, 0));
    world.bench.memory.put("segment-counts/customers.json", whole, Condition::None).await.unwrap();
    assert_eq!(configuration.segments(&carl).await.unwrap()[0].members, Some(3));
    // What a newer release wrote stays as it is.
    let newer = r#"{"schema_version":99,"kind":"segment count","write_id":"w","content":{}}"#;
    world.bench.memory.put("segment-counts/customers.json", newer.into(), Condition::None).await.unwrap();
    assert!(configuration.count_segment(&customers).await.is_err());
    assert_eq!(world.bench.memory.get("segment-counts/customers.json").await.unwrap().bytes, newer);
    // Whether it had a marker cannot be guessed: that segment says so.
    world.bench.memory.put("segments/customers.json", "{".into(), Condition::None).await.unwrap();
    let items = configuration.segments(&carl).await.unwrap();
    let note = items[0].note.clone().unwrap_or_default();
    assert!(note.contains("segments/customers.json") && note.contains("operator"), "{note}");
    assert_eq!(items[1].members, Some(3));
}

#[tokio::test]
async fn a_segment_that_cannot_be_exported_says_why() {
    let world = world().await;
    let (viewer, configuration) = (world.bench.viewer(), &world.bench.configuration);
    world.bench.upload("broken/part-1.csv", PEOPLE).await;
    world.bench.upload("coming/today/part-1.csv", PEOPLE).await;
    world.bench.upload("empty/notes.txt", "nothing").await;
    let items = configuration.segments(&viewer).await.unwrap();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["broken", "coming", "customers", "empty"]);
    let note = |item: &SegmentItem| item.note.clone().unwrap_or_default();
    assert!(note(&items[0]).contains("cannot be read"), "{}", note(&items[0]));
    assert_eq!(note(&items[1]), "Its first snapshot is still being uploaded.");
    assert!(note(&items[3]).starts_with("It has no snapshot"));
    assert!(configuration.count_segment(&segment("broken")).await.is_err());
    let unknown = configuration.segment(&viewer, &segment("strangers")).await;
    assert_eq!(unknown.unwrap_err().code(), "not_found");
    let broken = configuration.segment(&viewer, &segment("broken")).await.unwrap();
    assert!(broken.columns.is_empty() && note(&broken.item).contains("cannot be read"));
}

#[tokio::test]
async fn one_segment_shows_its_columns_and_proposes_a_mapping() {
    let world = world().await;
    let details =
        world.bench.configuration.segment(&world.bench.contributor(), &segment("customers")).await.unwrap();
    assert_eq!(details.proposal.email_column.as_deref(), Some("EMail"));
    assert_eq!(details.proposal.attributes[0].field, "first_name");
    let json = serde_json::to_value(&details).unwrap();
    assert_eq!(json["sample"]["rows"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_segment_beyond_the_limit_is_marked_and_warned_of() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    for (name, rows) in [("full", 1_000_000), ("large", 1_000_001)] {
        let snapshot = format!("CustomerId,EMail\n{}", ",\n".repeat(rows));
        world.bench.upload(&format!("{name}/1.csv"), &snapshot).await;
        let count = configuration.count_segment(&segment(name)).await.unwrap().unwrap();
        assert_eq!(count.rows, rows as u64);
        let mut draft = world.draft("News");
        draft.segments = vec![name.to_owned()];
        let review = configuration.review_export(&carl, None, &draft).await.unwrap();
        assert!(review.problems.is_empty(), "a warning keeps nobody from saving: {:?}", review.problems);
        let warned = review.hints.iter().any(|hint| hint.code == "too_many_members");
        assert_eq!(warned, name == "large", "{:?}", review.hints);
    }
    let items = configuration.segments(&carl).await.unwrap();
    let marked: Vec<_> = items.iter().map(|item| (item.name.as_str(), item.too_large)).collect();
    assert_eq!(marked, [("customers", false), ("full", false), ("large", true)]);
    let note = items[2].note.as_deref();
    assert_eq!(note, Some("It is too large: an export may have at most 1000000 members."));
}
