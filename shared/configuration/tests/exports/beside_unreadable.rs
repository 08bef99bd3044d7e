//! Exports beside one that cannot be read: they are listed, saved and found; only what depends on that one is refused.

use catalog::{ConnectionAccess, connection_key};
use configuration::access::Permission;
use configuration::{ConnectionUse, ExportQuery};
use domain::Clock;
use planner::RunKind;
use store::{Condition, ObjectStore};

use super::triggers::damage;
use super::world::{segment, world};

#[tokio::test]
async fn an_export_that_cannot_be_read_keeps_nobody_from_the_others() {
    let world = world().await;
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    let configuration = &world.bench.configuration;
    let (administrator, viewer) = (world.bench.administrator(), world.bench.viewer());
    let started = configuration.run_export(&world.bench.contributor(), &news, RunKind::Changes, None).await;
    let run = started.unwrap().active().run.clone();
    let newer = br#"{"schema_version":99,"kind":"export","write_id":"w","content":{}}"#;
    let (restore, install) = ("restores the document from a backup", "install the newer release again");
    for (key, content, name, remedy) in [
        (format!("exports/{news}/export.json"), b"{}".as_slice(), None, restore),
        (format!("exports/{news}/export.json"), newer, None, install),
        (format!("exports/{news}/occupation.json"), b"{}", Some("News"), restore),
        (format!("runs/{news}/{run}.json"), b"{}", Some("News"), restore),
    ] {
        let whole = damage(&world, &key).await;
        world.bench.memory.put(&key, content.into(), Condition::None).await.unwrap();
        let search = ExportQuery { search: "Offers".to_owned(), ..ExportQuery::default() };
        for (query, found) in [(ExportQuery::default(), 1), (search, 1)] {
            let page = configuration.exports(&viewer, &query).await.unwrap();
            assert_eq!((page.items.len(), page.total), (found, 1), "{key}");
            assert_eq!(page.items[0].id, offers);
            let [unreadable] = &page.unreadable[..] else { panic!("{key}: {:?}", page.unreadable) };
            assert_eq!((&unreadable.id, unreadable.name.as_deref()), (&news, name), "{key}");
            assert!(unreadable.message.contains(remedy), "{}", unreadable.message);
            assert!(remedy == install || unreadable.message.contains(&key), "{}", unreadable.message);
        }
        // Of itself everything stays refused, and it stays as it is.
        assert_eq!(configuration.export(&viewer, &news).await.unwrap_err().code(), "unavailable", "{key}");
        let again = configuration.run_export(&administrator, &news, RunKind::Changes, None).await;
        assert!(again.is_err() || key.starts_with("runs/"), "{key}");
        assert_eq!(world.bench.memory.get(&key).await.unwrap().bytes, content, "{key}");
        world.bench.memory.put(&key, whole, Condition::None).await.unwrap();
    }
    assert_eq!(configuration.exports(&viewer, &ExportQuery::default()).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_hides_only_the_exports_that_use_it() {
    let world = world().await;
    let news = world.export("News").await;
    world.bench.export("Detached", None).await;
    damage(&world, &format!("connections/{}.json", world.connection)).await;
    let page =
        world.bench.configuration.exports(&world.bench.viewer(), &ExportQuery::default()).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].name.as_str()), (1, "Detached"));
    assert_eq!((&page.unreadable[0].id, page.unreadable[0].name.as_deref()), (&news, Some("News")));
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_keeps_nobody_from_the_others() {
    let world = world().await;
    let news = world.export("News").await;
    let other = world.bench.connected(ConnectionAccess::Contributors).await;
    world.bench.export("Offers", Some(&other)).await;
    let (ann, carl) = (world.bench.administrator(), world.bench.contributor());
    let configuration = &world.bench.configuration;
    let documents =
        [(connection_key(&world.connection), false), (format!("tokens/{}.json", world.connection), true)];
    for (key, named) in documents {
        let whole = damage(&world, &key).await;
        let list = configuration.connections(&ann).await.unwrap();
        assert_eq!((list.items.len(), &list.items[0].name.id), (1, &other), "{key}");
        let [unreadable] = &list.unreadable[..] else { panic!("{key}: {:?}", list.unreadable) };
        assert_eq!((&unreadable.id, unreadable.name.is_some()), (&world.connection, named), "{key}");
        assert!(unreadable.message.contains(&key), "{}", unreadable.message);
        assert_eq!(configuration.connections(&carl).await.unwrap().unreadable, [], "{key}");
        let health = configuration.health(world.bench.clock.now()).await.unwrap();
        assert_eq!((health.failed, health.connections_needing_reauthentication), (1, 0), "{key}");
        world.bench.memory.put(&key, whole, Condition::None).await.unwrap();
    }
    damage(&world, &connection_key(&world.connection)).await;
    let choice = configuration.connections_to_choose(&carl).await.unwrap();
    assert_eq!(choice.iter().map(|name| &name.id).collect::<Vec<_>>(), [&other]);
    let by_segment = configuration.exports_by_segment(&carl, &segment("customers")).await.unwrap();
    let of_news = by_segment.containing.iter().find(|export| export.export.id == news).unwrap();
    assert_eq!((of_news.your_permissions, by_segment.unreadable.len()), (Permission::View, 0));
    let page = configuration.exports(&world.bench.viewer(), &ExportQuery::default()).await.unwrap();
    assert!(page.unreadable[0].message.contains("Its connection cannot be read"), "{:?}", page.unreadable);
    assert!(!page.unreadable[0].message.contains(world.connection.as_str()), "{:?}", page.unreadable);
    assert!(configuration.segment(&carl, &segment("customers")).await.is_ok());
}

