//! What cannot be read for a while: it is made up for later, but not what fell into a pause, and holds up nothing else.

use company::PEOPLE;
use configuration::TriggerReport;
use domain::Clock;
use jiff::SignedDuration;

use super::triggers::{created, damage, finish_all, pause, refresh, tick};
use super::world::{segment, world};

#[tokio::test]
async fn what_was_due_before_a_pause_is_made_up_for_after_it() {
    let world = world().await;
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    refresh(&world, &["06:00", "07:00", "09:00"], false).await;
    tick(&world, "05:30:00").await;
    let key = |id| format!("exports/{id}/export.json");
    let news_whole = damage(&world, &key(&news)).await;
    tick(&world, "06:01:00").await;
    finish_all(&world).await;
    // Nothing of this one was due before the pause.
    let offers_whole = damage(&world, &key(&offers)).await;
    tick(&world, "06:10:00").await;
    pause(&world, true).await;
    for time in ["06:20:00", "06:40:00", "07:20:00"] {
        assert_eq!(tick(&world, time).await, TriggerReport::default());
    }
    pause(&world, false).await;
    assert_eq!(tick(&world, "07:30:00").await.failed.len(), 2);
    let memory = &world.bench.memory;
    store::ObjectStore::put(memory, &key(&offers), offers_whole.clone(), store::Condition::None)
        .await
        .unwrap();
    let report = tick(&world, "07:40:00").await;
    assert!(report.started.is_empty() && report.failed.len() == 1, "07:00 fell into the pause: {report:?}");
    store::ObjectStore::put(memory, &key(&news), news_whole.clone(), store::Condition::None).await.unwrap();
    assert_eq!(created(&tick(&world, "07:50:00").await), std::slice::from_ref(&news), "06:00 did not");
    finish_all(&world).await;
    assert_eq!(tick(&world, "08:00:00").await, TriggerReport::default(), "once");

    // What falls due after a pause is no part of it, also for those that are behind since before it.
    damage(&world, &key(&news)).await;
    tick(&world, "08:10:00").await;
    pause(&world, true).await;
    tick(&world, "08:20:00").await;
    pause(&world, false).await;
    tick(&world, "08:30:00").await;
    assert_eq!(created(&tick(&world, "09:01:00").await), std::slice::from_ref(&offers));
    pause(&world, true).await;
    tick(&world, "09:10:00").await;
    pause(&world, false).await;
    store::ObjectStore::put(memory, &key(&news), news_whole, store::Condition::None).await.unwrap();
    assert_eq!(created(&tick(&world, "09:20:00").await), [news]);
}

#[tokio::test]
async fn an_upload_whose_document_is_damaged_holds_up_no_other() {
    let world = world().await;
    let (news, configuration) = (world.export("News").await, &world.bench.configuration);
    refresh(&world, &[], true).await;
    for part in ["aaa/big/part-1.csv", "customers/big/part-1.csv"] {
        world.bench.upload(part, PEOPLE).await;
        let name = part.split('/').next().unwrap();
        configuration.snapshot_uploaded(&segment(name)).await.unwrap();
    }
    damage(&world, "uploads/aaa.json").await;
    world.bench.time_passes(SignedDuration::from_mins(11));
    let report = configuration.start_due(world.bench.clock.now()).await.unwrap();
    assert_eq!(created(&report), [news]);
    let keys = world.bench.memory.keys();
    let left: Vec<&String> = keys.iter().filter(|key| key.starts_with("uploads/")).collect();
    assert_eq!(left, ["uploads/aaa.json"], "it is left to whoever mends it");
}
