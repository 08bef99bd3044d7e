//! What the clock starts: the system refresh, exports with a recurrence of their own, and uploads that have come to
//! rest.

use catalog::RefreshSettings;
use engine::Trigger;
use futures_util::future;
use jiff::Timestamp;
use schedule::{ExportSchedule, RefreshSchedule, Schedule, Slot};
use serde::{Deserialize, Serialize};
use store::{Change, Document};

use super::start::TriggerReport;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// Where it is written down until when everything was seen to.
const TICKS: &str = "settings/ticks.json";

/// Until when everything was seen to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Ticks {
    /// Everything that was due until then.
    watermark: Option<Timestamp>,
    /// The system schedule at that time: a change of it begins with the change, not with the watermark.
    #[serde(default)]
    schedule: RefreshSchedule,
}

impl Document for Ticks {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "ticks";
}

impl Ticks {
    /// From when on the slots of the system schedule count.
    fn refresh_since(&self, settings: &RefreshSettings, now: Timestamp) -> Timestamp {
        let changed = (self.schedule != settings.schedule).then_some(settings.updated_at).flatten();
        self.watermark.max(changed).unwrap_or(now)
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
    /// nothing starts, and what becomes due meanwhile is not made up for.
    ///
    /// # Errors
    /// [`ConfigurationError`] when nothing could be looked at; single exports that failed are in the answer, and are
    /// tried again by the next call.
    pub async fn start_due(&self, now: Timestamp) -> Result<TriggerReport, ConfigurationError> {
        let ticks = async { Ok(self.parts.documents.load::<Ticks>(TICKS).await?) };
        let (settings, ticks) = future::try_join(self.refresh_settings(), ticks).await?;
        let ticks = ticks.map(|ticks| ticks.content).unwrap_or_default();
        let mut report = TriggerReport::default();
        if !settings.paused {
            let refresh = settings.schedule.latest_due(ticks.refresh_since(&settings, now), now);
            self.start_scheduled(refresh, ticks.watermark, now, &mut report).await?;
        }
        // Also while paused: uploads that come to rest are over then, too.
        self.settle_uploads(&settings, &mut report).await?;
        if report.failed.is_empty() {
            self.advance_watermark(now, &settings.schedule).await?;
        }
        Ok(report)
    }

    async fn start_scheduled(
        &self,
        refresh: Option<Slot>,
        watermark: Option<Timestamp>,
        now: Timestamp,
        report: &mut TriggerReport,
    ) -> Result<(), ConfigurationError> {
        for export in self.all_exports().await? {
            let slot = match &export.content.schedule {
                ExportSchedule::WithSystemRefresh => refresh.map(|slot| event("refresh", &slot)),
                own @ ExportSchedule::Own(_) => {
                    let since = watermark.unwrap_or(export.content.updated_at);
                    own.latest_due(since, now).map(|slot| event("own", &slot))
                }
                ExportSchedule::Off { .. } => None,
            };
            if let Some(slot) = slot {
                self.start_by_itself(export, Trigger::Scheduled, &slot, report).await;
            }
        }
        Ok(())
    }

    /// Never backwards: of two calls at once the later one counts.
    async fn advance_watermark(
        &self,
        now: Timestamp,
        schedule: &RefreshSchedule,
    ) -> Result<(), ConfigurationError> {
        self.parts
            .documents
            .update::<Ticks, (), ConfigurationError, _>(TICKS, |current| {
                if current.is_some_and(|current| current.watermark >= Some(now)) {
                    return Ok(Change::Keep(()));
                }
                Ok(Change::Write(Ticks { watermark: Some(now), schedule: schedule.clone() }, ()))
            })
            .await?;
        Ok(())
    }
}
