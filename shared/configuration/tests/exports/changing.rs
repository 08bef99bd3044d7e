//! Changing, duplicating and removing exports; several schedules at once; adding a segment.

use catalog::ConnectionAccess;
use configuration::{BulkSchedule, ExportQuery, ListChoice};
use engine::Status;
use jiff::SignedDuration;
use planner::RunKind;
use schedule::{ExportForm, ExportSchedule};
use simulator::AccountOptions;
use store::Tag;

use super::world::{daily, problems, segment, world};

#[tokio::test]
async fn a_change_is_based_on_a_version() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let saved = world.save(&world.draft("News")).await.export;
    let id = saved.value.standing.id.clone();
    let first = configuration.update_export(&person, &id, &saved.tag, &world.draft("News 2")).await.unwrap();
    assert_eq!(first.export.value.standing.name, "News 2");
    let stale = configuration.update_export(&person, &id, &saved.tag, &world.draft("News 3")).await;
    assert_eq!(stale.unwrap_err().code(), "stale");
    let stale = configuration.remove_export(&person, &id, &saved.tag).await;
    assert_eq!(stale.unwrap_err().code(), "stale");
    let stale = configuration.add_segment(&person, &id, &saved.tag, &segment("others")).await;
    assert!(stale.is_err());
    assert!(world.driven().is_empty(), "Save never runs");
    let page = configuration.audit(&world.bench.administrator(), None).await.unwrap();
    let entry = page.items.iter().find(|entry| entry.action == "export.changed").unwrap();
    assert_eq!(entry.before, Some(serde_json::json!({ "name": "News" })), "only what changed, and once");
    assert_eq!(page.items.iter().filter(|entry| entry.action == "export.changed").count(), 1);
}

#[tokio::test]
async fn another_connection_needs_a_list_of_its_account() {
    let world = world().await;
    let (ann, configuration) = (world.bench.administrator(), &world.bench.configuration);
    let saved = world.save(&world.draft("News")).await.export;
    let id = saved.value.standing.id.clone();
    let other = world.bench.created(ConnectionAccess::Contributors).await;
    let account = AccountOptions { encoded_account_id: "another".into(), ..AccountOptions::default() };
    world.bench.control.set_account(account).await;
    world.bench.authenticate(&other).await;
    world.bench.time_passes(SignedDuration::from_secs(1));
    let ann_now = world.bench.administrator();
    let tag = configuration.connection(&ann_now, &other).await.unwrap().tag;
    configuration.add_export_user(&ann_now, &other, &tag).await.unwrap();

    let mut draft = saved.value.draft.clone();
    draft.choose_connection(Some(other.clone()));
    let refused = configuration.update_export(&ann, &id, &saved.tag, &draft).await;
    assert_eq!(problems(refused), [("list".to_owned(), "required")]);
    // The simulator has one set of lists: one that is deleted stands for one of the former account.
    draft.list = ListChoice::Id(world.list.clone());
    world.bench.control.delete_list(world.list.clone()).await.unwrap();
    let review = configuration.review_export(&ann, Some(&id), &draft).await.unwrap();
    assert_eq!((review.problems[0].field.as_str(), review.problems[0].code), ("list", "not_found"));
    assert!(review.problems[0].message.contains("new connection"), "{:?}", review.problems);
    let list = world.bench.control.create_list("Of the other account").await.unwrap();
    draft.list = ListChoice::Id(list);
    let changed = configuration.update_export(&ann, &id, &saved.tag, &draft).await.unwrap();
    assert_eq!(changed.export.value.draft.connection, Some(other));
    assert_eq!(changed.hints[0].code, "list_changed");
    assert!(changed.hints[0].message.contains("\"Newsletter\""), "{:?}", changed.hints);
}

#[tokio::test]
async fn a_duplicate_is_a_form_and_no_export() {
    let world = world().await;
    let id = world.export("News").await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let draft = configuration.duplicate_export(&person, &id).await.unwrap();
    assert_eq!(draft, world.draft("Copy of News"));
    assert_eq!(configuration.exports(&person, &ExportQuery::default()).await.unwrap().total, 1);
    let saved = world.save(&draft).await;
    assert_eq!(saved.hints[0].code, "list_shared", "two exports to one list are pointed out");
}

#[tokio::test]
async fn a_removed_export_is_gone_and_its_run_ends() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let saved = world.save(&world.draft("News")).await.export;
    let id = saved.value.standing.id.clone();
    let started = configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    let run = started.active().clone();
    world.driven();
    world.bench.time_passes(SignedDuration::from_secs(1));
    let removed = configuration.remove_export(&person, &id, &saved.tag).await.unwrap();
    assert_eq!(removed.name, "News");
    assert!(world.driven().contains(&id), "the run hears of it");
    let ended = world.bench.finish(&run).await;
    assert_eq!(ended.ended().unwrap().end.status(), Status::Canceled);
    assert_eq!(configuration.export(&person, &id).await.unwrap_err().code(), "not_found");
    assert_eq!(configuration.run(&person, &run).await.unwrap_err().code(), "not_found");
    assert_eq!(configuration.report(&person, &run).await.unwrap_err().code(), "not_found");
    let again = configuration.run_export(&person, &id, RunKind::Changes, None).await;
    assert_eq!(again.unwrap_err().code(), "not_found");
    assert_eq!(configuration.exports(&person, &ExportQuery::default()).await.unwrap().total, 0);
    assert!(
        world.bench.memory.keys().iter().any(|key| key.starts_with(&format!("exports/{id}/"))),
        "data is kept"
    );
    assert_eq!(world.bench.actions().await[0], "export.removed");
}

