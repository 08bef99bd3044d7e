//! How an export stands, in the words of its row in the list of exports.

use catalog::{Connection, RefreshSettings};
use domain::identifier::{ConnectionId, ExportId};
use engine::{ParkReason, RunKey, Status, Warning};
use identity::Person;
use jiff::{SignedDuration, Timestamp};
use schedule::{Circumstances, Start, starts_by_itself};
use serde::Serialize;
use store::Tag;

use super::facts::ExportFacts;
use crate::access::{self, Permission};
use crate::connections::KIND;
use crate::versioned::as_text;

const NEEDS_REAUTHENTICATION: &str = "needs_reauthentication";
const NEEDS_PERSON: &str = "needs_person";

/// The connection that an export uses, as far as the person may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConnectionUse {
    /// It was detached: *No connection*.
    NoConnection,
    /// It has one that is not shared with contributors: its name is for administrators.
    NotShared,
    /// It has this one.
    Named {
        /// Its id.
        id: ConnectionId,
        /// What people call it.
        display_name: String,
    },
}

impl ConnectionUse {
    /// What `person` may know of it.
    pub(super) fn of(person: &Person, connection: Option<&Connection>) -> Self {
        match connection {
            None => Self::NoConnection,
            Some(connection) if access::may_know(person, connection) => {
                let (id, display_name) = (connection.id.clone(), connection.display_name.clone());
                Self::Named { id, display_name }
            }
            Some(_) => Self::NotShared,
        }
    }

    /// What people read.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::NoConnection => "No connection",
            Self::NotShared => "Not shared",
            Self::Named { display_name, .. } => display_name,
        }
    }

    /// Its id, if the person may know it.
    #[must_use]
    pub const fn id(&self) -> Option<&ConnectionId> {
        match self {
            Self::Named { id, .. } => Some(id),
            Self::NoConnection | Self::NotShared => None,
        }
    }
}

/// Why the status is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusNote {
    /// A stable word for programs: how the run ended, or why it waits for a person.
    pub code: &'static str,
    /// What happened and what to do, for people.
    pub sentence: String,
}

impl StatusNote {
    /// The run does not go on before somebody has done something.
    #[must_use]
    pub fn waits_for_person(&self) -> bool {
        [NEEDS_REAUTHENTICATION, NEEDS_PERSON].contains(&self.code)
    }
}

/// A row of the list of exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportListItem {
    /// Its id.
    pub id: ExportId,
    /// The version of its configuration.
    #[serde(serialize_with = "as_text")]
    pub tag: Tag,
    /// What people call it.
    pub name: String,
    /// Its type.
    pub kind: &'static str,
    /// The connection that it uses.
    pub connection: ConnectionUse,
    /// The active run's status, else the latest one's; `None` before the first run.
    pub status: Option<Status>,
    /// Why, where there is more to say.
    pub note: Option<StatusNote>,
    /// When the latest run ended.
    pub refreshed_at: Option<Timestamp>,
    /// When it runs by itself, in words.
    pub schedule: String,
    /// When a schedule starts it next.
    pub next_due: Option<Timestamp>,
    /// A new snapshot of one of its segments starts it.
    pub on_upload: bool,
    /// *Will not run by itself*, and why; `None` when it does.
    pub will_not_run: Option<String>,
    /// What the person may do with it.
    pub your_permissions: Permission,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// The run that is under way.
    pub active_run: Option<RunKey>,
    /// It is being canceled: what Constant Contact has taken already is settled first.
    pub canceling: bool,
    /// What a person should know although nothing has failed.
    pub warnings: Vec<String>,
}

