//! Translates an event into calls of the library, and what comes of them into an answer.

use std::sync::Arc;

use configuration::{Configuration, ConfigurationError, Health, TriggerReport};
use deployment::Failure;
use domain::{Clock, in_one_line};
use engine::Started;
use notifications::Notifications;
use serde::Serialize;
use serde_json::Value;
use store::ObjectStore;
use telemetry::{Metrics, Unit};

use crate::event::{ObjectCreated, TriggerEvent};
use crate::object::{Concern, concern};

/// What the dimension `Function` says.
const FUNCTION: &str = "export-trigger";

/// What a [`Handler`] is made of.
#[derive(Debug)]
pub struct HandlerParts {
    /// Finds out what is due.
    pub configuration: Configuration,
    /// Tells people.
    pub notifications: Notifications,
    /// Time; that of an event does not count.
    pub clock: Arc<dyn Clock>,
    /// The bucket with the segments, and its name.
    pub segments: Arc<dyn ObjectStore>,
    /// Objects of other buckets are not ours.
    pub segments_bucket: String,
}

/// Answers invocations.
#[derive(Debug)]
pub struct Handler {
    parts: HandlerParts,
}

/// What came of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Which event it was.
    pub event: &'static str,
    /// Runs that were started or joined; those that an earlier delivery started are not counted.
    pub started: usize,
    /// Exports that were due and have no connection that can be used.
    pub left_out: usize,
    /// Notifications that were handed on.
    pub told: usize,
    /// Runs that were set going again.
    pub resumed: usize,
    /// Parts of maintenance that failed and are tried again by the next one.
    pub failed: usize,
    /// With maintenance, how everything stands: for metrics.
    #[serde(skip)]
    pub health: Option<Health>,
}

impl Handler {
    /// A handler with these parts.
    #[must_use]
    pub const fn new(parts: HandlerParts) -> Self {
        Self { parts }
    }

    /// Sees to one event.
    ///
    /// # Errors
    /// [`Failure`]; have the event delivered again.
    pub async fn answer(&self, payload: Value) -> Result<Answer, Failure> {
        match TriggerEvent::parse(payload).map_err(|error| Failure::permanent(&error))? {
            TriggerEvent::ScheduledRefresh => {
                let report = self.parts.configuration.start_due(self.parts.clock.now()).await?;
                started("scheduled_refresh", &report)
            }
            TriggerEvent::SnapshotUploaded(object) => self.uploaded(&object).await,
            TriggerEvent::Maintenance => Ok(self.maintain().await),
        }
    }

    async fn uploaded(&self, object: &ObjectCreated) -> Result<Answer, Failure> {
        let ours = object.bucket == self.parts.segments_bucket;
        let prefix = &self.parts.configuration.settings().segments_prefix;
        let concern = if ours { concern(prefix, &object.key) } else { Concern::Nothing };
        tracing::info!(?concern, key = object.key, size = object.size, "an object was written");
        let segments = match concern {
            Concern::Nothing => return Ok(Answer { event: "ignored", ..Answer::default() }),
            Concern::Segment(segment) => vec![segment],
            Concern::AllSegments => snapshots::segments(&self.parts.segments, prefix).await?,
        };
        let mut all = TriggerReport::default();
        let mut failure = None;
        for segment in segments {
            match self.parts.configuration.snapshot_uploaded(&segment).await {
                Ok(report) => {
                    all.started.extend(report.started);
                    all.left_out.extend(report.left_out);
                    all.failed.extend(report.failed);
                }
                Err(error) => failure = Some(note(segment.as_str(), error)),
            }
        }
        match failure {
            Some(failure) => Err(failure),
            None => started("snapshot_uploaded", &all),
        }
    }

