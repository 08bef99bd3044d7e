//! All of one run.

use std::collections::BTreeMap;

use constant_contact::RequestKind;
use domain::identifier::ListId;
use engine::{RunKey, RunProgress, RunSummary, StartRequest};
use futures_util::future;
use identity::Person;
use jiff::Timestamp;
use serde::Serialize;

use super::approval::Approval;
use super::item::RunItem;
use crate::access;
use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};
use crate::exports::{StatusNote, parked_note};

/// What the person may do with a run at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct RunPermissions {
    /// Cancel it.
    pub cancel: bool,
    /// Approve its plan and run it.
    pub approve: bool,
    /// Send what is still missing: it is the latest run, and left rows that can be tried again.
    pub retry_failed: bool,
    /// Download its files of people's rows.
    pub download: bool,
}

/// All of a run: counts and sentences, no rows of people. Everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunDetails {
    /// Its export.
    pub export: ExportName,
    /// Its name.
    pub key: RunKey,
    /// What it was asked for, and by whom.
    pub request: StartRequest,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// The list that it writes to, once it has read its configuration.
    pub list: Option<ListId>,
    /// How it stands: phase, progress, waits, forecast.
    pub progress: RunProgress,
    /// Why it waits for a person.
    pub parked: Option<StatusNote>,
    /// Requests that were made, by what they were for.
    pub requests: BTreeMap<RequestKind, u64>,
    /// Another run begins when this one has ended.
    pub run_follows: bool,
    /// How it ended, if it did.
    pub ended: Option<RunItem>,
    /// What the person may do with it.
    pub you_may: RunPermissions,
}

impl Configuration {
    /// One run, for everybody. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn run(&self, person: &Person, key: &RunKey) -> Result<RunDetails, ConfigurationError> {
        let progress = async { Ok(self.parts.engine.progress(key).await?) };
        let occupation = async { Ok(self.parts.engine.occupation(&key.export).await?) };
        let history = async { Ok(self.parts.engine.history(&key.export, usize::MAX).await?) };
        let (export, run) = (self.load_export(&key.export), self.load_run(key));
        let (export, run, progress, occupation, history) =
            future::try_join5(export, run, progress, occupation, history).await?;
        let progress = progress.ok_or(ConfigurationError::NotFound { what: "run" })?;
        let found = self.with_connection(export).await?;
        let connection = found.connection.as_ref();
        let summary = run.ended().map(|ended| RunSummary::new(&run, ended));
        let approval = Approval::of(&key.run, &occupation, &history);
        let ended = summary.map(|summary| RunItem::of(person, connection, &summary, approval));
        let may_edit = access::may_edit_export(person, connection);
        // A later run tries, or has tried, what this one left. Right after its end a run still occupies the export.
        let newest = match &occupation.active {
            Some(active) => active.run == key.run,
            None => occupation.latest.as_ref().is_some_and(|latest| latest.run == key.run),
        };
        let retries = connection.is_some() && newest;
        let follows = occupation.follow_up.is_some() || occupation.approved_follow_up.is_some();
        let you_may = RunPermissions {
            cancel: may_edit && ended.is_none() && run.cancel.is_none(),
            approve: ended.as_ref().is_some_and(|ended| ended.may_approve),
            retry_failed: may_edit && retries && ended.as_ref().is_some_and(|ended| ended.retryable() > 0),
            download: ended.as_ref().is_some_and(|ended| ended.report || ended.outcomes),
        };
        Ok(RunDetails {
            export: ExportName::of(&found.export.content),
            key: key.clone(),
            created_at: run.created_at,
            started_at: run.started_at,
            list: run.configuration.as_ref().map(|configuration| configuration.list.clone()),
            parked: run.parked.as_ref().map(parked_note),
            progress,
            requests: run.requests.clone(),
            run_follows: newest && follows,
            request: run.request,
            ended,
            you_may,
        })
    }
}
