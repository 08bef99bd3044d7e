//! What is known of an account's opt-outs, and what is being read of them.

use constant_contact::{Contact, ContactPage, ContactQuery, ContactStatus};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::Document;

/// Whether a deletion moves a contact's `updated_at` is not known. So all deleted contacts are read with every look as
/// long as they fill no more pages than these; of more, those that were updated lately, and all of them once a day and
/// whenever their number has changed.
pub(super) const DELETED_PAGES: u32 = 20;

/// See [`DELETED_PAGES`].
const ALL_DELETED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Rows of a page.
const PAGE: u32 = 500;

/// Rows of a page of the second read, and of the third and fourth: their borders fall between other people than those of
/// the reads before.
const OTHER_PAGES: [u32; 3] = [470, 440, 410];

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
    /// How many the service counted when it began.
    #[serde(default)]
    pub(super) count: Option<u64>,
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
    /// How many there are of its subject, as the service counted them with the first page, if it was asked.
    #[serde(default)]
    pub(super) counted: Option<u64>,
    /// How many of them have no address.
    #[serde(default)]
    pub(super) without_address: u64,
}

/// What is being read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub(super) enum Subject {
    /// Everybody who opted out or was deleted.
    #[default]
    Everybody,
    /// The same once more: pages can skip people while others come and go, so that one read alone releases nobody, and
    /// the first ever is not believed either.
    EverybodyAgain {
        /// When the first read began.
        first_at: Timestamp,
        /// The object with people who were known before, and whom it lacked.
        missing: String,
        /// Further reads before this one, for which the service had counted more people than were seen.
        #[serde(default)]
        pass: u8,
    },
    /// Whoever opted out since the last look.
    NewOptOuts,
    /// Whoever was deleted since the last look, after those who opted out.
    NewlyDeleted,
    /// Whoever was ever deleted, after those who opted out lately.
    AllDeleted,
}

impl OptOutState {
    /// Whether everybody has been read, with this key.
    pub(super) fn is_known(&self, key_check: Option<u64>) -> bool {
        self.key_check == key_check && self.full_read_at.is_some() && self.hashes.is_some()
    }

    /// Whether as many contacts are deleted now as when all of them were last read. Where the service does not say, it is
    /// taken for granted.
    pub(super) fn has_as_many_deleted(&self, count: Option<u64>) -> bool {
        count.is_none() || self.all_deleted.is_some_and(|read| read.count == count)
    }

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
    pub(super) const fn new(of: Subject, began_at: Timestamp) -> Self {
        Self { of, began_at, pages: 0, cursor: None, parts: Vec::new(), counted: None, without_address: 0 }
    }

    /// The same from its first page.
    pub(super) fn again(self, now: Timestamp) -> Self {
        let of = match self.of {
            Subject::NewlyDeleted | Subject::AllDeleted => Subject::NewOptOuts,
            of => of,
        };
        Self::new(of, now)
    }

    /// Goes on with the first page of another subject.
    pub(super) fn begin(&mut self, of: Subject) {
        let parts = std::mem::take(&mut self.parts);
        *self = Self { parts, ..Self::new(of, self.began_at) };
    }

    pub(super) fn take_note(&mut self, page: &ContactPage) {
        self.pages = self.pages.saturating_add(1);
        self.counted = self.counted.or(page.count);
        let nameless = page.contacts.iter().filter(|contact| contact.email.is_none()).count() + page.unusable;
        self.without_address += u64::try_from(nameless).unwrap_or(u64::MAX);
        self.cursor = page.next.as_ref().map(|next| next.as_str().to_owned());
    }

    /// Whether the service counted more people than were seen.
    pub(super) fn lacks(&self, seen: usize) -> bool {
        let seen = u64::try_from(seen).unwrap_or(u64::MAX);
        self.counted.is_some_and(|counted| seen.saturating_add(self.without_address) < counted)
    }
}

impl Subject {
    /// Whether it is read in full to know everybody, and to release whoever subscribed again.
    pub(super) const fn is_in_full(&self) -> bool {
        matches!(self, Self::Everybody | Self::EverybodyAgain { .. })
    }

    /// The read after this one, if another one is of any use.
    pub(super) fn next_pass(pass: u8) -> Option<u8> {
        let next = pass.saturating_add(1);
        (usize::from(next) < OTHER_PAGES.len()).then_some(next)
    }

    /// How many contacts are deleted, at the price of one request.
    pub(super) fn count_of_deleted() -> ContactQuery {
        ContactQuery {
            status: vec![ContactStatus::Deleted],
            limit: Some(1),
            count: true,
            ..ContactQuery::default()
        }
    }

    pub(super) fn query(&self, since: Option<Timestamp>) -> ContactQuery {
        let everybody = || vec![ContactStatus::Unsubscribed, ContactStatus::Deleted];
        let query = ContactQuery { limit: Some(PAGE), ..ContactQuery::default() };
        match self {
            Self::Everybody => ContactQuery { status: everybody(), count: true, ..query },
            Self::EverybodyAgain { pass, .. } => {
                let limit = OTHER_PAGES.get(usize::from(*pass)).copied();
                ContactQuery { status: everybody(), limit: limit.or(query.limit), count: true, ..query }
            }
            Self::NewOptOuts => {
                ContactQuery { status: vec![ContactStatus::All], optout_after: since, ..query }
            }
            Self::NewlyDeleted => {
                ContactQuery { status: vec![ContactStatus::Deleted], updated_after: since, ..query }
            }
            Self::AllDeleted => ContactQuery { status: vec![ContactStatus::Deleted], count: true, ..query },
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
