//! Runs that people start, stop and approve, and what they get back.

use company::PEOPLE;
use engine::{Started, Status};
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use planner::RunKind;
use store::Change;

use super::world::{World, world};

async fn text(download: configuration::Download) -> String {
    let configuration::DownloadContent::Stream(content) = download.content else { panic!("a link") };
    let pieces: Vec<bytes::Bytes> = content.try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

fn many(from: usize, to: usize) -> String {
    let rows = (from..to).map(|number| format!("{number},person{number}@example.com,Ann,\n"));
    format!("CustomerId,EMail,FirstName,Hobby\n{}", rows.collect::<String>())
}

#[tokio::test]
async fn a_run_is_started_once_per_key_and_person() {
    let world = world().await;
    let (carl, ann) = (world.bench.contributor(), world.bench.administrator());
    let configuration = &world.bench.configuration;
    let id = world.export("News").await;
    let first = configuration.run_export(&carl, &id, RunKind::Changes, Some("key-1")).await.unwrap();
    assert!(matches!(first, Started::Created(_)));
    assert_eq!(world.driven(), std::slice::from_ref(&id), "it is set going");
    let run = world.bench.finish(first.active()).await;
    assert_eq!(run.request.requested_by, "Carl");
    let again = configuration.run_export(&carl, &id, RunKind::Changes, Some("key-1")).await.unwrap();
    assert_eq!(again, Started::Known(first.active().clone()));
    let started = |actions: Vec<String>| actions.iter().filter(|action| *action == "run.started").count();
    assert_eq!(started(world.bench.actions().await), 1, "nothing has happened");
    world.bench.time_passes(SignedDuration::from_secs(1));
    let other = configuration.run_export(&ann, &id, RunKind::Changes, Some("key-1")).await.unwrap();
    assert!(matches!(other, Started::Created(_)), "another person's key is another request");
    for key in ["", "two words", "ü", &"k".repeat(201)] {
        let refused = configuration.run_export(&carl, &id, RunKind::Changes, Some(key)).await;
        assert_eq!(refused.unwrap_err().code(), "invalid", "{key}");
    }
    let entry = &configuration.audit(&ann, None).await.unwrap().items[0];
    assert_eq!((entry.action.as_str(), entry.by.subject.as_str()), ("run.started", "subject-of-Ann"));
    let run = other.active().run.to_string();
    assert_eq!(entry.after, Some(serde_json::json!({ "kind": "changes", "approved": null, "run": run })));
}

#[tokio::test]
async fn a_run_needs_a_connection_that_works() {
    let world = world().await;
    let (ann, configuration) = (world.bench.administrator(), &world.bench.configuration);
    let detached = world.bench.export("Detached", None).await;
    let refused = configuration.run_export(&ann, &detached, RunKind::Changes, None).await;
    assert_eq!(refused.unwrap_err().code(), "no_connection");
    let half = world.bench.created(catalog::ConnectionAccess::Contributors).await;
    let half = world.bench.export("Half", Some(&half)).await;
    let refused = configuration.run_export(&ann, &half, RunKind::Changes, None).await;
    assert_eq!(refused.unwrap_err().code(), "not_connected");
    assert!(world.driven().is_empty());
}

#[tokio::test]
async fn run_all_takes_what_has_an_active_schedule() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let (news, offers) = (world.export("News").await, world.export("Offers").await);
    let off = configuration::BulkSchedule::Switch(false);
    configuration.set_schedules(&carl, &world.bench.seen(&[&offers]).await, &off).await.unwrap();
    world.bench.export("Detached", None).await;
    let all = configuration.run_all(&carl, None).await.unwrap();
    assert_eq!(all.started.iter().map(|started| &started.export.id).collect::<Vec<_>>(), [&news]);
    assert!(all.left_out.is_empty(), "what a contributor may only look at is not told as a failure");
    let all = configuration.run_all(&world.bench.administrator(), None).await.unwrap();
    assert_eq!((all.started.len(), all.left_out[0].code), (1, "no_connection"));
    configuration.run_export(&carl, &offers, RunKind::Changes, None).await.unwrap();
    assert!(world.driven().contains(&offers), "Run works with its schedule off");
}

