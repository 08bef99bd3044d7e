//! One look at an export or a connection: what is seen is compared with what was told, written down, and handed on.

use std::collections::BTreeSet;
use std::convert::Infallible;

use domain::identifier::{ConnectionId, ExportId, RunId, SegmentName};
use engine::{ParkReason, RunKey, RunSummary};
use jiff::Timestamp;
use store::{Change, DocumentError, UpdateError, Updated, Versioned};

use crate::decide::{News, after_run, snapshot_news, while_waiting_for_a_person};
use crate::kind::NotificationKind;
use crate::notification::Notification;
use crate::notifications::{LookError, Notifications};
use crate::record::{ConnectionRecord, ExportRecord, Outgoing, connection_key, export_key, is_abandoned};
use crate::standing::{LookedAt, Standing};

/// So many ended runs are looked at, should nobody have looked for long.
const RUNS: usize = 50;

/// A run that waits for something that only a person can change.
pub(crate) struct WaitingRun {
    run: RunId,
    problem: String,
}

/// What there is to be seen of an export.
pub(crate) struct Seen {
    /// Its ended runs, the newest first.
    pub(crate) ended: Vec<RunSummary>,
    /// The run that waits for a person.
    pub(crate) waiting: Option<WaitingRun>,
    /// Segments with an old snapshot, if somebody looked.
    pub(crate) old_snapshots: Option<BTreeSet<SegmentName>>,
}

/// The runs that nobody has looked at, in the order in which they ended. Of an export that was never looked at, what
/// happened before the latest run is no news.
fn unseen<'a>(ended: &'a [RunSummary], standing: &Standing) -> Vec<&'a RunSummary> {
    let mut runs: Vec<&RunSummary> = ended.iter().collect();
    runs.sort_by_key(|run| LookedAt::of(run));
    match &standing.looked_at {
        Some(looked_at) => runs.retain(|run| LookedAt::of(run) > *looked_at),
        None => {
            runs.drain(..runs.len().saturating_sub(1));
        }
    }
    runs
}

impl Notifications {
    /// Looks at one export; answers how many notifications were handed on.
    pub(crate) async fn look(
        &self,
        export: &ExportId,
        old_snapshots: Option<BTreeSet<SegmentName>>,
    ) -> Result<usize, LookError> {
        let ended = self.parts.engine.history(export, RUNS).await?;
        let waiting = self.waiting_run(export).await?;
        let seen = Seen { ended, waiting, old_snapshots };
        let now = self.parts.clock.now();
        let key = export_key(export);
        let updated =
            self.parts.documents.update::<ExportRecord, BTreeSet<String>, Infallible, _>(&key, |current| {
                let mut record = current.cloned().unwrap_or_default();
                let told = self.compare(export, &mut record.standing, &seen, now);
                let ids = told.iter().map(|notification| notification.id.clone()).collect();
                record.outgoing.extend(told);
                let unchanged = match current {
                    Some(current) => *current == record,
                    None => record == ExportRecord::default(),
                };
                Ok(if unchanged { Change::Keep(ids) } else { Change::Write(record, ids) })
            });
        self.hand_on(written(updated.await)?, now).await
    }

    /// The run that waits for a person, if it is not about the connection: that is told once for all its exports.
    async fn waiting_run(&self, export: &ExportId) -> Result<Option<WaitingRun>, DocumentError> {
        let Some(active) = self.parts.engine.occupation(export).await?.active else { return Ok(None) };
        let key = RunKey { export: export.clone(), run: active.run };
        let run = self.parts.engine.run(&key).await?.filter(|run| run.ended().is_none());
        Ok(match run.and_then(|run| run.parked) {
            Some(ParkReason::NeedsPerson { problem }) => Some(WaitingRun { run: key.run, problem }),
            _ => None,
        })
    }

    fn compare(
        &self,
        export: &ExportId,
        standing: &mut Standing,
        seen: &Seen,
        now: Timestamp,
    ) -> Vec<Notification> {
        let settings = &self.parts.settings;
        let mut told = Vec::new();
        for run in unseen(&seen.ended, standing) {
            let news = after_run(standing, run, settings);
            told.extend(news.into_iter().map(|news| self.notification(export, Some(&run.run), news, now)));
        }
        if let Some(waiting) = &seen.waiting
            && let Some(news) = while_waiting_for_a_person(standing, &waiting.problem)
        {
            told.push(self.notification(export, Some(&waiting.run), news, now));
        }
        if let Some(old) = &seen.old_snapshots
            && let Some(news) = snapshot_news(standing, old.clone())
        {
            told.push(self.notification(export, None, news, now));
        }
        told
    }

