//! What is known of an account's opt-outs, and what is being read of them.

use constant_contact::{Contact, ContactQuery, ContactStatus};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Document;

/// Whether a deletion moves a contact's `updated_at` is not known. So all deleted contacts are read with every look as
/// long as they fill no more pages than these; of more, those that were updated lately, and all of them once a day.
pub(super) const DELETED_PAGES: u32 = 20;

/// See [`DELETED_PAGES`].
const ALL_DELETED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Rows of a page.
const PAGE: u32 = 500;

/// Rows of a page of the second read: its borders fall between other people than those of the first.
const OTHER_PAGE: u32 = 470;

/// What has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OptOutState {
    /// When the last complete full read began.
    pub(super) full_read_at: Option<Timestamp>,
    /// The object with all hashes known.
    pub(super) hashes: Option<String>,
    /// The object before it, kept for whoever is reading it at this moment.
    #[serde(default)]
    pub(super) previous: Option<String>,
    /// When the last complete look began.
    pub(super) looked_at: Option<Timestamp>,
    /// A reading under way.
    pub(super) reading: Option<Reading>,
    /// When all deleted contacts were last read, and how many pages they filled.
    #[serde(default)]
    pub(super) all_deleted: Option<AllDeleted>,
    /// By what key the hashes were made, itself as a hash: those of another key say nothing.
    #[serde(default)]
    pub(super) key_check: Option<u64>,
}

impl Document for OptOutState {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "opt-outs";
}

/// A complete reading of all deleted contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AllDeleted {
    pub(super) at: Timestamp,
    pub(super) pages: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    #[serde(default)]
    pub(super) of: Subject,
    pub(super) began_at: Timestamp,
    /// Pages of its subject so far.
    #[serde(default)]
    pub(super) pages: u32,
    /// Where to go on; `None` at the first page.
    pub(super) cursor: Option<String>,
    /// Objects with what was read so far.
    pub(super) parts: Vec<String>,
}

/// What is being read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub(super) enum Subject {
    /// Everybody who opted out or was deleted.
    #[default]
    Everybody,
    /// The same once more, because the first read lacked people who were known: pages can skip people while others
    /// come and go, so that one read alone releases nobody.
    EverybodyAgain {
        /// When the first read began.
        first_at: Timestamp,
        /// The object with the people whom it lacked.
        missing: String,
    },
    /// Whoever opted out since the last look.
    NewOptOuts,
    /// Whoever was deleted since the last look, after those who opted out.
    NewlyDeleted,
    /// Whoever was ever deleted, after those who opted out lately.
    AllDeleted,
}

impl OptOutState {
    /// Which deleted contacts a look reads.
    pub(super) fn which_deleted(&self, now: Timestamp) -> Subject {
        let few = |read: AllDeleted| read.pages <= DELETED_PAGES;
        let recent = |read: AllDeleted| now.duration_since(read.at) <= ALL_DELETED_EVERY;
        match self.all_deleted {
            Some(read) if !few(read) && recent(read) => Subject::NewlyDeleted,
            _ => Subject::AllDeleted,
        }
    }

    /// Whether it needs the file with this name.
    pub(super) fn refers_to(&self, name: &str) -> bool {
        let is_it = |known: &String| known == name;
        let reading = self.reading.as_ref();
        let missing = reading.is_some_and(|reading| match &reading.of {
            Subject::EverybodyAgain { missing, .. } => is_it(missing),
            _ => false,
        });
        let read = reading.is_some_and(|reading| reading.parts.iter().any(is_it));
        self.hashes.as_ref().is_some_and(is_it)
            || self.previous.as_ref().is_some_and(is_it)
            || missing
            || read
    }
}

impl Reading {
    /// The same from its first page.
    pub(super) fn again(self, now: Timestamp) -> Self {
        let of = match self.of {
            Subject::NewlyDeleted | Subject::AllDeleted => Subject::NewOptOuts,
            of => of,
        };
        Self { of, began_at: now, pages: 0, cursor: None, parts: Vec::new() }
    }
}

impl Subject {
    pub(super) fn query(&self, since: Option<Timestamp>) -> ContactQuery {
        let everybody = || vec![ContactStatus::Unsubscribed, ContactStatus::Deleted];
        let query = ContactQuery { limit: Some(PAGE), ..ContactQuery::default() };
        match self {
            Self::Everybody => ContactQuery { status: everybody(), ..query },
            Self::EverybodyAgain { .. } => {
                ContactQuery { status: everybody(), limit: Some(OTHER_PAGE), ..query }
            }
            Self::NewOptOuts => {
                ContactQuery { status: vec![ContactStatus::All], optout_after: since, ..query }
            }
            Self::NewlyDeleted => {
                ContactQuery { status: vec![ContactStatus::Deleted], updated_after: since, ..query }
            }
            Self::AllDeleted => ContactQuery { status: vec![ContactStatus::Deleted], ..query },
        }
    }

    /// A query for new opt-outs may also bring people who subscribed again since.
    pub(super) fn is_meant(&self, contact: &Contact) -> bool {
        match self {
            Self::Everybody | Self::EverybodyAgain { .. } => true,
            Self::NewOptOuts | Self::NewlyDeleted | Self::AllDeleted => {
                contact.deleted_at.is_some()
                    || contact
                        .permission_to_send
                        .as_deref()
                        .is_none_or(|permission| permission == "unsubscribed")
            }
        }
    }
}
