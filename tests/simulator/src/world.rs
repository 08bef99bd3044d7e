//! Everything the simulator holds, behind one lock: database, time, settings and counters.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::faults::FaultCounters;
use crate::gate::Rate;
use crate::identifiers::{self, Kind};
use crate::paging::PageEnds;
use crate::{
    AccountOptions, Application, Clock, Faults, Limits, Options, Statistics, Switches, storage, times,
};

pub(crate) struct World {
    pub(crate) database: Connection,
    /// Whether there is a file to be kept up to date.
    pub(crate) durable: bool,
    pub(crate) clock: Clock,
    pub(crate) application: Application,
    pub(crate) auto_approve: bool,
    pub(crate) account: AccountOptions,
    pub(crate) switches: Switches,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) fault_counters: FaultCounters,
    pub(crate) rate: Rate,
    pub(crate) token_rate: Rate,
    pub(crate) statistics: Statistics,
    /// Raised by whatever changes contacts or memberships; outdates the two caches below.
    pub(crate) generation: u64,
    pub(crate) page_ends: PageEnds,
    pub(crate) member_counts: HashMap<(i64, bool), (u64, u64)>,
    pub(crate) base_url: String,
}

impl World {
    pub(crate) fn open(options: Options) -> Result<Self, rusqlite::Error> {
        let database = storage::open(options.data_directory.as_deref())?;
        let statistics = storage::value(&database, "statistics")?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let mut clock = options.clock;
        if let Clock::Settable(start) = clock
            && let Some(stood) = storage::value(&database, "clock")?.and_then(|text| text.parse().ok())
            && stood > start
        {
            clock = Clock::Settable(stood);
        }
        Ok(Self {
            database,
            durable: options.data_directory.is_some(),
            clock,
            application: options.application,
            auto_approve: options.auto_approve,
            account: options.account,
            switches: options.switches,
            limits: options.limits,
            faults: options.faults,
            fault_counters: FaultCounters::default(),
            rate: Rate::default(),
            token_rate: Rate::default(),
            statistics,
            generation: 0,
            page_ends: PageEnds::default(),
            member_counts: HashMap::new(),
            base_url: String::new(),
        })
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.milliseconds()
    }

    pub(crate) fn timestamp(&self, milliseconds: i64) -> Value {
        Value::String(times::write(milliseconds, self.switches.timestamps))
    }

    /// All or nothing, and on the disk before it returns.
    pub(crate) fn atomically<T, E: From<rusqlite::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.database.execute_batch("BEGIN IMMEDIATE")?;
        match work(self) {
            Ok(result) => {
                if let Err(error) = self.database.execute_batch("COMMIT") {
                    self.roll_back();
                    return Err(error.into());
                }
                Ok(result)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    fn roll_back(&self) {
        // SQLite has already rolled back by itself after some failures; then this one reports that, and no more.
        if !self.database.is_autocommit() && self.database.execute_batch("ROLLBACK").is_err() {
            tracing::error!("the simulator's database could not roll back");
        }
    }

    /// To be called after contacts or memberships changed.
    pub(crate) fn contacts_changed(&mut self) {
        self.generation += 1;
    }

    /// Keeps the counters across a kill of the process. They are no promise of the API, so they need not wait for
    /// the disk.
    pub(crate) fn save_statistics(&self) -> Result<(), rusqlite::Error> {
        if !self.durable {
            return Ok(());
        }
        let text = serde_json::to_string(&self.statistics).unwrap_or_default();
        self.database.execute_batch("PRAGMA synchronous = NORMAL")?;
        let saved = storage::set_value(&self.database, "statistics", &text);
        self.database.execute_batch("PRAGMA synchronous = FULL")?;
        saved
    }

    /// Members of a list; `active` counts only people who can be written to.
    pub(crate) fn member_count(&mut self, list: i64, active: bool) -> Result<u64, rusqlite::Error> {
        if let Some((generation, count)) = self.member_counts.get(&(list, active))
            && *generation == self.generation
        {
            return Ok(*count);
        }
        let sql = if active {
            "SELECT count(*) FROM memberships JOIN contacts ON id = contact
             WHERE list = ?1 AND deleted IS NULL AND permission IN (0, 1)"
        } else {
            "SELECT count(*) FROM memberships WHERE list = ?1"
        };
        let count = storage::count(&self.database, sql, [list])?;
        self.member_counts.insert((list, active), (self.generation, count));
        Ok(count)
    }

    /// Rows of lists that exist and are not deleted; anything else is refused as `unknown` says.
    pub(crate) fn list_rows(
        &self,
        ids: &[String],
        unknown: impl Fn(&str) -> Refusal,
    ) -> Result<Vec<i64>, Refusal> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let row = identifiers::decode(Kind::List, id).ok_or_else(|| unknown(id))?;
            let known = storage::count(
                &self.database,
                "SELECT count(*) FROM lists WHERE id = ?1 AND deleted IS NULL",
                [row],
            )?;
            if known == 0 {
                return Err(unknown(id));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// Adds a member only when there is something to say.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}
