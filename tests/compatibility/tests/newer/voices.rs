//! Everything that the product does with its state, and what it says about it.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use compatibility_tests::{Scene, Stage};
use domain::identifier::RunId;
use domain::{Clock, in_one_line};
use engine::{Advance, Caller, RunKey};
use export_trigger::{Handler, HandlerParts};
use jiff::SignedDuration;
use notifications::NotificationList;
use planner::RunKind;
use serde_json::{Value, json};

use crate::interface::Interface;

/// The bucket that the trigger listens to.
const BUCKET: &str = "segments-bucket";

/// What was said, by who said it.
#[derive(Debug, Default)]
pub(crate) struct Voices(BTreeMap<&'static str, Vec<String>>);

impl Voices {
    pub(crate) fn add(&mut self, who: &'static str, said: impl Into<String>) {
        self.0.entry(who).or_default().push(said.into());
    }

    pub(crate) fn of(&self, who: &str) -> Vec<String> {
        self.0.get(who).cloned().unwrap_or_default()
    }

    fn note<T>(&mut self, who: &'static str, outcome: Result<T, impl Error>) -> Option<T> {
        outcome.map_err(|error| self.add(who, in_one_line(&error))).ok()
    }
}

/// Asks for everything once; also for work on the runs, if that is wanted.
pub(crate) async fn hear(scene: &Scene, stage: &Stage, works: bool) -> Voices {
    let mut voices = Voices::default();
    people(scene, stage, &mut voices).await;
    triggers(scene, &mut voices).await;
    if works {
        runs(scene, stage, &mut voices).await;
    }
    voices
}

/// The API, and what it calls.
async fn people(scene: &Scene, stage: &Stage, voices: &mut Voices) {
    let interface = Interface::serve(scene).await;
    let export = &stage.export;
    let runs = scene.state.contents().into_keys().filter(|key| key.starts_with("runs/"));
    let run = runs.last().and_then(|key| Some(key.rsplit_once('/')?.1.trim_end_matches(".json").to_owned()));
    let connection = &stage.connection;
    let mut paths: Vec<String> = [
        "/exports",
        "/connections",
        "/segments",
        "/segments/people",
        "/schedule",
        "/audit",
        "/application",
        "/quota",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([format!("/exports/{export}"), format!("/exports/{export}/runs")]);
    paths.extend([format!("/connections/{connection}"), format!("/connections/{connection}/lists")]);
    paths.push(format!("/connections/{connection}/calls"));
    paths.extend(run.map(|run| format!("/exports/{export}/runs/{run}")));
    for path in paths {
        let (status, problem) = interface.get(&path).await;
        assert!(status == 200 || problem["code"].is_string(), "{path} answers {status}: {problem}");
        if status != 200 {
            voices.add("api", problem["detail"].as_str().unwrap_or_default());
        }
    }
    let administrator = scene.administrator();
    let begun = scene.configuration.begin_authorization(&administrator, connection).await;
    voices.note("people", begun);
    let started = scene.configuration.run_export(&administrator, export, RunKind::Changes, None).await;
    voices.note("start", started);
    let list = NotificationList::new(scene.documents.clone()).latest(10).await;
    voices.note("list", list);
}

/// The clock, uploads and maintenance.
async fn triggers(scene: &Scene, voices: &mut Voices) {
    let handler = Handler::new(HandlerParts {
        configuration: scene.configuration.clone(),
        notifications: scene.notifications.clone(),
        clock: Arc::clone(&scene.clock) as Arc<dyn Clock>,
        segments: Arc::new(scene.segments.clone()),
        segments_bucket: BUCKET.to_owned(),
    });
    let uploaded = json!({
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": { "bucket": { "name": BUCKET }, "object": { "key": "segments/people/2026-11-21.csv", "size": 5 } }
    });
    let events: [(&'static str, Value); 3] = [
        ("tick", json!({ "trigger": "ScheduledRefresh" })),
        ("upload", uploaded),
        ("maintenance", json!({ "trigger": "Maintenance" })),
    ];
    for (who, event) in events {
        if let Err(failure) = handler.answer(event).await {
            voices.add(who, failure.to_string());
        }
    }
}

/// What works on runs.
async fn runs(scene: &Scene, stage: &Stage, voices: &mut Voices) {
    let prefix = format!("active-runs/{}/", stage.export);
    let keys = scene.state.contents().into_keys().filter(|key| key.starts_with(&prefix));
    let runs: Vec<RunKey> = keys
        .map(|key| {
            let run = RunId::new(key.trim_start_matches(&prefix)).unwrap();
            RunKey { export: stage.export.clone(), run }
        })
        .collect();
    for key in runs {
        for _ in 0..200 {
            let deadline = scene.clock.now() + SignedDuration::from_mins(5);
            match scene.engine.advance(&key, deadline, Caller::Shared).await {
                Ok(Advance::Wait { until }) => scene.clock.sleep_until(until).await,
                Ok(answer @ Advance::Parked { .. }) => {
                    scene.notifications.advanced(&key, &answer).await;
                    if let Advance::Parked { reason } = answer {
                        voices.add("park", reason.to_string());
                    }
                    break;
                }
                Ok(answer @ Advance::Done { .. }) => {
                    scene.notifications.advanced(&key, &answer).await;
                    break;
                }
                Err(error) => {
                    voices.add("advance", in_one_line(&error));
                    break;
                }
            }
        }
    }
    let _ = scene.notifications.look_at_everything().await;
}