impl ExportListItem {
    /// The row of an export for `person`. A snapshot older than `snapshot_age` is worth a warning.
    pub(super) fn of(
        person: &Person,
        facts: &ExportFacts,
        refresh: &RefreshSettings,
        snapshot_age: SignedDuration,
        now: Timestamp,
    ) -> Self {
        let export = &facts.export.content;
        let connection = facts.connection.as_ref().map(|known| &known.connection);
        let circumstances = Circumstances {
            export: &export.schedule,
            refresh: &refresh.schedule,
            upload_trigger: refresh.upload_trigger,
            has_connection: connection.is_some_and(|connection| connection.usable().is_some()),
            everything_paused: refresh.paused,
        };
        let start = starts_by_itself(&circumstances, now);
        let (next_due, on_upload) = match &start {
            Start::ByItself { next_due, on_upload } => (next_due.map(|slot| slot.at()), *on_upload),
            Start::NotByItself(_) => (None, false),
        };
        let (status, note) = status(facts);
        Self {
            id: export.id.clone(),
            tag: facts.export.tag.clone(),
            name: export.name.clone(),
            kind: KIND,
            connection: ConnectionUse::of(person, connection),
            status,
            note,
            refreshed_at: facts.occupation.latest.as_ref().map(|latest| latest.ended_at),
            schedule: export.schedule.describe(),
            next_due,
            on_upload,
            will_not_run: start.why_not(),
            your_permissions: access::permission(person, connection),
            updated_at: export.updated_at,
            updated_by: export.updated_by.as_ref().map(|actor| actor.name.clone()),
            active_run: facts.active_key(),
            canceling: facts.active.as_ref().is_some_and(|run| run.cancel.is_some() && run.ended().is_none()),
            warnings: warnings(facts, snapshot_age, now),
        }
    }
}

/// The active run counts; else the latest.
fn status(facts: &ExportFacts) -> (Option<Status>, Option<StatusNote>) {
    if facts.occupation.active.is_some() {
        let status = facts.active.as_ref().map_or(Status::Queued, engine::Run::status);
        let parked = facts.active.as_ref().and_then(|run| run.parked.as_ref());
        if !matches!(status, Status::Queued | Status::Processing)
            && let Some(ended) = facts.active.as_ref().and_then(|run| run.ended())
        {
            return (
                Some(status),
                Some(StatusNote { code: ended.end.code(), sentence: ended.end.to_string() }),
            );
        }
        return (Some(status), parked.map(parked_note));
    }
    let Some(latest) = &facts.occupation.latest else { return (None, None) };
    let note = StatusNote { code: latest.end.code(), sentence: latest.end.to_string() };
    (Some(latest.status), Some(note))
}

pub(crate) fn parked_note(reason: &ParkReason) -> StatusNote {
    let code = match reason {
        ParkReason::NeedsReauthentication => NEEDS_REAUTHENTICATION,
        ParkReason::NeedsPerson { .. } => NEEDS_PERSON,
    };
    StatusNote { code, sentence: reason.to_string() }
}

fn warnings(facts: &ExportFacts, snapshot_age: SignedDuration, now: Timestamp) -> Vec<String> {
    let latest = facts.occupation.latest.iter().flat_map(|latest| &latest.warnings);
    let mut warnings: Vec<String> = latest.map(ToString::to_string).collect();
    warnings.extend(outdated(facts, snapshot_age, now));
    if facts.connection.as_ref().is_some_and(|known| known.needs_reauthentication) {
        let text = "Constant Contact no longer accepts the connection: runs wait until an administrator has \
                    authenticated it again.";
        warnings.push(text.to_owned());
    }
    warnings
}

/// What was exported last has become old since: with a feed that died no run may start that could say so. Whether there is
/// a newer snapshot is not looked at here; a run that met an old one has said so itself.
fn outdated(facts: &ExportFacts, snapshot_age: SignedDuration, now: Timestamp) -> Vec<String> {
    let (export, Some(latest)) = (&facts.export.content, &facts.occupation.latest) else { return Vec::new() };
    let told = |segment| {
        let mut known = latest.warnings.iter();
        known.any(|warning| matches!(warning, Warning::SnapshotOld { segment: of, .. } if of == segment))
    };
    let used = latest.snapshots.iter().filter(|used| {
        // Nobody expects data of an export without a connection, or of a segment that it no longer has.
        export.connection.is_some()
            && export.segments.contains(&used.segment)
            && now.duration_since(used.last_modified) > snapshot_age
            && !told(&used.segment)
    });
    let sentences = used.map(|used| {
        format!(
            "The newest data of {:?} that a run has read is from {}: look whether the segment is still refreshed, and \
             whether this export still runs.",
            used.segment,
            used.last_modified.strftime("%Y-%m-%d")
        )
    });
    sentences.collect()
}
