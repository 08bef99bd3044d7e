//! The end of a connection: blocked while in use, complete when forced, finished by a second call after a crash.

use catalog::{ConnectionAccess, Export, export_key};
use company::Company;
use configuration::{ConfigurationError, ConnectionState};
use domain::Clock;
use domain::identifier::{AccountId, ConnectionId};
use engine::{Advance, Caller, Run, RunKey, Status};
use jiff::SignedDuration;
use store::{Change, Condition, ObjectStore};

use crate::bench;

async fn cancelled(bench: &Company, run: &RunKey) -> Option<String> {
    let run = bench.engine.run(run).await.unwrap().unwrap();
    run.cancel.map(|cancel| cancel.by)
}

async fn is_gone(bench: &Company, id: &ConnectionId) -> bool {
    let no_tokens = bench.vault.current(id).await.is_err();
    let no_lease = !bench.memory.keys().contains(&format!("tokens/{id}.json"));
    bench.stored_connection(id).await.is_none() && no_tokens && no_lease
}

#[tokio::test]
async fn a_connection_in_use_stays_and_its_exports_are_named() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    let news = bench.export("News", Some(&id)).await;
    let offers = bench.export("Offers", Some(&id)).await;
    let tag = configuration.connection(&ann, &id).await.unwrap().tag;
    let error = configuration.remove_connection(&ann, &id, &tag).await.unwrap_err();
    let ConfigurationError::InUse { exports } = &error else { panic!("{error:?}") };
    assert_eq!(exports.iter().map(|export| &export.id).collect::<Vec<_>>(), [&news, &offers]);
    assert_eq!(configuration.connection(&ann, &id).await.unwrap().value.status, ConnectionState::Connected);

    // One by one, then the rest.
    bench.time_passes(SignedDuration::from_secs(1));
    configuration.detach_exports(&ann, &bench.seen(&[&news]).await).await.unwrap();
    let error = configuration.remove_connection(&ann, &id, &tag).await.unwrap_err();
    assert!(matches!(&error, ConfigurationError::InUse { exports } if exports.len() == 1), "{error:?}");
    let both = bench.seen(&[&news, &offers]).await;
    let detached = configuration.detach_exports(&ann, &both).await.unwrap();
    assert_eq!(detached.len(), 2, "one that is detached already stays so");
    let stale = configuration.remove_connection(&ann, &id, &store::Tag::new("\"older\"")).await;
    assert_eq!(stale.unwrap_err().code(), "stale");
    bench.time_passes(SignedDuration::from_secs(1));
    let removed = configuration.remove_connection(&ann, &id, &tag).await.unwrap();
    assert!(removed.revoked && removed.detached.is_empty());
    assert!(is_gone(&bench, &id).await);

    let kept = bench.stored_export(&news).await;
    assert_eq!((kept.connection, kept.list_name.as_str()), (None, "News"), "the rest of it is kept");
    assert_eq!(kept.updated_by.unwrap().name, "Ann");
    let actions = bench.actions().await;
    assert_eq!(actions[..3], ["connection.removed", "export.detached", "export.detached"]);
}

#[tokio::test]
async fn an_unknown_export_detaches_none() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let news = bench.export("News", Some(&id)).await;
    let nobody = domain::identifier::ExportId::new("nobody").unwrap();
    let mut both = bench.seen(&[&news]).await;
    both.push((nobody, both[0].1.clone()));
    let outcome = bench.configuration.detach_exports(&bench.administrator(), &both).await;
    assert_eq!(outcome.unwrap_err().code(), "not_found");
    assert_eq!(bench.stored_export(&news).await.connection, Some(id));
}

#[tokio::test]
async fn what_was_changed_since_it_was_seen_is_not_detached() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    let news = bench.export("News", Some(&id)).await;
    let offers = bench.export("Offers", Some(&id)).await;
    let shown = configuration.connection(&ann, &id).await.unwrap().value.exports;
    let seen: Vec<_> = shown.iter().map(|export| (export.id.clone(), export.tag.clone())).collect();
    assert_eq!(seen, bench.seen(&[&news, &offers]).await);
    // Somebody else switches the schedule of one of them.
    let off = configuration::BulkSchedule::Switch(false);
    configuration.set_schedules(&ann, &bench.seen(&[&offers]).await, &off).await.unwrap();
    let outcome = configuration.detach_exports(&ann, &seen).await;
    assert_eq!(outcome.unwrap_err().code(), "stale");
    for export in [&news, &offers] {
        assert_eq!(bench.stored_export(export).await.connection.as_ref(), Some(&id), "none of them");
    }
    configuration.detach_exports(&ann, &bench.seen(&[&news, &offers]).await).await.unwrap();
    assert_eq!(bench.stored_export(&offers).await.connection, None);
}

