//! What is kept of runs for people: history, progress, the service's own counts and words, the latest calls.

use domain::identifier::ConnectionId;
use engine::{Advance, Caller, ServiceCounts, Stage, Status};
use jiff::SignedDuration;
use planner::RunKind;
use simulator::{Change, Naming, NewContact, RefusedAs};
use virtual_time::counts;

use super::steps::world_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_has_every_run_with_the_newest_first() {
    let world = world_of(200).await;
    for _ in 0..3 {
        world.run(RunKind::Changes).await;
    }
    let engine = world.process();
    let history = engine.history(&world.export, 100).await.unwrap();
    let runs = engine.runs(&world.export, 100).await.unwrap();
    assert_eq!(history.len(), 3);
    for (summary, run) in history.iter().zip(&runs) {
        let ended = run.ended().unwrap();
        assert_eq!((&summary.run, &summary.end), (&run.key.run, &ended.end));
        assert_eq!((summary.created_at, summary.ended_at), (run.created_at, ended.at));
        assert_eq!((&summary.counts, summary.requests), (&ended.counts, run.total_requests()));
        assert_eq!(summary.requested_by, "administrator");
        assert_eq!(summary.snapshots[0].snapshot, "1.csv");
    }
    assert_eq!(engine.history(&world.export, 1).await.unwrap(), history[..1]);
    assert_eq!(engine.occupation(&world.export).await.unwrap().latest.as_ref(), history.first());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_services_own_counts_are_added_up() {
    let world = world_of(200).await;
    let contact = NewContact { email: "person5@example.com".into(), ..NewContact::default() };
    world.control.add_contacts(vec![contact]).await.unwrap();
    world
        .control
        .change_faults(|faults| {
            faults.refuse_containing = Some("person19".into());
            faults.refuse_as = RefusedAs::Error;
        })
        .await;
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    while !matches!(engine.run(&key).await.unwrap().unwrap().phase, engine::Phase::Sending(_)) {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    world.control.change_contact("person5@example.com", Change::Unsubscribe).await.unwrap();
    let run = world.finish(&engine, &key).await;
    let ServiceCounts { activities, people, errors, correctable, cannot_add } = run.service;
    assert_eq!((activities, errors, correctable, cannot_add), (5, 11, 0, 1));
    assert!(people >= 188, "{people}");
    assert_eq!(engine.history(&world.export, 1).await.unwrap()[0].service, run.service);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_has_the_services_words_for_a_refused_row() {
    let world = world_of(200).await;
    world.control.change_switches(|switches| switches.naming = Naming::All).await;
    world.control.change_faults(|faults| faults.refuse_containing = Some("person199".into())).await;
    let run = world.run(RunKind::Changes).await;
    let report = world.state_file(run.ended().unwrap().files.report.as_ref().unwrap()).await;
    let mut lines = report.lines();
    assert_eq!(lines.next(), Some("file,row,reason,detail,content"));
    let line = lines.next().unwrap();
    let fields: Vec<&str> = line.splitn(5, ',').collect();
    assert_eq!(fields[2], "service_correctable");
    assert!(fields[3].len() > 3, "{line}");
    assert!(fields[4].contains("person199@example.com"), "{line}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_progress_says_how_far_it_is_and_whether_the_day_suffices() {
    let world = world_of(200).await;
    world.control.change_switches(|switches| switches.activity_seconds = 600).await;
    *world.left_today.lock().unwrap() = Some(3);
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    let queued = engine.progress(&key).await.unwrap().unwrap();
    assert_eq!((queued.status, queued.stage, queued.forecast), (Status::Queued, Stage::Queued, None));
    while world.control.statistics().await.imports < 2 {
        engine.advance(&key, world.clock_now(), Caller::SoleOwner).await.unwrap();
    }
    let sending = engine.progress(&key).await.unwrap().unwrap();
    assert_eq!((sending.status, sending.stage), (Status::Processing, Stage::Sending));
    assert_eq!((sending.imports.total, sending.imports.sent, sending.imports.settled), (5, 2, 0));
    assert_eq!((sending.rows.total, sending.rows.sent), (200, 80));
    assert_eq!((sending.remaining, sending.requests_left_today), (None, Some(3)));
    let forecast = sending.forecast.unwrap();
    assert_eq!((forecast.imports, forecast.left_today, forecast.suffices()), (5, Some(3), Some(false)));
    assert!(engine.run(&key).await.unwrap().unwrap().exceeds_the_day());
    *world.left_today.lock().unwrap() = Some(9_000);
    let mut seen = Vec::new();
    loop {
        let deadline = world.clock_now().checked_add(SignedDuration::from_mins(5)).unwrap();
        let advance = engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
        let progress = engine.progress(&key).await.unwrap().unwrap();
        seen.push(progress.stage);
        match advance {
            Advance::Wait { until } => world.sleep(until.duration_since(world.clock_now())).await,
            Advance::Done { .. } => {
                assert_eq!((progress.status, progress.stage), (Status::Successful, Stage::Ended));
                assert_eq!(progress.requests_used, engine.run(&key).await.unwrap().unwrap().total_requests());
                break;
            }
            Advance::Parked { reason } => panic!("{reason}"),
        }
    }
    assert!(seen.contains(&Stage::Settling), "{seen:?}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_is_reckoned_from_what_took_how_long() {
    let world = world_of(200).await;
    world.control.change_switches(|switches| switches.activity_variation_seconds = 3_000).await;
    let engine = world.process();
    let key =
        engine.start_run(&world.export, world.request(RunKind::Changes)).await.unwrap().active().clone();
    let mut reckoned = 0;
    for _ in 0..200 {
        let deadline = world.clock_now().checked_add(SignedDuration::from_mins(5)).unwrap();
        let advance = engine.advance(&key, deadline, Caller::SoleOwner).await.unwrap();
        let progress = engine.progress(&key).await.unwrap().unwrap();
        if progress.stage == Stage::Settling && progress.rows.settled > 0 {
            let remaining = progress.remaining.unwrap();
            assert!(
                remaining > SignedDuration::ZERO && remaining < SignedDuration::from_hours(4),
                "{remaining}"
            );
            reckoned += 1;
        }
        match advance {
            Advance::Wait { until } => world.sleep(until.duration_since(world.clock_now())).await,
            Advance::Done { .. } => break,
            Advance::Parked { reason } => panic!("{reason}"),
        }
    }
    assert!(reckoned > 0, "nothing was ever reckoned");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashes_of_opt_outs_that_nothing_refers_to_are_deleted() {
    let world = world_of(200).await;
    let stray = "accounts/p07e1l8cdif9dl/opt-outs/stray.hashes";
    store::ObjectStore::put(world.state.as_ref(), stray, vec![0; 16].into(), store::Condition::None)
        .await
        .unwrap();
    let contact = |number: usize| NewContact {
        email: format!("person{number}@example.com"),
        unsubscribed: true,
        ..NewContact::default()
    };
    let kept = || world.state.keys().into_iter().filter(|key| key.ends_with(".hashes")).count();
    for number in 0..4 {
        world.control.add_contacts(vec![contact(number)]).await.unwrap();
        let run = world.run(RunKind::Full).await;
        assert_eq!(counts(&run).opted_out, number as u64 + 1);
        assert_eq!(world.state.keys().iter().any(|key| key == stray), number < 2, "{number}");
        world.sleep(SignedDuration::from_hours(13)).await;
    }
    // What is in use, and what was before it; what a run's ledger remembers lies elsewhere.
    let of_account = world.state.keys().into_iter().filter(|key| key.contains("/opt-outs/")).count();
    assert!(of_account <= 2 && kept() >= of_account, "{of_account}");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_hundred_calls_of_a_connection_can_be_seen() {
    let world = world_of(200).await;
    let connection = ConnectionId::new("connection-1").unwrap();
    let engine = world.process();
    assert!(engine.calls(&connection).await.unwrap().is_empty());
    let run = world.run(RunKind::Changes).await;
    let calls = engine.calls(&connection).await.unwrap();
    assert_eq!(calls.len() as u64, run.total_requests());
    assert!(calls.is_sorted_by(|newer, older| newer.sent_at >= older.sent_at));
    assert!(calls.iter().any(|call| call.method == "POST" && call.path.contains("json_import")));
    for _ in 0..20 {
        world.run(RunKind::Full).await;
    }
    assert_eq!(engine.calls(&connection).await.unwrap().len(), 100);
    assert_eq!(counts(&run).added, 200);
    world.close().await;
}
