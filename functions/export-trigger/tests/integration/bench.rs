//! The handler with stores in memory and a clock to set.

use std::sync::Arc;

use catalog::{REFRESH_SETTINGS, RefreshSettings};
use deployment::Failure;
use domain::Clock;
use engine::RunKey;
use export_trigger::{Answer, Handler, HandlerParts};
use function_stage::MemoryStage;
use jiff::{SignedDuration, Timestamp};
use notifications::{NotificationList, NotificationParts, NotificationSettings, Notifications};
use schedule::{RefreshForm, RefreshSchedule};
use serde_json::{Value, json};
use store::Change;

pub(crate) const BUCKET: &str = "segments-bucket";

pub(crate) struct Bench {
    pub(crate) stage: MemoryStage,
    pub(crate) handler: Handler,
}

pub(crate) async fn bench() -> Bench {
    let stage = MemoryStage::new().await;
    let notifications = Notifications::new(NotificationParts {
        engine: stage.engine.clone(),
        documents: stage.documents.clone(),
        segments: Arc::clone(&stage.segments),
        grants: stage.grants.clone(),
        notifier: Arc::new(NotificationList::new(stage.documents.clone())),
        clock: stage.time(),
        settings: NotificationSettings::default(),
    });
    let handler = Handler::new(HandlerParts {
        configuration: stage.configuration.clone(),
        notifications,
        clock: stage.time(),
        segments: Arc::clone(&stage.segments),
        segments_bucket: BUCKET.to_owned(),
    });
    Bench { stage, handler }
}

/// What S3 tells EventBridge of an object.
pub(crate) fn object_created(bucket: &str, key: &str, version: &str) -> Value {
    json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "111122223333",
        "time": "2021-11-12T00:00:00Z",
        "region": "ca-central-1",
        "resources": [format!("arn:aws:s3:::{bucket}")],
        "detail": {
            "version": "0",
            "bucket": { "name": bucket },
            "object": {
                "key": key,
                "size": 5,
                "etag": "b57f9512698f4b09e608f4f2a65852e5",
                "version-id": version,
                "sequencer": "00617F08299329D189"
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "1.2.3.4",
            "reason": "PutObject"
        }
    })
}

impl Bench {
    /// The settings of the system refresh.
    pub(crate) async fn refresh(&self, change: impl Fn(&mut RefreshSettings) + Send + Sync) {
        let now = self.stage.clock.now();
        let decide = |current: Option<&RefreshSettings>| {
            let mut settings = current.cloned().unwrap_or_default();
            change(&mut settings);
            settings.updated_at = Some(now);
            Ok::<_, std::convert::Infallible>(Change::Write(settings, ()))
        };
        self.stage.documents.update(REFRESH_SETTINGS, decide).await.unwrap();
    }

    /// Everything is refreshed daily at these times in Berlin.
    pub(crate) async fn refresh_daily(&self, times: &[&str]) {
        let form = RefreshForm {
            kind: "daily".to_owned(),
            times: times.iter().map(|time| (*time).to_owned()).collect(),
            time_zone: "Europe/Berlin".to_owned(),
            ..RefreshForm::default()
        };
        let schedule = RefreshSchedule::try_from(form).unwrap();
        self.refresh(|settings| settings.schedule = schedule.clone()).await;
    }

    /// The upload trigger is on.
    pub(crate) async fn trigger_uploads(&self) {
        self.refresh(|settings| settings.upload_trigger = true).await;
    }

    pub(crate) async fn at(&self, moment: &str) {
        let moment: Timestamp = moment.parse().unwrap();
        self.stage.clock.sleep_until(moment).await;
    }

    pub(crate) async fn pass(&self, time: SignedDuration) {
        self.stage.clock.pass(time).await;
    }

    pub(crate) async fn send(&self, event: Value) -> Result<Answer, Failure> {
        self.handler.answer(event).await
    }

    /// The minute's tick; answers how many runs it started or joined.
    pub(crate) async fn tick(&self) -> usize {
        self.send(json!({ "trigger": "ScheduledRefresh" })).await.unwrap().started
    }

    /// S3 announces an object below the prefix of the segments.
    pub(crate) async fn announce(&self, path: &str) -> usize {
        let event = object_created(BUCKET, &format!("segments/{path}"), "1");
        self.send(event).await.unwrap().started
    }

    /// The runs that were to be driven since the last call, each once.
    pub(crate) fn driven(&self) -> Vec<RunKey> {
        let mut driven = self.stage.driver.take();
        driven.sort();
        driven.dedup();
        driven
    }

    /// Brings every run to its end that was to be driven; answers how many.
    pub(crate) async fn finish(&self) -> usize {
        let driven = self.driven();
        for run in &driven {
            self.stage.drive(run).await;
        }
        driven.len()
    }
}
