//! What is asked for again: by who got no answer, and by the clock for what could not be started.

use domain::identifier::ExportId;
use engine::{RunKey, Started};
use jiff::SignedDuration;
use planner::RunKind;
use store::{Condition, ObjectStore};

use super::triggers::{created, refresh, tick};
use super::world::world;

#[tokio::test]
async fn a_request_counts_once_for_a_day_whatever_else_starts_the_export() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let ask = async |key: &str, kind| configuration.run_export(&carl, &id, kind, Some(key)).await;
    let first = ask("monday", RunKind::Changes).await.unwrap();
    world.bench.finish(first.active()).await;
    for number in 0..60 {
        ask(&format!("other-{number}"), RunKind::Changes).await.unwrap();
    }
    let key = first.active().clone();
    assert_eq!(ask("monday", RunKind::Changes).await.unwrap(), Started::Known(key));
    let other = ask("monday", RunKind::Full).await.unwrap_err();
    assert!(other.to_string().contains("one field"), "{other}");
    let on_record = world.bench.actions().await.len();
    ask("monday", RunKind::Full).await.unwrap_err();
    assert_eq!(world.bench.actions().await.len(), on_record, "nothing was started");
}

#[tokio::test]
async fn run_all_with_a_key_starts_each_export_once_and_makes_up_for_what_is_missing() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut ids: Vec<ExportId> = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(world.export(name).await);
    }
    let runs = |all: &configuration::RunAll| -> Vec<RunKey> {
        all.started.iter().map(|started| started.started.active().clone()).collect()
    };
    // One cannot be started yet.
    let key = format!("exports/{}/occupation.json", ids[1]);
    world.bench.memory.put(&key, "{}".into(), Condition::None).await.unwrap();
    let first = configuration.run_all(&carl, Some("monday")).await.unwrap();
    assert_eq!((first.started.len(), first.left_out.len()), (2, 1));
    for run in runs(&first) {
        world.bench.finish(&run).await;
    }
    world.bench.memory.delete(&key, Condition::None).await.unwrap();
    let second = configuration.run_all(&carl, Some("monday")).await.unwrap();
    let mut outcomes: Vec<(&str, bool)> = second
        .started
        .iter()
        .map(|one| (one.export.name.as_str(), matches!(one.started, Started::Known(_))))
        .collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [("a", true), ("b", false), ("c", true)]);
    // It is another request than one for an export alone, and than that of another day.
    let alone = configuration.run_export(&carl, &ids[0], RunKind::Changes, Some("monday")).await.unwrap();
    assert!(matches!(alone, Started::Created(_)), "{alone:?}");
    let refused = configuration.run_all(&carl, Some("two words")).await;
    assert_eq!(refused.unwrap_err().code(), "invalid");
}

#[tokio::test]
async fn what_could_not_be_started_is_not_on_record_as_started() {
    let world = world().await;
    let id = world.export("News").await;
    refresh(&world, &["06:00"], true).await;
    tick(&world, "05:30:00").await;
    let key = format!("exports/{id}/occupation.json");
    world.bench.memory.put(&key, "{}".into(), Condition::None).await.unwrap();
    let before = world.bench.actions().await;
    for time in ["06:01:00", "06:02:00", "06:03:00"] {
        assert_eq!(tick(&world, time).await.failed.len(), 1);
    }
    let ann = world.bench.administrator();
    let outcome = world.bench.configuration.run_export(&ann, &id, RunKind::Changes, None).await;
    assert_eq!(outcome.unwrap_err().code(), "unavailable");
    assert_eq!(world.bench.actions().await, before);
    world.bench.memory.delete(&key, Condition::None).await.unwrap();
    world.bench.time_passes(SignedDuration::from_mins(1));
    assert_eq!(created(&tick(&world, "06:10:00").await), [id]);
    assert_eq!(world.bench.actions().await[0], "run.started");
}