#[tokio::test]
async fn a_detached_export_stops_running() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let news = bench.export("News", Some(&id)).await;
    let offers = bench.export("Offers", Some(&id)).await;
    let (run, other) = (bench.run(&news).await, bench.run(&offers).await);
    // One that follows it waits, too.
    bench.pin(&news).await;
    bench.run(&news).await;
    assert!(bench.engine.occupation(&news).await.unwrap().follow_up.is_some());
    bench.configuration.detach_exports(&bench.administrator(), &bench.seen(&[&news]).await).await.unwrap();
    assert_eq!(bench.engine.occupation(&news).await.unwrap().follow_up, None);
    assert_eq!(cancelled(&bench, &run).await.as_deref(), Some("Ann"));
    assert_eq!(cancelled(&bench, &other).await, None);
    assert_eq!(bench.driver.take(), [run]);
}

#[tokio::test]
async fn one_confirmation_ends_everything_and_no_request_follows() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Contributors).await;
    let other = bench.connected(ConnectionAccess::Contributors).await;
    let news = bench.export("News", Some(&id)).await;
    let offers = bench.export("Offers", Some(&id)).await;
    let elsewhere = bench.export("Elsewhere", Some(&other)).await;
    let runs = [bench.run(&news).await, bench.run(&offers).await];
    let unconcerned = bench.run(&elsewhere).await;

    let removed = bench.configuration.detach_all_and_remove(&bench.administrator(), &id).await.unwrap();
    assert_eq!((removed.stopped_runs, removed.revoked), (2, true));
    assert_eq!(removed.detached.iter().map(|export| &export.id).collect::<Vec<_>>(), [&news, &offers]);
    assert!(is_gone(&bench, &id).await && !is_gone(&bench, &other).await);
    assert_eq!(bench.stored_export(&news).await.connection, None);
    assert_eq!(bench.stored_export(&elsewhere).await.connection, Some(other));
    assert_eq!(cancelled(&bench, &unconcerned).await, None);
    assert!(runs.iter().all(|run| bench.driver.take_one(run)), "each hears of it");

    let before = bench.control.statistics().await;
    for run in &runs {
        assert_eq!(cancelled(&bench, run).await.as_deref(), Some("Ann"));
        let deadline = bench.clock.now() + SignedDuration::from_mins(5);
        let advance = bench.engine.advance(run, deadline, Caller::SoleOwner).await.unwrap();
        assert!(matches!(advance, Advance::Done { status: Status::Canceled, .. }), "{advance:?}");
    }
    let late = bench.configuration.lists(&bench.administrator(), &id).await;
    assert_eq!(late.unwrap_err().code(), "not_found");
    assert_eq!(bench.control.statistics().await, before, "no request was made afterwards");
    let outcome = bench.configuration.detach_all_and_remove(&bench.administrator(), &id).await;
    assert_eq!(outcome.unwrap_err().code(), "not_found");
}