    async fn maintain(&self) -> Answer {
        let now = self.parts.clock.now();
        let done = self.parts.configuration.maintenance(now).await;
        let mut answer = Answer { event: "maintenance", ..Answer::default() };
        (answer.resumed, answer.failed) = (done.driven, done.failed);
        match self.parts.notifications.look_at_everything().await {
            Ok(report) => {
                answer.told = report.told;
                answer.failed += report.failed;
            }
            Err(error) => {
                tracing::error!(error = in_one_line(&error), "people could not be told; it is tried again");
                answer.failed += 1;
            }
        }
        match self.parts.configuration.health(now).await {
            Ok(health) => {
                answer.failed += health.failed;
                answer.health = Some(health);
            }
            Err(error) => {
                tracing::error!(error = in_one_line(&error), "how everything stands could not be looked at");
                answer.failed += 1;
            }
        }
        tracing::info!(
            counted = done.counted,
            renewed = done.renewed,
            forgotten = done.forgotten,
            "maintenance is done"
        );
        answer
    }

    /// What alarms watch, with each maintenance: a metric that is missing says that there was none.
    fn record_health(&self, health: &Health) {
        let age = u64::try_from(health.oldest_active_run.as_secs()).unwrap_or(0);
        let reauthentication = health.connections_needing_reauthentication;
        let metrics = Metrics::of(FUNCTION)
            .with("OldestActiveRunAge", Unit::Seconds, age)
            .with("ConnectionsNeedingReauthentication", Unit::Count, count(reauthentication))
            .with_unless_zero("RunsWaitingForPerson", Unit::Count, count(health.runs_waiting_for_person));
        if let Err(error) = metrics.write(self.parts.clock.now()) {
            tracing::warn!(%error, "the metrics of how everything stands could not be written");
        }
    }

    /// Writes down, and counts, what came of an event.
    pub(crate) fn record(&self, answer: &Answer) {
        let Answer { event, started, left_out, told, resumed, failed, health } = answer;
        tracing::info!(event, started, left_out, told, resumed, failed, "seen to");
        if let Some(health) = health {
            self.record_health(health);
        }
        if let Some(metrics) = metrics(answer)
            && let Err(error) = metrics.write(self.parts.clock.now())
        {
            tracing::warn!(%error, "the metrics of an event could not be written");
        }
    }
}

/// What alarms watch of an event is there also when it is zero, because silence means that no event came through. The
/// rest costs nothing in hours in which there is nothing to count.
fn metrics(answer: &Answer) -> Option<Metrics> {
    match answer.event {
        "ignored" => None,
        "maintenance" => Some(
            Metrics::of(FUNCTION)
                .by("Event", answer.event)
                .with("MaintenanceFailures", Unit::Count, count(answer.failed))
                .with_unless_zero("RunsResumed", Unit::Count, count(answer.resumed)),
        ),
        event => Some(
            Metrics::of(FUNCTION)
                .by("Event", event)
                .with("RunsStarted", Unit::Count, count(answer.started))
                .with_unless_zero("ExportsLeftOut", Unit::Count, count(answer.left_out)),
        ),
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn note(segment: &str, error: ConfigurationError) -> Failure {
    tracing::warn!(segment, error = in_one_line(&error), "an upload could not be looked at");
    error.into()
}

fn started(event: &'static str, report: &TriggerReport) -> Result<Answer, Failure> {
    for one in &report.started {
        tracing::info!(export = %one.export.id, run = %one.started.active().run, "a run is to serve the event");
    }
    for export in &report.left_out {
        tracing::warn!(export = %export.id, "an export was due and has no connection that can be used");
    }
    if !report.failed.is_empty() {
        return Err(not_started(report));
    }
    let new = report.started.iter().filter(|one| !matches!(one.started, Started::Known(_)));
    let (started, left_out) = (new.count(), report.left_out.len());
    Ok(Answer { event, started, left_out, ..Answer::default() })
}

/// Exports that could not be started; the log says why. Those that could be are known when the event comes again.
fn not_started(report: &TriggerReport) -> Failure {
    let exports: Vec<&str> = report.failed.iter().map(|export| export.id.as_str()).collect();
    let exports = exports.join(", ");
    Failure::retryable(format!(
        "exports could not be started and are tried again at the next delivery: {exports}"
    ))
}
