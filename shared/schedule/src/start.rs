//! Whether anything will start an export without a person, and if not, why.

use jiff::Timestamp;

use crate::export::ExportSchedule;
use crate::refresh::RefreshSchedule;
use crate::timetable::{Schedule, Slot};

/// What decides whether an export starts by itself.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The export's schedule.
    pub export: &'a ExportSchedule,
    /// The system refresh's.
    pub refresh: &'a RefreshSchedule,
    /// Whether a new snapshot starts the exports that run with the system refresh.
    pub upload_trigger: bool,
    /// Whether the export has a connection: a detached one has none.
    pub has_connection: bool,
    /// Whether an administrator holds every automatic start (*Pause everything*).
    pub everything_paused: bool,
}

/// What will start an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// It starts without a person.
    ByItself {
        /// When a schedule starts it next; nothing when only uploads do.
        next_due: Option<Slot>,
        /// Whether a new snapshot of one of its segments starts it as well.
        on_upload: bool,
    },
    /// Only a person can start it: every one of these has to be remedied before it starts by itself. Never empty.
    NotByItself(Vec<Reason>),
}

/// Why an export will not run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Every automatic start is held.
    EverythingPaused,
    /// It has no connection.
    NoConnection,
    /// Its own schedule is off.
    ScheduleOff,
    /// It runs with the system refresh, which is off, and uploads start nothing either.
    SystemRefreshOff,
}

impl Reason {
    /// Its name for programs; it never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::EverythingPaused => "everything_paused",
            Self::NoConnection => "no_connection",
            Self::ScheduleOff => "schedule_off",
            Self::SystemRefreshOff => "system_refresh_off",
        }
    }

    /// A sentence that says what is the matter and who can change it.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::EverythingPaused => {
                "Everything is paused: nothing starts by itself until an administrator ends the pause."
            }
            Self::NoConnection => "It has no connection: edit it and choose a connection for export.",
            Self::ScheduleOff => "Its schedule is off: switch it on, or choose Run whenever it is to run.",
            Self::SystemRefreshOff => {
                "It runs with the system refresh, which is off, and new snapshots start no exports either: give it a \
                 schedule of its own, or ask an administrator to turn on one of the two."
            }
        }
    }
}

impl Start {
    /// What a screen shows of an export that nothing will start; nothing for one that starts by itself.
    #[must_use]
    pub fn why_not(&self) -> Option<String> {
        match self {
            Self::ByItself { .. } => None,
            Self::NotByItself(reasons) => {
                let sentences: Vec<&str> = reasons.iter().map(|reason| reason.sentence()).collect();
                Some(format!("Will not run by itself. {}", sentences.join(" ")))
            }
        }
    }
}

/// Says what will start an export after `now`, or everything that keeps it from starting by itself.
#[must_use]
pub fn starts_by_itself(circumstances: &Circumstances<'_>, now: Timestamp) -> Start {
    let Circumstances { export, refresh, upload_trigger, has_connection, everything_paused } = *circumstances;
    let schedule = match export {
        ExportSchedule::Off { .. } => Some(Reason::ScheduleOff),
        ExportSchedule::WithSystemRefresh if *refresh == RefreshSchedule::Off && !upload_trigger => {
            Some(Reason::SystemRefreshOff)
        }
        ExportSchedule::WithSystemRefresh | ExportSchedule::Own(_) => None,
    };
    let reasons: Vec<Reason> = [
        everything_paused.then_some(Reason::EverythingPaused),
        (!has_connection).then_some(Reason::NoConnection),
        schedule,
    ]
    .into_iter()
    .flatten()
    .collect();
    if !reasons.is_empty() {
        return Start::NotByItself(reasons);
    }
    if export.follows_system_refresh() {
        return Start::ByItself { next_due: refresh.next_due(now), on_upload: upload_trigger };
    }
    Start::ByItself { next_due: export.next_due(now), on_upload: false }
}