    fn notification(
        &self,
        export: &ExportId,
        run: Option<&RunId>,
        news: News,
        now: Timestamp,
    ) -> Notification {
        let News { kind, code, message } = news;
        let (id, path) = match run {
            Some(run) => {
                (format!("{run}/{kind}/{code}", kind = kind.code()), format!("/exports/{export}/runs/{run}"))
            }
            None => {
                (format!("{export}/{now}/{kind}/{code}", kind = kind.code()), format!("/exports/{export}"))
            }
        };
        let link = self.parts.settings.link(&path);
        let (export, run) = (Some(export.clone()), run.cloned());
        Notification { id, kind, at: now, export, run, connection: None, code, message, link }
    }

    /// Looks at one connection. `run_waits`: whether a run of it waits for the connection to be authorised again, whatever
    /// its tokens say; `None`: that cannot be told, and what was told of it stays as it is.
    pub(crate) async fn look_connection(
        &self,
        connection: &ConnectionId,
        run_waits: Option<bool>,
    ) -> Result<usize, LookError> {
        let status = self.parts.grants.status(connection).await?;
        let refused = status.is_some_and(|status| status.needs_reauthentication_since.is_some());
        let now = self.parts.clock.now();
        let key = connection_key(connection);
        let updated = self.parts.documents.update::<ConnectionRecord, BTreeSet<String>, Infallible, _>(
            &key,
            |current| {
                let mut record = current.cloned().unwrap_or_default();
                let needs = refused || run_waits.unwrap_or(record.needs_reauthentication);
                if record.needs_reauthentication == needs {
                    return Ok(Change::Keep(BTreeSet::new()));
                }
                record.needs_reauthentication = needs;
                let notification = self.about_connection(connection, needs, now);
                let ids = BTreeSet::from([notification.id.clone()]);
                record.outgoing.push(notification);
                Ok(Change::Write(record, ids))
            },
        );
        self.hand_on(written(updated.await)?, now).await
    }

    fn about_connection(&self, connection: &ConnectionId, needs: bool, now: Timestamp) -> Notification {
        let (kind, message) = if needs {
            let message = "Constant Contact no longer accepts the connection. An administrator must authenticate it \
                           again; the runs that wait then go on, nothing is lost.";
            (NotificationKind::ConnectionNeedsReauthentication, message)
        } else {
            (NotificationKind::ConnectionRecovered, "Constant Contact accepts the connection again.")
        };
        Notification {
            id: format!("{connection}/{now}/{}", kind.code()),
            kind,
            at: now,
            export: None,
            run: None,
            connection: Some(connection.clone()),
            code: "needs_reauthentication".to_owned(),
            message: message.to_owned(),
            link: self.parts.settings.link(&format!("/connections/{connection}")),
        }
    }

    /// Hands on what this look wrote down, and what somebody else wrote down and did not live to hand on.
    async fn hand_on<T: Outgoing>(
        &self,
        updated: Updated<T, BTreeSet<String>>,
        now: Timestamp,
    ) -> Result<usize, LookError> {
        let Updated { document, outcome: ours } = updated;
        let Some(mut document) = document else { return Ok(0) };
        let mut outgoing = std::mem::take(document.content.outgoing());
        outgoing.retain(|notification| ours.contains(&notification.id) || is_abandoned(notification, now));
        let mut handed_on = BTreeSet::new();
        let mut failure = None;
        for notification in outgoing {
            match self.parts.notifier.notify(&notification).await {
                Ok(()) => {
                    handed_on.insert(notification.id);
                }
                Err(error) => failure = Some(error),
            }
        }
        if !handed_on.is_empty() {
            self.forget::<T>(&document, &handed_on).await?;
        }
        failure.map_or(Ok(handed_on.len()), |error| Err(error.into()))
    }

    async fn forget<T: Outgoing>(
        &self,
        document: &Versioned<T>,
        handed_on: &BTreeSet<String>,
    ) -> Result<(), LookError> {
        let updated = self.parts.documents.update::<T, (), Infallible, _>(&document.key, |current| {
            let Some(mut record) = current.cloned() else { return Ok(Change::Keep(())) };
            let before = record.outgoing().len();
            record.outgoing().retain(|notification| !handed_on.contains(&notification.id));
            Ok(if record.outgoing().len() == before { Change::Keep(()) } else { Change::Write(record, ()) })
        });
        written(updated.await)?;
        Ok(())
    }
}

fn written<T, R>(
    updated: Result<Updated<T, R>, UpdateError<Infallible>>,
) -> Result<Updated<T, R>, DocumentError> {
    updated.map_err(|error| match error {
        UpdateError::Document(error) => error,
        UpdateError::Refused(never) => match never {},
    })
}
