//! What alarms watch, and how little one document that cannot be read keeps from being done.

use configuration::Health;
use domain::Clock;
use engine::{Advance, Caller, RunKey};
use jiff::SignedDuration;
use planner::RunKind;
use store::{Condition, ObjectStore};

use super::world::{World, world};

async fn started(world: &World, name: &str) -> RunKey {
    let (carl, id) = (world.bench.contributor(), world.export(name).await);
    world.bench.configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone()
}

async fn health(world: &World) -> Health {
    world.bench.configuration.health(world.bench.clock.now()).await.unwrap()
}

#[tokio::test]
async fn the_oldest_run_and_whatever_waits_for_a_person_are_seen() {
    let world = world().await;
    assert_eq!(health(&world).await, Health::default());
    let key = started(&world, "News").await;
    let hour = SignedDuration::from_hours(1);
    world.bench.time_passes(hour);
    assert_eq!(health(&world).await, Health { oldest_active_run: hour, ..Health::default() });
    world.bench.control.set_clock(world.bench.clock.now()).await.unwrap();
    world.bench.control.disconnect().await.unwrap();
    let deadline = world.bench.clock.now() + hour;
    while let Advance::Wait { until } =
        world.bench.engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap()
    {
        world.bench.clock.advance_to(until);
    }
    let waiting =
        Health { runs_waiting_for_person: 1, connections_needing_reauthentication: 1, ..Health::default() };
    assert_eq!(health(&world).await, waiting, "what waits for a person is not too old");
    world.bench.authenticate(&world.connection).await;
    world.bench.finish(&key).await;
    assert_eq!(health(&world).await, Health::default());
}

#[tokio::test]
async fn a_run_that_cannot_be_read_keeps_no_other_waiting() {
    let world = world().await;
    let (newer, other) = (started(&world, "News").await, started(&world, "Offers").await);
    let key = format!("runs/{}/{}.json", newer.export, newer.run);
    let text = r#"{"schema_version":2,"kind":"run","write_id":"w","content":{}}"#;
    world.bench.memory.put(&key, text.into(), Condition::None).await.unwrap();
    world.driven();
    world.bench.time_passes(SignedDuration::from_mins(3));
    let report = world.bench.configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!((report.driven, world.driven()), (1, vec![other.export]));
    assert!(report.failed > 0, "{report:?}");
    let health = health(&world).await;
    assert_eq!(
        (health.failed, health.oldest_active_run),
        (1, SignedDuration::from_mins(3)),
        "the other one's age"
    );
    assert_eq!(world.bench.memory.get(&key).await.unwrap().bytes, text);
}

#[tokio::test]
async fn an_entry_of_the_index_that_is_damaged_hides_no_run() {
    let world = world().await;
    let key = started(&world, "News").await;
    super::triggers::damage(&world, &format!("active-runs/{}/{}", key.export, key.run)).await;
    world.driven();
    world.bench.time_passes(SignedDuration::from_mins(3));
    let report = world.bench.configuration.maintenance(world.bench.clock.now()).await;
    assert_eq!((report.driven, report.failed, world.driven()), (1, 0, vec![key.export]));
    assert_eq!(health(&world).await.oldest_active_run, SignedDuration::from_mins(3));
}