#[tokio::test]
async fn what_followed_a_removed_export_sends_nothing() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    configuration.run_export(&person, &id, RunKind::Changes, None).await.unwrap();
    configuration.run_export(&person, &id, RunKind::Full, None).await.unwrap();
    let tag = configuration.export(&person, &id).await.unwrap().tag;
    let active = world.bench.engine.occupation(&id).await.unwrap().active.unwrap().run;
    configuration.remove_export(&person, &id, &tag).await.unwrap();
    world.bench.finish(&engine::RunKey { export: id.clone(), run: active }).await;
    assert_eq!(
        world.bench.engine.occupation(&id).await.unwrap().active,
        None,
        "what followed it is gone, too"
    );
    assert_eq!(world.bench.control.count_members(world.list.clone()).await.unwrap(), 0);
}

#[tokio::test]
async fn an_export_that_was_detached_writes_to_no_list() {
    let world = world().await;
    let (ann, configuration) = (world.bench.administrator(), &world.bench.configuration);
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    assert_eq!(configuration.export(&ann, &news).await.unwrap().value.same_list[0].name, "Offers");
    configuration.detach_exports(&ann, &world.bench.seen(&[&offers]).await).await.unwrap();
    assert!(configuration.export(&ann, &news).await.unwrap().value.same_list.is_empty());
    let review = configuration.review_saved_export(&ann, &news).await.unwrap();
    assert!(review.list.unwrap().other_exports.is_empty());
}

#[tokio::test]
async fn schedules_change_together_or_not_at_all() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    let bench = &world.bench;
    let both = [&news, &offers];
    let own = BulkSchedule::Own(daily("2026-12-01T06:30"));
    let before = bench.seen(&both).await;
    configuration.set_schedules(&person, &bench.seen(&[&offers]).await, &own).await.unwrap();
    let refused = configuration.set_schedules(&person, &before, &BulkSchedule::Switch(false)).await;
    assert_eq!(refused.unwrap_err().code(), "stale");
    assert!(bench.stored_export(&news).await.schedule.is_active(), "none was changed");
    let switch = async |on| {
        configuration
            .set_schedules(&person, &bench.seen(&both).await, &BulkSchedule::Switch(on))
            .await
            .unwrap()
    };
    switch(false).await;
    let schedule = |id| async move { bench.stored_export(id).await.schedule };
    assert!(!schedule(&news).await.is_active() && !schedule(&offers).await.is_active());
    switch(true).await;
    assert_eq!(schedule(&news).await, ExportSchedule::WithSystemRefresh, "each is what it was");
    assert!(matches!(schedule(&offers).await, ExportSchedule::Own(_)));
    let changed = configuration.set_schedules(&person, &bench.seen(&both).await, &own).await.unwrap();
    assert_eq!((changed.len(), schedule(&news).await), (2, schedule(&offers).await));

    let wrong = BulkSchedule::Own(daily("soon"));
    let refused = configuration.set_schedules(&person, &[], &wrong).await;
    assert_eq!(
        problems(refused),
        [("exports".to_owned(), "required"), ("schedule.start".to_owned(), "invalid")]
    );
    let detached = world.bench.export("Detached", None).await;
    let one_of_others = bench.seen(&[&news, &detached]).await;
    let refused = configuration.set_schedules(&person, &one_of_others, &BulkSchedule::Switch(false)).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    assert!(schedule(&news).await.is_active(), "none was changed");
    assert!(world.driven().is_empty());
}

#[tokio::test]
async fn a_segment_is_added_once_and_with_its_columns() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let saved = world.save(&world.draft("News")).await.export;
    let id = saved.value.standing.id.clone();
    world.bench.upload("leads/1.csv", "CustomerId,EMail\n9,zoe@example.com\n").await;
    world.bench.upload("orders/1.csv", "CustomerId,Total\n9,1\n").await;
    let add = |tag: Tag, name: &'static str| {
        let (person, id) = (person.clone(), id.clone());
        async move { configuration.add_segment(&person, &id, &tag, &segment(name)).await }
    };
    let added = add(saved.tag.clone(), "leads").await.unwrap();
    assert_eq!(added.export.value.draft.segments, ["customers", "leads"]);
    let tag = added.export.tag;
    assert_eq!(problems(add(tag.clone(), "leads").await), [("segment".to_owned(), "twice")]);
    assert_eq!(problems(add(tag.clone(), "strangers").await), [("segments[2]".to_owned(), "not_found")]);
    assert_eq!(problems(add(tag, "orders").await), [("email_column".to_owned(), "column_not_found")]);
    assert_eq!(add(saved.tag, "fresh").await.unwrap_err().code(), "invalid");
    let groups = configuration.exports_by_segment(&person, &segment("leads")).await.unwrap();
    assert_eq!((groups.containing.len(), groups.others.len()), (1, 0));
    let groups = configuration.exports_by_segment(&person, &segment("orders")).await.unwrap();
    assert_eq!((groups.containing.len(), groups.others[0].export.name.as_str()), (0, "News"));
}

#[tokio::test]
async fn an_own_schedule_that_is_switched_off_comes_back_as_it_was() {
    let world = world().await;
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let mut draft = world.draft("News");
    draft.schedule = daily("2026-03-01T06:30");
    let saved = world.save(&draft).await.export;
    let id = saved.value.standing.id.clone();
    // A form that only switches off sends no recurrence.
    draft.schedule = ExportForm { kind: "off".to_owned(), ..ExportForm::default() };
    configuration.update_export(&person, &id, &saved.tag, &draft).await.unwrap();
    configuration
        .set_schedules(&person, &world.bench.seen(&[&id]).await, &BulkSchedule::Switch(true))
        .await
        .unwrap();
    let now = configuration.export(&person, &id).await.unwrap();
    assert_eq!(now.value.draft.schedule, daily("2026-03-01T06:30"));
}
