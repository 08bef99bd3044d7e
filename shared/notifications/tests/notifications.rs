//! Promises, with real runs and the real SDK: a change is told once, nothing is lost when telling fails or its process
//! dies, and what is told holds nobody's data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed assertion is the point of a test"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use catalog::{connection_key, export_key};
use domain::Clock;
use domain::identifier::{ExportId, ListId};
use engine::{Advance, RunKey, Status};
use function_stage::{AwsCalls, Fault, MemoryStage};
use jiff::SignedDuration;
use notifications::{
    EventBus, EventBusSettings, Notification, NotificationKind, NotificationList, NotificationParts,
    NotificationSettings, Notifications, Notifier, NotifyError, SOURCE,
};
use schedule::ExportSchedule;
use store::{AwsServer, Condition};

use NotificationKind::{
    ConnectionNeedsReauthentication, ConnectionRecovered, ExportRecovered, ExportSkipped, SnapshotOld,
};

/// Remembers what it was given, and can refuse it.
#[derive(Debug, Default)]
struct Ear {
    heard: Mutex<Vec<Notification>>,
    deaf: AtomicBool,
}

#[async_trait]
impl Notifier for Ear {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        if self.deaf.load(Ordering::SeqCst) {
            return Err(NotifyError::Unavailable("out of order".into()));
        }
        self.heard.lock().unwrap().push(notification.clone());
        Ok(())
    }
}

struct Bench {
    stage: MemoryStage,
    ear: Arc<Ear>,
    notifications: Notifications,
}

async fn bench() -> Bench {
    let stage = MemoryStage::new().await;
    let ear = Arc::new(Ear::default());
    let notifications = notifications(&stage, Arc::<Ear>::clone(&ear));
    Bench { stage, ear, notifications }
}

fn notifications(stage: &MemoryStage, notifier: Arc<dyn Notifier>) -> Notifications {
    let console = Some("https://exports.example.com".parse().unwrap());
    Notifications::new(NotificationParts {
        engine: stage.engine.clone(),
        documents: stage.documents.clone(),
        segments: Arc::clone(&stage.segments),
        grants: stage.grants.clone(),
        notifier,
        clock: stage.time(),
        settings: NotificationSettings { console, ..NotificationSettings::default() },
    })
}

impl Bench {
    async fn export(&self) -> ExportId {
        self.stage.export("export-1", &["people"], ExportSchedule::default()).await
    }

    /// One that does not have to wait for a run of the first, which keeps its list while it waits for a person.
    async fn export_to_another_list(&self) -> ExportId {
        let id = ExportId::new("export-2").unwrap();
        let list = ListId::new(self.stage.control.create_list("Offers").await.unwrap()).unwrap();
        let new = function_stage::export(id.clone(), list, &["people"], self.stage.clock.now());
        self.stage.documents.create(&export_key(&id), new).await.unwrap();
        id
    }

    /// A run to its end, about which people are told as whoever advances it does.
    async fn run(&self, export: &ExportId) -> (RunKey, Advance) {
        let run = self.stage.start_run(export).await;
        let advance = self.stage.drive(&run).await;
        self.notifications.advanced(&run, &advance).await;
        (run, advance)
    }

    /// What was told since the last call.
    fn heard(&self) -> Vec<NotificationKind> {
        self.ear.heard.lock().unwrap().drain(..).map(|notification| notification.kind).collect()
    }

    async fn pass(&self, time: SignedDuration) {
        self.stage.clock.pass(time).await;
    }
}

#[tokio::test]
async fn a_change_is_told_once_and_its_end_once() {
    let bench = bench().await;
    let export = bench.export().await;
    let (run, _) = bench.run(&export).await;
    {
        let heard = bench.ear.heard.lock().unwrap();
        let [told] = heard.as_slice() else { panic!("one: {heard:?}") };
        assert_eq!((told.kind, told.code.as_str()), (ExportSkipped, "segment_missing"));
        assert_eq!((told.export.as_ref(), told.run.as_ref()), (Some(&export), Some(&run.run)));
        let link = format!("https://exports.example.com/exports/export-1/runs/{}", run.run);
        assert_eq!(told.link.as_deref(), Some(link.as_str()));
        assert!(told.message.contains("Upload one"), "{}", told.message);
    }
    bench.heard();
    bench.run(&export).await;
    assert_eq!(bench.heard(), []);
    bench.stage.upload("people/1.csv", 3).await;
    bench.run(&export).await;
    assert_eq!(bench.heard(), [ExportRecovered]);
    bench.run(&export).await;
    assert_eq!(bench.heard(), []);
    assert_eq!(bench.notifications.look_at_everything().await.unwrap().told, 0);
}

