//! What stops when a connection or a detached export ends: also what waited at that moment, and what an interrupted call
//! has left.

use catalog::{Connection, ConnectionAccess, connection_key};
use company::Company;
use domain::identifier::{ConnectionId, ExportId};
use engine::RunKey;
use futures_util::FutureExt;
use store::{Condition, ObjectStore};

use crate::bench;

/// Has the connection marked as being removed as soon as anything waits: for its turn among the requests, say.
fn removed_while_waiting(bench: &Company, id: &ConnectionId) {
    let (documents, id) = (bench.documents.clone(), id.clone());
    bench.clock.on_advance(move |_| {
        let marking = async {
            let current = documents.load::<Connection>(&connection_key(&id)).await.unwrap().unwrap();
            if !current.content.removing {
                let marked = Connection { removing: true, ..current.content.clone() };
                documents.replace(&current, marked).await.unwrap();
            }
        };
        marking.now_or_never().expect("a bucket in memory answers at once");
    });
}

#[tokio::test]
async fn a_request_that_waits_while_its_connection_is_removed_is_not_made() {
    let bench = bench().await;
    let id = bench.connected(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    configuration.lists(&ann, &id).await.unwrap();
    let before = bench.control.statistics().await;
    let on_record = bench.actions().await;
    removed_while_waiting(&bench, &id);
    let outcome = configuration.create_list(&ann, &id, "Late").await;
    assert!(bench.stored_connection(&id).await.unwrap().removing, "it has waited");
    let error = outcome.unwrap_err();
    assert_eq!(error.to_string(), "there is no such connection; it may have been removed");
    assert_eq!(bench.control.statistics().await, before, "although the process knows a token");
    assert_eq!(bench.actions().await, on_record);
}

#[tokio::test]
async fn no_account_is_looked_at_for_a_connection_that_is_removed_meanwhile() {
    let bench = bench().await;
    let id = bench.created(ConnectionAccess::Administrators).await;
    let (ann, configuration) = (bench.administrator(), &bench.configuration);
    let url = configuration.begin_authorization(&ann, &id).await.unwrap();
    let answer = company::visit(url, crate::ADDRESS).await;
    removed_while_waiting(&bench, &id);
    let outcome = configuration.complete_authorization(&ann, answer).await;
    assert_eq!(outcome.unwrap_err().code(), "not_found");
    assert_eq!(configuration.calls(&ann, &id).await.unwrap(), []);
}

/// An export with a run that is under way, and one that follows.
async fn running(bench: &Company, id: &ConnectionId) -> (ExportId, RunKey) {
    let news = bench.export("News", Some(id)).await;
    let run = bench.run(&news).await;
    bench.pin(&news).await;
    bench.run(&news).await;
    (news, run)
}

#[tokio::test]
async fn repeating_a_detachment_that_was_interrupted_stops_the_run() {
    let mut interruptions = 0;
    for writes in 0.. {
        let bench = bench().await;
        let id = bench.connected(ConnectionAccess::Administrators).await;
        let (news, run) = running(&bench, &id).await;
        let (ann, configuration) = (bench.administrator(), &bench.configuration);
        let seen = bench.seen(&[&news]).await;
        bench.store.stop_after(writes);
        let first = configuration.detach_exports(&ann, &seen).await;
        let stopped = bench.store.go_on();
        assert_eq!(first.is_err(), stopped, "after {writes} writes: {first:?}");
        if stopped {
            interruptions += 1;
            configuration.detach_exports(&ann, &bench.seen(&[&news]).await).await.unwrap();
        }
        assert_eq!(bench.stored_export(&news).await.connection, None, "after {writes} writes");
        let cancel = bench.engine.run(&run).await.unwrap().unwrap().cancel;
        assert_eq!(cancel.map(|cancel| cancel.by).as_deref(), Some("Ann"), "after {writes} writes");
        assert_eq!(bench.engine.occupation(&news).await.unwrap().follow_up, None, "after {writes} writes");
        if !stopped {
            break;
        }
    }
    // The entry, the export, what follows, the run.
    assert_eq!(interruptions, 4);
}

#[tokio::test]
async fn none_is_detached_whose_run_could_not_be_stopped() {
    for what in ["run", "occupation"] {
        let bench = bench().await;
        let id = bench.connected(ConnectionAccess::Administrators).await;
        let (news, run) = running(&bench, &id).await;
        let offers = bench.export("Offers", Some(&id)).await;
        let key = match what {
            "run" => format!("runs/{news}/{}.json", run.run),
            _ => format!("exports/{news}/occupation.json"),
        };
        bench.memory.put(&key, "{}".into(), Condition::None).await.unwrap();
        let both = bench.seen(&[&offers, &news]).await;
        let outcome = bench.configuration.detach_exports(&bench.administrator(), &both).await;
        assert!(outcome.unwrap_err().to_string().contains("cannot be read"), "{what}");
        for export in [&offers, &news] {
            assert_eq!(bench.stored_export(export).await.connection.as_ref(), Some(&id), "{what}");
        }
    }
}
