//! What the clock starts: the system refresh, exports with a recurrence of their own, and uploads that have come to
//! rest.

use std::collections::BTreeMap;

use catalog::{Export, RefreshSettings};
use domain::identifier::ExportId;
use engine::Trigger;
use futures_util::future;
use jiff::Timestamp;
use schedule::{ExportSchedule, RefreshSchedule, Schedule, Slot};
use serde::{Deserialize, Serialize};
use store::{Change, Document};

use super::start::{Event, TriggerReport};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// Where it is written down until when everything was seen to.
const TICKS: &str = "settings/ticks.json";

/// Until when everything was seen to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SeenTo {
    /// Everything that was due until then.
    watermark: Option<Timestamp>,
    /// The system schedule at that time: a change of it begins with the change, not with the watermark.
    #[serde(default)]
    schedule: RefreshSchedule,
    /// Since then everything was paused for these times, the latest last: what fell due in them is not made up for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<Pause>,
}

/// A time in which everything was paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Pause {
    /// The last call before it.
    from: Timestamp,
    /// The last call in it.
    to: Timestamp,
}

/// How far the clock's work is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Ticks {
    /// For all exports but those behind.
    #[serde(flatten)]
    seen_to: SeenTo,
    /// Exports that could not be started when they were due, or not even be read: each has a watermark of its own until
    /// that has worked, so that nothing is lost and none of them holds up the others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    behind: BTreeMap<ExportId, SeenTo>,
}

impl Document for Ticks {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "ticks";
}

impl SeenTo {
    /// The slot of an export that is due, if one is.
    fn due(&self, export: &Export, settings: &RefreshSettings, now: Timestamp) -> Option<String> {
        match &export.schedule {
            ExportSchedule::WithSystemRefresh => {
                let changed = (self.schedule != settings.schedule).then_some(settings.updated_at).flatten();
                let since = self.watermark.max(changed).unwrap_or(now);
                let slot = self.latest(since, now, |after, until| settings.schedule.latest_due(after, until));
                slot.map(|slot| event("refresh", &slot))
            }
            own @ ExportSchedule::Own(_) => {
                let since = self.watermark.unwrap_or(export.updated_at);
                let slot = self.latest(since, now, |after, until| own.latest_due(after, until));
                slot.map(|slot| event("own", &slot))
            }
            ExportSchedule::Off { .. } => None,
        }
    }

    /// The latest slot after `after` that did not fall into a pause.
    fn latest(
        &self,
        after: Timestamp,
        until: Timestamp,
        due: impl Fn(Timestamp, Timestamp) -> Option<Slot>,
    ) -> Option<Slot> {
        let mut until = until;
        for pause in self.pauses.iter().rev() {
            let slot = due(after.max(pause.to), until);
            if slot.is_some() {
                return slot;
            }
            until = until.min(pause.from);
        }
        due(after, until)
    }

    /// The same after a call at `now` while everything is paused; `before` is when the last call was.
    fn paused(mut self, before: Option<Timestamp>, now: Timestamp) -> Self {
        let from = before.unwrap_or(now);
        match self.pauses.last_mut() {
            Some(pause) if pause.to == from => pause.to = now,
            _ => self.pauses.push(Pause { from, to: now }),
        }
        self
    }
}

/// What the engine knows a slot by. Its moment belongs to it: a schedule that moves to another time zone has other
/// slots under the same local times.
fn event(kind: &str, slot: &Slot) -> String {
    format!("{kind}/{}/{}", slot.key(), slot.at())
}

impl Configuration {
    /// Starts everything that has become due since the last call: of several missed slots only the latest. Late,
    /// doubled and missing calls make no difference: each slot makes one run of an export. While everything is paused
    /// nothing starts, and what becomes due meanwhile is not made up for; what was due before and could not be started
    /// is, afterwards.
    ///
    /// # Errors
    /// [`ConfigurationError`] when nothing could be looked at; single exports that failed are in the answer, and are
    /// tried again by the next call.
    pub async fn start_due(&self, now: Timestamp) -> Result<TriggerReport, ConfigurationError> {
        let ticks = async { Ok(self.parts.documents.load::<Ticks>(TICKS).await?) };
        let (settings, ticks) = future::try_join(self.refresh_settings(), ticks).await?;
        let ticks = ticks.map(|ticks| ticks.content).unwrap_or_default();
        let mut report = TriggerReport::default();
        let behind = if settings.paused {
            let before = ticks.seen_to.watermark;
            ticks.behind.into_iter().map(|(id, seen_to)| (id, seen_to.paused(before, now))).collect()
        } else {
            self.start_scheduled(&ticks, &settings, now, &mut report).await?
        };
        self.advance_watermark(now, settings.schedule.clone(), behind).await?;
        // Also while paused: uploads that come to rest are over then, too. Each is remembered until it was seen to.
        self.settle_uploads(&settings, &mut report).await?;
        Ok(report)
    }

    /// Answers which exports are behind.
    async fn start_scheduled(
        &self,
        ticks: &Ticks,
        settings: &RefreshSettings,
        now: Timestamp,
        report: &mut TriggerReport,
    ) -> Result<BTreeMap<ExportId, SeenTo>, ConfigurationError> {
        let mut behind = BTreeMap::new();
        for (id, export) in self.exports_one_by_one().await? {
            let seen_to = ticks.behind.get(&id).unwrap_or(&ticks.seen_to);
            let started = match export {
                Ok(export) if export.content.removed_at.is_some() => continue,
                Ok(export) => match seen_to.due(&export.content, settings, now) {
                    Some(slot) => {
                        let event = Event { trigger: Trigger::Scheduled, name: &slot, snapshot: None };
                        self.start_by_itself(export, event, report).await
                    }
                    None => true,
                },
                Err(error) => {
                    report.unreadable(id.clone(), &error);
                    let watermark = seen_to.watermark.or(Some(now));
                    behind.insert(id, SeenTo { watermark, ..seen_to.clone() });
                    continue;
                }
            };
            if !started {
                behind.insert(id, seen_to.clone());
            }
        }
        Ok(behind)
    }

    /// Never backwards: of two calls at once the later one counts. An export that is behind for one of them stays so.
    async fn advance_watermark(
        &self,
        now: Timestamp,
        schedule: RefreshSchedule,
        behind: BTreeMap<ExportId, SeenTo>,
    ) -> Result<(), ConfigurationError> {
        let next = Ticks { seen_to: SeenTo { watermark: Some(now), schedule, pauses: Vec::new() }, behind };
        self.parts
            .documents
            .update::<Ticks, (), ConfigurationError, _>(TICKS, |current| {
                if current.is_some_and(|current| current.seen_to.watermark >= Some(now)) {
                    return Ok(Change::Keep(()));
                }
                Ok(Change::Write(next.clone(), ()))
            })
            .await?;
        Ok(())
    }
}