#[tokio::test]
async fn what_could_not_be_handed_on_is_handed_on_later_and_once() {
    let bench = bench().await;
    let export = bench.export().await;
    bench.ear.deaf.store(true, Ordering::SeqCst);
    bench.run(&export).await;
    bench.pass(SignedDuration::from_mins(3)).await;
    assert_eq!(bench.notifications.look_at_everything().await.unwrap().failed, 1);
    bench.ear.deaf.store(false, Ordering::SeqCst);
    assert_eq!(bench.notifications.look_at_everything().await.unwrap().told, 1);
    assert_eq!(bench.notifications.look_at_everything().await.unwrap().told, 0);
    assert_eq!(bench.heard(), [ExportSkipped]);
}

#[tokio::test]
async fn a_process_that_died_before_it_told_loses_nothing() {
    let bench = bench().await;
    let export = bench.export().await;
    let run = bench.stage.start_run(&export).await;
    let advance = bench.stage.drive(&run).await;
    assert!(matches!(advance, Advance::Done { status: Status::Skipped, .. }));
    assert_eq!(bench.notifications.look_at_everything().await.unwrap().told, 1);
    // Whoever comes late repeats nothing.
    bench.notifications.advanced(&run, &advance).await;
    assert_eq!(bench.heard(), [ExportSkipped]);
}

#[tokio::test]
async fn several_runs_that_nobody_looked_at_are_told_in_their_order() {
    let bench = bench().await;
    let export = bench.export().await;
    bench.run(&export).await;
    bench.heard();
    bench.stage.upload("people/1.csv", 3).await;
    let run = bench.stage.start_run(&export).await;
    bench.stage.drive(&run).await;
    bench.pass(SignedDuration::from_secs(1)).await;
    bench.stage.upload_text("people/2.csv", "").await;
    let run = bench.stage.start_run(&export).await;
    bench.stage.drive(&run).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [ExportRecovered, NotificationKind::ExportFailed]);
}

#[tokio::test]
async fn of_many_that_look_at_once_one_tells() {
    let bench = bench().await;
    let export = bench.export().await;
    let run = bench.stage.start_run(&export).await;
    let advance = bench.stage.drive(&run).await;
    let looks: Vec<_> = (0..6)
        .map(|_| {
            let (notifications, run, advance) = (bench.notifications.clone(), run.clone(), advance.clone());
            tokio::spawn(async move { notifications.advanced(&run, &advance).await })
        })
        .collect();
    for look in looks {
        look.await.unwrap();
    }
    assert_eq!(bench.heard(), [ExportSkipped]);
}

#[tokio::test]
async fn a_connection_is_told_once_for_all_its_exports() {
    let bench = bench().await;
    let first = bench.export().await;
    let second = bench.export_to_another_list().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.stage.control.disconnect().await.unwrap();
    let (run, advance) = bench.run(&first).await;
    assert!(matches!(advance, Advance::Parked { .. }), "{advance:?}");
    bench.run(&second).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [ConnectionNeedsReauthentication]);

    bench.stage.authorise().await;
    for export in [&first, &second] {
        let run = bench.stage.engine.occupation(export).await.unwrap().active.unwrap().run;
        let key = RunKey { export: export.clone(), run };
        let advance = bench.stage.drive(&key).await;
        bench.notifications.advanced(&key, &advance).await;
    }
    assert_eq!(bench.heard(), []);
    bench.notifications.look_at_everything().await.unwrap();
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [ConnectionRecovered]);
    assert!(bench.stage.run(&run).await.ended().is_some(), "and the run has gone on");
}

#[tokio::test]
async fn what_cannot_be_read_keeps_nobody_from_being_told_of_the_rest() {
    let bench = bench().await;
    let first = bench.export().await;
    let second = bench.export_to_another_list().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.stage.control.disconnect().await.unwrap();
    let (run, _) = bench.run(&first).await;
    assert_eq!(bench.heard(), [ConnectionNeedsReauthentication]);
    let (other, _) = bench.run(&second).await;
    let document = |key: &RunKey| format!("runs/{}/{}.json", key.export, key.run);
    let damaged = [
        connection_key(&function_stage::connection()),
        export_key(&second),
        document(&other),
        document(&run),
        format!("active-runs/{}/{}", run.export, run.run),
    ];
    let memory = bench.stage.documents.store();
    bench.pass(SignedDuration::from_hours(7 * 24 + 1)).await;
    // First the connection, whose record must not be forgotten, then the runs that tell that it is waited for.
    for (keys, failed, expected) in
        [(&damaged[..3], 3, vec![SnapshotOld]), (&damaged[3..], 2, vec![SnapshotOld])]
    {
        let mut whole = Vec::new();
        for key in keys {
            whole.push((key, memory.get(key).await.unwrap().bytes));
            memory.put(key, b"{".as_slice().into(), Condition::None).await.unwrap();
        }
        let report = bench.notifications.look_at_everything().await.unwrap();
        assert_eq!((bench.heard(), report.failed), (expected, failed), "{keys:?}");
        for (key, bytes) in whole {
            memory.put(key, bytes, Condition::None).await.unwrap();
        }
    }
    let report = bench.notifications.look_at_everything().await.unwrap();
    assert_eq!((bench.heard(), report.failed), (vec![], 0), "it was told before, and has not recovered");
}