/// Makes a run the one of a connection, as the engine does when it begins.
async fn begin_with(bench: &Company, run: &RunKey, connection: &ConnectionId) {
    let document = format!("runs/{}/{}.json", run.export, run.run);
    let export = bench.stored_export(&run.export).await;
    bench
        .documents
        .update::<Run, (), std::convert::Infallible, _>(&document, |run| {
            let configuration = engine::Configuration {
                connection: connection.clone(),
                account: AccountId::new("p07e1l8cdif9dl").unwrap(),
                list: export.list.clone(),
                segments: export.segments.clone(),
                mapping: export.mapping.clone(),
            };
            Ok(Change::Write(Run { configuration: Some(configuration), ..run.unwrap().clone() }, ()))
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_follows_with_another_connection_stays() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let other = bench.connected(ConnectionAccess::Administrators).await;
    let (swapped, news) = (bench.export("Swapped", Some(&id)).await, bench.export("News", Some(&id)).await);
    let mut runs = Vec::new();
    for export in [&swapped, &news] {
        let run = bench.run(export).await;
        begin_with(&bench, &run, &id).await;
        bench.pin(export).await;
        bench.run(export).await;
        runs.push(run);
    }
    bench
        .documents
        .update::<Export, (), std::convert::Infallible, _>(&export_key(&swapped), |export| {
            let connection = Some(other.clone());
            Ok(Change::Write(Export { connection, ..export.unwrap().clone() }, ()))
        })
        .await
        .unwrap();
    let removed = bench.configuration.detach_all_and_remove(&bench.administrator(), &id).await.unwrap();
    assert_eq!(removed.stopped_runs, 3, "two active ones, and what was to follow one of them");
    for run in &runs {
        assert_eq!(cancelled(&bench, run).await.as_deref(), Some("Ann"));
    }
    assert!(bench.engine.occupation(&swapped).await.unwrap().follow_up.is_some(), "it is for the other one");
    assert_eq!(bench.engine.occupation(&news).await.unwrap().follow_up, None);
    assert_eq!(bench.stored_export(&swapped).await.connection, Some(other));
}

#[tokio::test]
async fn what_cannot_be_read_does_not_hold_up_a_removal() {
    let damaged = r"{}";
    let newer = r#"{"schema_version":99,"kind":"run","write_id":"w","content":{}}"#;
    for (what, text) in [("run", damaged), ("run", newer), ("index", damaged), ("occupation", damaged)] {
        let bench = bench().await;
        let id = bench.connected(ConnectionAccess::Administrators).await;
        let (news, offers) = (bench.export("News", Some(&id)).await, bench.export("Offers", Some(&id)).await);
        let (unreadable, readable) = (bench.run(&news).await, bench.run(&offers).await);
        let key = match what {
            "run" => format!("runs/{news}/{}.json", unreadable.run),
            "index" => format!("active-runs/{news}/{}", unreadable.run),
            _ => format!("exports/{news}/occupation.json"),
        };
        bench.memory.get(&key).await.unwrap();
        bench.memory.put(&key, text.into(), Condition::None).await.unwrap();
        let removed = bench.configuration.detach_all_and_remove(&bench.administrator(), &id).await.unwrap();
        assert_eq!(removed.detached.len(), 2, "{what}");
        assert_eq!(removed.stopped_runs, if what == "run" { 1 } else { 2 }, "{what}");
        assert_eq!(cancelled(&bench, &readable).await.as_deref(), Some("Ann"), "{what}");
        assert_eq!(bench.stored_export(&news).await.connection, None, "{what}");
        assert!(is_gone(&bench, &id).await, "{what}");
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_connection_that_is_being_removed() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Contributors).await;
    bench.export("News", Some(&id)).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    // Audit entry and mark.
    bench.store.stop_after(2);
    let outcome = configuration.detach_all_and_remove(&ann, &id).await;
    assert_eq!(outcome.unwrap_err().code(), "unavailable");
    assert!(bench.store.go_on());

    let seen = configuration.connection(&ann, &id).await.unwrap();
    assert_eq!(seen.value.status, ConnectionState::Removing);
    let before = bench.control.statistics().await;
    let refused = [
        configuration.lists(&ann, &id).await.map(|_| ()),
        configuration.test_connection(&ann, &id).await.map(|_| ()),
        configuration.begin_authorization(&ann, &id).await.map(|_| ()),
        configuration.add_export_user(&ann, &id, &seen.tag).await.map(|_| ()),
    ];
    for outcome in refused {
        assert_eq!(outcome.unwrap_err().code(), "not_connected");
    }
    assert!(configuration.connections_to_choose(&ann).await.unwrap().is_empty());
    assert_eq!(bench.control.statistics().await, before);
}

#[tokio::test]
async fn a_second_call_finishes_what_a_crash_interrupted() {
    let mut interruptions = 0;
    for writes in 0.. {
        let bench = bench().await;
        let id = bench.connected(ConnectionAccess::Administrators).await;
        let news = bench.export("News", Some(&id)).await;
        let offers = bench.export("Offers", Some(&id)).await;
        let runs = [bench.run(&news).await, bench.run(&offers).await];
        let ann = bench.administrator();
        bench.store.stop_after(writes);
        let first = bench.configuration.detach_all_and_remove(&ann, &id).await;
        let stopped = bench.store.go_on();
        assert_eq!(first.is_err(), stopped, "after {writes} writes: {first:?}");
        if !stopped {
            break;
        }
        interruptions += 1;
        if writes >= 2 {
            let left = bench.stored_connection(&id).await.unwrap();
            assert!(left.removing && left.usable().is_none(), "after {writes} writes");
        }
        bench.configuration.detach_all_and_remove(&ann, &id).await.unwrap();
        assert!(is_gone(&bench, &id).await, "after {writes} writes");
        for export in [&news, &offers] {
            assert_eq!(bench.stored_export(export).await.connection, None, "after {writes} writes");
        }
        for run in &runs {
            assert_eq!(cancelled(&bench, run).await.as_deref(), Some("Ann"), "after {writes} writes");
        }
    }
    // The entry, the mark, two runs, two exports with an entry each, the mark of the lease, lease and document.
    assert_eq!(interruptions, 11);
}

#[tokio::test]
async fn a_plain_removal_that_was_interrupted_is_repeated() {
    for writes in 2.. {
        let bench = bench().await;
        let id = bench.connected(ConnectionAccess::Administrators).await;
        let ann = bench.administrator();
        let tag = bench.configuration.connection(&ann, &id).await.unwrap().tag;
        bench.store.stop_after(writes);
        let first = bench.configuration.remove_connection(&ann, &id, &tag).await;
        if !bench.store.go_on() {
            first.unwrap();
            assert!(writes > 2);
            break;
        }
        first.unwrap_err();
        let seen = bench.configuration.connection(&ann, &id).await.unwrap();
        assert_eq!(seen.value.status, ConnectionState::Removing);
        bench.configuration.remove_connection(&ann, &id, &seen.tag).await.unwrap();
        assert!(is_gone(&bench, &id).await);
    }
}