#[tokio::test]
async fn what_came_of_a_run_is_shown_and_downloaded() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let started = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap();
    let key = started.active().clone();
    let list = configuration.runs(&carl, &id, 100).await.unwrap();
    assert_eq!((list.active.unwrap().status, list.items.len()), (Status::Queued, 0));
    let missing = configuration.report(&carl, &key).await.unwrap_err();
    assert_eq!(missing.code(), "not_found", "not before its end");
    world.bench.finish(&key).await;
    let details = configuration.run(&carl, &key).await.unwrap();
    let ended = details.ended.unwrap();
    assert_eq!((ended.counts.read, ended.counts.added, ended.counts.rejected), (3, 2, 1));
    assert_eq!((ended.status, ended.code, ended.service.people), (Status::Successful, "completed", 2));
    assert_eq!(ended.snapshots[0].snapshot, "2026-11-20.csv");
    assert!(ended.duration.is_some() && ended.requests > 0 && !details.requests.is_empty());
    assert!(details.you_may.download && !details.you_may.approve);
    assert!(!details.you_may.retry_failed, "our own checks would reject the row again");
    let list = configuration.runs(&carl, &id, 100).await.unwrap();
    assert_eq!((list.active.is_none(), &list.items), (true, &vec![ended]));

    let report = configuration.report(&carl, &key).await.unwrap();
    assert_eq!(report.file_name, format!("rejected-rows-{}.csv", key.run));
    assert!(!format!("{report:?}").contains("nobody"));
    let size = report.size;
    let report = text(report).await;
    assert!(report.contains("nobody") && !report.contains("ann@example.com"), "{report}");
    assert_eq!(size, report.len() as u64);
    world.bench.time_passes(SignedDuration::from_secs(1));
    let outcomes = text(configuration.outcomes(&carl, &key).await.unwrap()).await;
    assert!(outcomes.contains("added") && outcomes.contains("rejected"), "{outcomes}");
    assert_eq!(world.bench.actions().await[..2], ["outcomes.downloaded", "report.downloaded"]);
    let retried = configuration.run_export(&carl, &id, RunKind::RetryFailed, None).await.unwrap();
    assert_eq!(world.bench.finish(retried.active()).await.request.kind, RunKind::RetryFailed);
}

#[tokio::test]
async fn what_constant_contact_refused_is_retried_from_the_latest_run_only() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    world.bench.control.change_faults(|faults| faults.refuse_containing = Some("bob".to_owned())).await;
    let first = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.bench.finish(&first).await;
    let details = configuration.run(&carl, &first).await.unwrap();
    let ended = details.ended.unwrap();
    assert_eq!((ended.counts.rejected, ended.retryable()), (2, 1), "{:?}", ended.counts);
    assert!(details.you_may.retry_failed);
    assert!(!configuration.run(&world.bench.viewer(), &first).await.unwrap().you_may.retry_failed);
    world.bench.control.change_faults(|faults| faults.refuse_containing = None).await;
    world.bench.time_passes(SignedDuration::from_secs(1));
    let second = configuration.run_export(&carl, &id, RunKind::RetryFailed, None).await.unwrap();
    let second = second.active().clone();
    assert!(!configuration.run(&carl, &first).await.unwrap().you_may.retry_failed, "one is under way");
    world.bench.finish(&second).await;
    assert!(!configuration.run(&carl, &first).await.unwrap().you_may.retry_failed, "a later one has tried");
    let details = configuration.run(&carl, &second).await.unwrap();
    assert!(!details.you_may.retry_failed && details.ended.unwrap().retryable() == 0, "nothing is left");
}