/// A run waits although its tokens were not refused, and then cannot be read: nothing has recovered.
#[tokio::test]
async fn a_run_that_cannot_be_read_makes_no_connection_recover() {
    let bench = bench().await;
    let export = bench.export().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.stage.control.disconnect().await.unwrap();
    let (run, _) = bench.run(&export).await;
    assert_eq!(bench.heard(), [ConnectionNeedsReauthentication]);
    bench.stage.authorise().await;
    let memory = bench.stage.documents.store();
    let key = format!("runs/{}/{}.json", run.export, run.run);
    let whole = memory.get(&key).await.unwrap().bytes;
    memory.put(&key, b"{".as_slice().into(), Condition::None).await.unwrap();
    let report = bench.notifications.look_at_everything().await.unwrap();
    assert_eq!((bench.heard(), report.failed), (vec![], 2), "the run, and the export whose latest it is");
    memory.put(&key, whole, Condition::None).await.unwrap();
    bench.stage.drive(&run).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [ConnectionRecovered]);
}

#[tokio::test]
async fn a_feed_that_died_is_told_although_nothing_runs() {
    let bench = bench().await;
    let export = bench.export().await;
    bench.stage.upload("people/1.csv", 3).await;
    bench.run(&export).await;
    bench.pass(SignedDuration::from_hours(7 * 24 - 1)).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), []);
    bench.pass(SignedDuration::from_hours(2)).await;
    bench.notifications.look_at_everything().await.unwrap();
    // Also when a run finds the same.
    bench.run(&export).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [SnapshotOld]);
    bench.stage.upload("people/2.csv", 3).await;
    bench.notifications.look_at_everything().await.unwrap();
    assert_eq!(bench.heard(), [ExportRecovered]);
}

#[tokio::test]
async fn an_event_on_the_bus_says_what_the_notification_says() {
    let bench = bench().await;
    let calls = AwsCalls::start().await;
    let settings = EventBusSettings { bus: "segment-export".to_owned(), server: AwsServer::default() };
    let bus = Arc::new(EventBus::new(settings, &calls.configuration().await));
    let notifications = notifications(&bench.stage, Arc::<EventBus>::clone(&bus));
    let export = bench.export().await;
    let run = bench.stage.start_run(&export).await;
    bench.stage.drive(&run).await;
    // The answer to the first attempt is lost; the SDK repeats it.
    calls.fail([Fault::LostAnswer]);
    assert_eq!(notifications.look_at_everything().await.unwrap().told, 1);
    let events = calls.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].detail["id"], events[1].detail["id"], "a repetition can be told");
    let event = &events[0];
    assert_eq!((event.bus.as_str(), event.source.as_str()), ("segment-export", SOURCE));
    assert_eq!(event.detail_type, "Export Skipped");
    assert_eq!(event.detail["kind"], "export_skipped");
    assert_eq!(event.detail["code"], "segment_missing");
    assert_eq!(event.detail["run"], run.run.as_str());
    assert!(!event.detail.to_string().contains('@'));
    assert!(!event.detail.to_string().contains("Ann"), "not even who asked for the run");

    let heard = serde_json::from_value::<Notification>(event.detail.clone()).unwrap();
    for (fault, words) in [(Fault::RefusedEntry, "MalformedDetail"), (Fault::Denied, "events:PutEvents")] {
        calls.fail([fault]);
        let error = bus.notify(&heard).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn the_list_has_each_notification_once_and_the_newest_first() {
    let bench = bench().await;
    let export = bench.export().await;
    let list = NotificationList::new(bench.stage.documents.clone());
    let notifications = notifications(&bench.stage, Arc::new(list.clone()));
    let run = bench.stage.start_run(&export).await;
    bench.stage.drive(&run).await;
    notifications.look_at_everything().await.unwrap();
    bench.stage.upload("people/1.csv", 3).await;
    let run = bench.stage.start_run(&export).await;
    bench.stage.drive(&run).await;
    notifications.look_at_everything().await.unwrap();
    let latest = list.latest(10).await.unwrap();
    let kinds: Vec<NotificationKind> = latest.iter().map(|notification| notification.kind).collect();
    assert_eq!(kinds, [ExportRecovered, ExportSkipped]);
    list.notify(&latest[1]).await.unwrap();
    assert_eq!(list.latest(10).await.unwrap(), latest);
    assert_eq!(list.latest(1).await.unwrap(), latest[..1]);
}