#[tokio::test]
async fn another_export_is_saved_and_found_by_its_segment() {
    let world = world().await;
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    let (person, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let tag = configuration.export(&person, &offers).await.unwrap().tag;
    damage(&world, &format!("exports/{news}/export.json")).await;
    let draft = world.draft("Best offers");
    let saved = configuration.update_export(&person, &offers, &tag, &draft).await.unwrap();
    assert_eq!(saved.export.value.standing.name, "Best offers");
    let hint = saved.hints.iter().find(|hint| hint.code == "exports_unreadable").unwrap();
    assert!(hint.message.contains(news.as_str()), "{}", hint.message);
    assert!(configuration.create_export(&person, &world.draft("New"), None).await.is_ok());
    let by_segment = configuration.exports_by_segment(&person, &segment("customers")).await.unwrap();
    assert_eq!((by_segment.containing.len(), by_segment.others.len()), (2, 0));
    assert_eq!(by_segment.unreadable[0].id, news);
}

#[tokio::test]
async fn a_connection_that_an_unreadable_export_may_use_is_not_removed_unless_all_is_to_end() {
    let world = world().await;
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    let (ann, configuration) = (world.bench.administrator(), &world.bench.configuration);
    let key = format!("exports/{news}/export.json");
    let whole = damage(&world, &key).await;
    let shown = configuration.connection(&ann, &world.connection).await.unwrap();
    assert_eq!((shown.value.exports.len(), &shown.value.unreadable_exports[0].id), (1, &news));
    let listed = configuration.connections(&ann).await.unwrap();
    assert_eq!(listed.items[0].administration.as_ref().map(|shown| shown.exports_using), Some(1));
    configuration.detach_exports(&ann, &world.bench.seen(&[&offers]).await).await.unwrap();
    let refused = configuration.remove_connection(&ann, &world.connection, &shown.tag).await.unwrap_err();
    assert_eq!(refused.code(), "unavailable");
    let expected = format!(
        "it cannot be told whether the export {news} uses this connection, and nothing was changed: what is stored here \
         cannot be read; tell the operator, who restores it from a backup (the log names it)"
    );
    assert_eq!(refused.to_string(), expected);
    assert_eq!(configuration.connection(&ann, &world.connection).await.unwrap().tag, shown.tag);
    // To discontinue needs no mending: what is restored later has no connection.
    configuration.detach_all_and_remove(&ann, &world.connection).await.unwrap();
    world.bench.memory.put(&key, whole, Condition::None).await.unwrap();
    let restored = configuration.export(&ann, &news).await.unwrap().value.standing;
    assert_eq!(restored.connection, ConnectionUse::NoConnection);
    let run = configuration.run_export(&ann, &news, RunKind::Changes, None).await;
    assert_eq!(run.unwrap_err().code(), "no_connection");
}