#[tokio::test]
async fn a_run_is_canceled_once_and_not_after_its_end() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Full, None).await.unwrap().active().clone();
    world.driven();
    world.bench.time_passes(SignedDuration::from_secs(1));
    configuration.cancel_run(&carl, &key).await.unwrap();
    assert_eq!(world.driven(), std::slice::from_ref(&id), "also one that nobody works on hears of it");
    assert!(configuration.run(&carl, &key).await.unwrap().progress.canceling);
    let run = world.bench.finish(&key).await;
    assert_eq!(run.ended().unwrap().end.status(), Status::Canceled);
    let again = configuration.cancel_run(&carl, &key).await.unwrap_err();
    assert_eq!(again.code(), "nothing_to_do");
    assert_eq!(world.bench.actions().await[0], "run.canceled");
    let unknown = engine::RunKey { export: id, run: domain::identifier::RunId::new("none").unwrap() };
    assert_eq!(configuration.cancel_run(&carl, &unknown).await.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn a_run_that_follows_is_canceled_before_it_begins() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    let key = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap().active().clone();
    world.bench.pin(&id).await;
    let follows = configuration.run_export(&carl, &id, RunKind::Full, Some("key-1")).await.unwrap();
    assert_eq!(follows, Started::Follows { active: key.clone() });
    let queued = configuration.runs(&carl, &id, 10).await.unwrap().queued;
    assert_eq!((queued.len(), queued[0].kind), (1, RunKind::Full));
    let waiting = engine::RunKey { export: id.clone(), run: queued[0].run.clone() };
    let viewer = configuration.cancel_run(&world.bench.viewer(), &waiting).await;
    assert_eq!(viewer.unwrap_err().code(), "forbidden");
    world.bench.time_passes(SignedDuration::from_secs(1));
    let canceled = configuration.cancel_run(&carl, &waiting).await.unwrap();
    assert_eq!(canceled, configuration::CanceledRun::TakenBack);
    assert!(configuration.runs(&carl, &id, 10).await.unwrap().queued.is_empty());
    assert_eq!(world.bench.actions().await[0], "run.canceled");
    let again = configuration.cancel_run(&carl, &waiting).await.unwrap_err();
    assert_eq!(again.code(), "not_found");
    let actions = world.bench.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "run.canceled").count(), 1, "{actions:?}");
    // The same request again does not bring it back, and the active run goes on.
    configuration.run_export(&carl, &id, RunKind::Full, Some("key-1")).await.unwrap();
    world.bench.finish(&key).await;
    let runs = configuration.runs(&carl, &id, 10).await.unwrap();
    assert_eq!((runs.active, runs.items.len()), (None, 1));
}

#[tokio::test]
async fn a_run_is_canceled_in_the_moment_in_which_it_begins() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap();
    world.bench.pin(&id).await;
    configuration.run_export(&carl, &id, RunKind::Full, None).await.unwrap();
    let queued = configuration.runs(&carl, &id, 10).await.unwrap().queued;
    let key = engine::RunKey { export: id.clone(), run: queued[0].run.clone() };
    // The one before it has ended: it has its place, but no document yet.
    world
        .bench
        .documents
        .update::<engine::Occupation, (), std::convert::Infallible, _>(
            &format!("exports/{id}/occupation.json"),
            |occupation| {
                let mut occupation = occupation.unwrap().clone();
                occupation.active = occupation.follow_up.take();
                Ok(Change::Write(occupation, ()))
            },
        )
        .await
        .unwrap();
    assert_eq!(world.bench.engine.run(&key).await.unwrap(), None);
    let canceled = configuration.cancel_run(&carl, &key).await.unwrap();
    assert_eq!(canceled, configuration::CanceledRun::Canceling);
    assert_eq!(world.bench.finish(&key).await.ended().unwrap().end.status(), Status::Canceled);
}

async fn braked(world: &World) -> (domain::identifier::ExportId, engine::RunKey) {
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let id = world.export("News").await;
    world.bench.upload("customers/2026-11-21.csv", &many(0, 200)).await;
    let first = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap();
    world.bench.finish(first.active()).await;
    world.bench.upload("customers/2026-11-22.csv", &many(0, 500)).await;
    let second = configuration.run_export(&carl, &id, RunKind::Changes, None).await.unwrap();
    let run = world.bench.finish(second.active()).await;
    assert_eq!(run.ended().unwrap().end.code(), "brake_additions");
    (id, run.key)
}

#[tokio::test]
async fn exactly_the_plan_that_was_braked_is_approved() {
    let world = world().await;
    let (carl, configuration) = (world.bench.contributor(), &world.bench.configuration);
    let (id, key) = braked(&world).await;
    let details = configuration.run(&carl, &key).await.unwrap();
    assert!(details.you_may.approve && details.ended.unwrap().may_approve);
    let viewer = configuration.run(&world.bench.viewer(), &key).await.unwrap();
    assert!(!viewer.you_may.approve);
    // A newer snapshot is not part of what was approved.
    world.bench.upload("customers/2026-11-23.csv", PEOPLE).await;
    let approved = configuration.approve_run(&carl, &key).await.unwrap();
    let run = world.bench.finish(approved.active()).await;
    assert_eq!(run.request.approved.as_ref(), Some(&key.run));
    let ended = run.ended().unwrap();
    assert_eq!((ended.end.code(), ended.counts.added), ("completed", 300));
    assert_eq!(configuration.approve_run(&carl, &key).await.unwrap(), Started::Known(run.key.clone()));
    let refused = configuration.approve_run(&carl, &run.key).await.unwrap_err();
    assert_eq!(refused.code(), "nothing_to_do", "the brake did not stop that one");
    let item = &configuration.runs(&carl, &id, 1).await.unwrap().items[0];
    assert_eq!(item.approved.as_ref(), Some(&key.run));
}
