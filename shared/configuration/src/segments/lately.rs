//! Columns and first rows of snapshots that were read lately: a form asks for the same ones with every step.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use snapshots::{PinnedSnapshot, ReadError};

use super::sample::{RowsRead, read_rows};
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// How many snapshots are remembered.
const MOST: usize = 64;

/// For how long: rows of people do not stay in memory for longer than somebody works with them.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// What was read lately, in this process. A snapshot is known by the versions of its files, so that what is remembered
/// is never outdated. Whether a person may see rows is decided anew for each answer.
#[derive(Default)]
pub(crate) struct ReadLately(Mutex<VecDeque<Entry>>);

struct Entry {
    snapshot: PinnedSnapshot,
    /// So many rows were wanted, and are there if the snapshot has them.
    wanted: usize,
    read_at: Timestamp,
    read: Arc<RowsRead>,
}

impl fmt::Debug for ReadLately {
    /// Never shows the rows: they are people's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReadLately").field("snapshots", &self.entries().len()).finish()
    }
}

impl ReadLately {
    fn entries(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, snapshot: &PinnedSnapshot, wanted: usize, now: Timestamp) -> Option<Arc<RowsRead>> {
        let mut entries = self.entries();
        entries.retain(|entry| now.duration_since(entry.read_at) < LIFETIME);
        let found = entries.iter().find(|entry| entry.wanted >= wanted && entry.snapshot == *snapshot);
        found.map(|entry| Arc::clone(&entry.read))
    }

    fn keep(&self, entry: Entry) {
        let mut entries = self.entries();
        entries.retain(|known| known.snapshot.segment != entry.snapshot.segment);
        entries.truncate(MOST - 1);
        entries.push_front(entry);
    }
}

impl Configuration {
    /// The columns and, of a snapshot that was read, at most the first `wanted` rows; or why it cannot be read.
    pub(super) async fn first_rows(
        &self,
        snapshot: &PinnedSnapshot,
        wanted: usize,
    ) -> Result<Result<Arc<RowsRead>, String>, ConfigurationError> {
        let now = self.parts.clock.now();
        if let Some(known) = self.read_lately.find(snapshot, wanted, now) {
            return Ok(Ok(known));
        }
        match read_rows(&self.parts.segments, snapshot.clone(), Some(wanted)).await? {
            Ok(read) => {
                let (snapshot, read) = (snapshot.clone(), Arc::new(read));
                self.read_lately.keep(Entry { snapshot, wanted, read_at: now, read: Arc::clone(&read) });
                Ok(Ok(read))
            }
            Err(ReadError::Broken(broken)) => Ok(Err(broken.to_string())),
            Err(error) => Err(super::look::unreadable(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::identifier::SegmentName;
    use snapshots::{CsvLayout, Format, PinnedPart};
    use store::Tag;

    use super::*;

    fn snapshot(segment: &str, tag: &str) -> PinnedSnapshot {
        let part = PinnedPart { key: format!("{segment}/1.csv"), tag: Tag::new(tag), size: 1 };
        PinnedSnapshot {
            segment: SegmentName::new(segment).unwrap(),
            snapshot: "1.csv".to_owned(),
            last_modified: Timestamp::UNIX_EPOCH,
            format: Format::Csv,
            layout: CsvLayout::default(),
            parts: vec![part],
            had_marker: false,
        }
    }

    fn entry(segment: &str, tag: &str) -> Entry {
        let sample = vec![vec!["ann@example.com".to_owned()]];
        let read = Arc::new(RowsRead { sample, ..RowsRead::default() });
        Entry { snapshot: snapshot(segment, tag), wanted: 5, read_at: Timestamp::UNIX_EPOCH, read }
    }

    #[test]
    fn only_the_very_same_snapshot_is_remembered_and_not_for_long() {
        let lately = ReadLately::default();
        lately.keep(entry("a", "1"));
        let find = |tag, wanted, minutes| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
            lately.find(&snapshot("a", tag), wanted, now).is_some()
        };
        assert!(find("1", 5, 9) && find("1", 0, 9));
        assert!(!find("1", 6, 9), "more rows than were read");
        assert!(!find("2", 5, 9), "another version of the same file");
        assert!(!format!("{lately:?}").contains("ann@example.com"));
        assert!(!find("1", 5, 10));
        assert!(!find("1", 5, 0), "it is gone for good");
    }

    #[test]
    fn it_does_not_grow() {
        let lately = ReadLately::default();
        for number in 0..200 {
            lately.keep(entry(&format!("s{number}"), "1"));
            lately.keep(entry("same", &number.to_string()));
        }
        assert_eq!(lately.entries().len(), MOST);
    }
}
