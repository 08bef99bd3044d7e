//! Brings activities whose time has come to their end; what they do becomes visible in the same transaction.

use rusqlite::{OptionalExtension as _, params};

use super::{COLUMNS, Kind, Record, deletion, exports, memberships};
use crate::import;
use crate::times;
use crate::world::World;

/// With the machine's clock a request waits for about one large import at most; the rest follows in the background,
/// and still shows as processing until then.
const ROWS_PER_REQUEST: u64 = 40_000;

/// What an activity did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) items_total: u64,
    pub(crate) items_completed: u64,
    pub(crate) person: u64,
    pub(crate) error: u64,
    pub(crate) correctable: u64,
    pub(crate) cannot_add: u64,
    pub(crate) errors: Vec<String>,
}

impl World {
    /// Everything that is due with a settable clock; with the machine's clock about one import's worth.
    pub(crate) fn run_due_for_request(&mut self) -> Result<(), rusqlite::Error> {
        let mut rows = 0;
        while rows < ROWS_PER_REQUEST || self.clock.is_settable() {
            match self.run_next_due()? {
                Some(done) => rows += done,
                None => break,
            }
        }
        Ok(())
    }

    /// Ends the activity that is due first; returns how many items it had, or `None` if nothing is due.
    pub(crate) fn run_next_due(&mut self) -> Result<Option<u64>, rusqlite::Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM activities WHERE state = 'queued' AND ends <= ?1 ORDER BY ends, id LIMIT 1"
        );
        let due = self.database.prepare_cached(&sql)?.query_row([self.now()], Record::read).optional()?;
        let Some(record) = due else {
            return Ok(None);
        };
        let items = self.atomically(|world| world.finish(&record))?;
        self.contacts_changed();
        Ok(Some(items))
    }

    fn finish(&self, record: &Record) -> Result<u64, rusqlite::Error> {
        let ends = record.ends.unwrap_or_else(|| self.now());
        let request = record.request();
        let outcome = match record.kind() {
            Some(kind @ (Kind::JsonImport | Kind::FileImport)) => {
                let body: Vec<u8> = self
                    .database
                    .prepare_cached("SELECT body FROM activity_bodies WHERE activity = ?1")?
                    .query_row([record.id], |row| row.get(0))?;
                import::run(self, kind, &request, &body, record.applies, ends)?
            }
            Some(kind @ (Kind::AddMemberships | Kind::RemoveMemberships)) => {
                memberships::run(self, kind, &request, ends)?
            }
            Some(Kind::ContactDelete) => deletion::run_contacts(self, &request, ends)?,
            Some(Kind::ListDelete) => deletion::run_lists(self, &request, ends)?,
            Some(Kind::ContactExport) => exports::run(self, &request)?,
            None => Outcome::default(),
        };
        self.database.execute("DELETE FROM activity_bodies WHERE activity = ?1", [record.id])?;
        self.keep(record, &outcome)?;
        // Twice the documented time, so that the page shows a little more than the API.
        let forgotten = ends - 2 * i64::from(self.limits.activity_days) * times::DAY;
        self.database
            .execute("DELETE FROM activities WHERE state <> 'queued' AND created < ?1", [forgotten])?;
        Ok(outcome.items_total.max(1))
    }

    fn keep(&self, record: &Record, outcome: &Outcome) -> Result<(), rusqlite::Error> {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.database.execute(
            "UPDATE activities SET state = outcome, items_total = ?2, items_completed = ?3, person = ?4,
             error = ?5, correctable = ?6, cannot_add = ?7, errors = ?8 WHERE id = ?1",
            params![
                record.id,
                signed(outcome.items_total),
                signed(outcome.items_completed),
                signed(outcome.person),
                signed(outcome.error),
                signed(outcome.correctable),
                signed(outcome.cannot_add),
                serde_json::to_string(&outcome.errors).unwrap_or_default(),
            ],
        )?;
        Ok(())
    }
}
