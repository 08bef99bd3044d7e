//! The system refresh: off until an administrator turns it on, changed by version, paused at once.

use configuration::RefreshChange;
use schedule::RefreshForm;
use store::Tag;

use super::world::{problems, world};

fn daily(time: &str) -> RefreshChange {
    let schedule = RefreshForm {
        kind: "daily".to_owned(),
        times: vec![time.to_owned()],
        time_zone: "Etc/UTC".to_owned(),
        ..RefreshForm::default()
    };
    RefreshChange { schedule, upload_trigger: true }
}

#[tokio::test]
async fn only_administrators_change_it_and_only_as_they_saw_it() {
    let world = world().await;
    let (ann, carl, configuration) =
        (world.bench.administrator(), world.bench.contributor(), &world.bench.configuration);
    let first = configuration.refresh(&carl).await.unwrap();
    assert_eq!((first.value.schedule.kind.as_str(), first.value.next_due), ("off", None));
    assert!(!first.value.upload_trigger && !first.value.paused && !first.value.you_may_change);
    let forbidden = configuration.update_refresh(&carl, &first.tag, &daily("06:00")).await;
    assert_eq!(forbidden.unwrap_err().code(), "forbidden");
    assert_eq!(configuration.pause_everything(&carl, true).await.unwrap_err().code(), "forbidden");
    let older = configuration.update_refresh(&ann, &Tag::new("\"older\""), &daily("06:00")).await;
    assert_eq!(older.unwrap_err().code(), "stale");
    let wrong = configuration.update_refresh(&ann, &first.tag, &daily("6 o'clock")).await;
    assert_eq!(problems(wrong), [("schedule.times".to_owned(), "invalid")]);
    let saved = configuration.update_refresh(&ann, &first.tag, &daily("06:00")).await.unwrap();
    assert_eq!(saved.value.schedule_text, "Every day at 06:00, Etc/UTC");
    assert_eq!(saved.value.next_due, Some("2026-11-22T06:00:00Z".parse().unwrap()));
    assert!(saved.value.upload_trigger && saved.value.you_may_change);
    let stale = configuration.update_refresh(&ann, &first.tag, &daily("07:00")).await;
    assert_eq!(stale.unwrap_err().code(), "stale", "never saved is a version, too");
    let again = configuration.update_refresh(&ann, &saved.tag, &daily("07:00")).await.unwrap();
    assert_ne!(again.tag, saved.tag);

    world.bench.time_passes(jiff::SignedDuration::from_secs(1));
    let paused = configuration.pause_everything(&ann, true).await.unwrap().value;
    assert_eq!(
        (paused.paused, paused.next_due, paused.schedule.times),
        (true, None, vec!["07:00".to_owned()])
    );
    assert!(!configuration.pause_everything(&ann, false).await.unwrap().value.paused);
    let actions = world.bench.actions().await;
    assert!(
        actions.contains(&"refresh.paused".to_owned()) && actions.contains(&"refresh.resumed".to_owned())
    );
    assert_eq!(actions.iter().filter(|action| *action == "refresh.changed").count(), 2, "{actions:?}");
}
