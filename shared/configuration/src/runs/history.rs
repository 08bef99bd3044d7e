//! The runs of an export: the one under way, and those that have ended.

use domain::identifier::{ExportId, RunId};
use engine::{Occupant, RunProgress, Trigger};
use futures_util::future;
use identity::Person;
use jiff::Timestamp;
use planner::RunKind;
use serde::Serialize;

use super::approval::Approval;
use super::item::RunItem;
use crate::access::{self, Permission};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// A run that begins when the active one has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuedRun {
    /// The id that it will have, by which it can be canceled; there is nothing to look at before it begins.
    pub run: RunId,
    /// What asked for it.
    pub trigger: Trigger,
    /// Who asked for it.
    pub requested_by: String,
    /// What it is to do.
    pub kind: RunKind,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// The runs of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunList {
    /// What the person may do with the export.
    pub your_permissions: Permission,
    /// The run that is under way.
    pub active: Option<RunProgress>,
    /// What follows it, in this order.
    pub queued: Vec<QueuedRun>,
    /// Those that have ended, the newest first.
    pub items: Vec<RunItem>,
}

impl From<&Occupant> for QueuedRun {
    fn from(occupant: &Occupant) -> Self {
        Self {
            run: occupant.run.clone(),
            trigger: occupant.request.trigger,
            requested_by: occupant.request.requested_by.clone(),
            kind: occupant.request.kind,
            requested_at: occupant.requested_at,
        }
    }
}

impl Configuration {
    /// The runs of an export, for everybody: at most `limit` of those that have ended, of which at least the last 100
    /// are there. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn runs(
        &self,
        person: &Person,
        export: &ExportId,
        limit: usize,
    ) -> Result<RunList, ConfigurationError> {
        let engine = &self.parts.engine;
        let occupation = async { Ok(engine.occupation(export).await?) };
        let history = async { Ok(engine.history(export, limit).await?) };
        let (found, occupation, history) =
            future::try_join3(self.load_export(export), occupation, history).await?;
        let active = async {
            let Some(active) = &occupation.active else { return Ok(None) };
            let key = engine::RunKey { export: export.clone(), run: active.run.clone() };
            Ok::<_, ConfigurationError>(engine.progress(&key).await?)
        };
        let (found, active) = future::try_join(self.with_connection(found), active).await?;
        let connection = found.connection.as_ref();
        let items = history.iter().map(|run| {
            // Whoever approved it came later: a run that is newer, and so among them.
            let approval = Approval::of(&run.run, &occupation, &history);
            RunItem::of(person, connection, run, approval)
        });
        let queued = occupation.approved_follow_up.iter().chain(&occupation.follow_up);
        Ok(RunList {
            your_permissions: access::permission(person, connection),
            active,
            queued: queued.map(QueuedRun::from).collect(),
            items: items.collect(),
        })
    }
}
