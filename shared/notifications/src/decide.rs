//! What is told: a comparison of what was told with what is seen. Nothing here has an effect.

use std::collections::BTreeSet;

use domain::identifier::SegmentName;
use engine::{RunSummary, Warning};

use crate::kind::NotificationKind;
use crate::settings::NotificationSettings;
use crate::standing::{LookedAt, Standing, Trouble};

/// Something to be told, without what is the same for all of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) kind: NotificationKind,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl News {
    fn recovered(code: &str, message: &str) -> Self {
        let (code, message) = (code.to_owned(), message.to_owned());
        Self { kind: NotificationKind::ExportRecovered, code, message }
    }
}

/// What an ended run changes.
pub(crate) fn after_run(
    standing: &mut Standing,
    run: &RunSummary,
    settings: &NotificationSettings,
) -> Vec<News> {
    let mut news = Vec::new();
    if let Some(trouble) = Trouble::of(run) {
        news.extend(trouble_news(standing, trouble, &run.end.to_string()));
    }
    if !run.snapshots.is_empty() {
        let segment = |warning: &Warning| match warning {
            Warning::SnapshotOld { segment, .. } => Some(segment.clone()),
            _ => None,
        };
        news.extend(snapshot_news(standing, run.warnings.iter().filter_map(segment).collect()));
    }
    let counts = &run.counts;
    // What was stopped before its rows were judged says nothing of them.
    if counts.read > 0 && Trouble::of(run).is_some() {
        let many = settings.many(counts.rejected, counts.read);
        news.extend(rejected_news(standing, many, counts.rejected, counts.read));
    }
    standing.looked_at = Some(LookedAt::of(run));
    news
}

/// What it changes that a run waits for a person. `problem` says for what.
pub(crate) fn while_waiting_for_a_person(standing: &mut Standing, problem: &str) -> Option<News> {
    trouble_news(standing, Some(Trouble::NeedsPerson), problem)
}

/// What the age of an export's snapshots changes.
pub(crate) fn snapshot_news(standing: &mut Standing, old: BTreeSet<SegmentName>) -> Option<News> {
    let before = std::mem::replace(&mut standing.old_snapshots, old);
    let code = NotificationKind::SnapshotOld.code();
    let new: Vec<&str> = standing.old_snapshots.difference(&before).map(SegmentName::as_str).collect();
    if !new.is_empty() {
        let message = format!(
            "No new snapshot has come for long, and what is exported is old: {}. See whether the segment is still \
             refreshed and uploaded.",
            new.join(", ")
        );
        return Some(News { kind: NotificationKind::SnapshotOld, code: code.to_owned(), message });
    }
    let over = !before.is_empty() && standing.old_snapshots.is_empty();
    over.then(|| News::recovered(code, "All snapshots of the export are recent again."))
}

fn trouble_news(standing: &mut Standing, now: Option<Trouble>, sentence: &str) -> Option<News> {
    let before = std::mem::replace(&mut standing.trouble, now);
    if before == standing.trouble {
        return None;
    }
    let (kind, code) = match (&standing.trouble, &before) {
        (Some(trouble @ Trouble::Failed { .. }), _) => (NotificationKind::ExportFailed, trouble.code()),
        (Some(trouble @ Trouble::Skipped { .. }), _) => (NotificationKind::ExportSkipped, trouble.code()),
        (Some(trouble @ Trouble::NeedsPerson), _) => (NotificationKind::ExportNeedsPerson, trouble.code()),
        (None, Some(before)) => {
            return Some(News::recovered(before.code(), "The export has run successfully again."));
        }
        (None, None) => return None,
    };
    Some(News { kind, code: code.to_owned(), message: sentence.to_owned() })
}

fn rejected_news(standing: &mut Standing, many: bool, rejected: u64, read: u64) -> Option<News> {
    let before = std::mem::replace(&mut standing.many_rejected, many);
    let code = NotificationKind::ManyRowsRejected.code();
    match (before, many) {
        (false, true) => {
            let message = format!(
                "{rejected} of {read} rows were rejected. The report of rejected rows says which and why; correct them \
                 where the segment is made."
            );
            Some(News { kind: NotificationKind::ManyRowsRejected, code: code.to_owned(), message })
        }
        (true, false) => Some(News::recovered(code, "Few rows are rejected again.")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
