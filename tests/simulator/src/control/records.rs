//! The whole situation at once: what the page shows and `GET /control` answers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::activity_records::{ActivityRecord, newest};
use super::{Control, ControlError};
use crate::contacts::permission;
use crate::identifiers::{self, Kind};
use crate::times;
use crate::world::World;
use crate::{AccountOptions, Faults, Limits, Statistics, Switches};

const ACTIVITIES_SHOWN: u32 = 100;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRecord {
    /// Its id in the API.
    pub list_id: String,
    /// Its name.
    pub name: String,
    /// All members.
    pub members: u64,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// Everything about the simulator but the people.
#[derive(Debug, Clone, Serialize)]
pub struct Situation {
    /// The simulator's time, as the API writes it.
    pub now: String,
    /// Whether the clock can be set.
    pub settable_clock: bool,
    /// The account.
    pub account: AccountOptions,
    /// All lists, deleted ones included.
    pub lists: Vec<ListRecord>,
    /// Contacts by permission, and `deleted`.
    pub contacts: BTreeMap<String, u64>,
    /// The newest hundred activities.
    pub activities: Vec<ActivityRecord>,
    /// Counts of requests.
    pub statistics: Statistics,
    /// The present switches.
    pub switches: Switches,
    /// The present faults.
    pub faults: Faults,
    /// The present limits.
    pub limits: Limits,
}

impl Control {
    /// Everything about the simulator but the people.
    ///
    /// # Errors
    /// The database failed.
    pub async fn situation(&self) -> Result<Situation, ControlError> {
        self.run(|world| Ok(situation(world)?)).await
    }

    /// All lists with their members' number, deleted ones included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lists(&self) -> Result<Vec<ListRecord>, ControlError> {
        self.run(|world| Ok(lists(world)?)).await
    }
}

fn situation(world: &mut World) -> Result<Situation, rusqlite::Error> {
    Ok(Situation {
        now: times::write(world.now(), world.switches.timestamps),
        settable_clock: world.clock.is_settable(),
        account: world.account.clone(),
        lists: lists(world)?,
        contacts: contacts(world)?,
        activities: newest(world, ACTIVITIES_SHOWN)?,
        statistics: world.statistics.clone(),
        switches: world.switches.clone(),
        faults: world.faults.clone(),
        limits: world.limits.clone(),
    })
}

fn lists(world: &mut World) -> Result<Vec<ListRecord>, rusqlite::Error> {
    let rows: Vec<(i64, String, bool)> = world
        .database
        .prepare_cached("SELECT id, name, deleted IS NOT NULL FROM lists ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(row, name, deleted)| {
            let members = world.member_count(row, false)?;
            Ok(ListRecord { list_id: identifiers::encode(Kind::List, row), name, members, deleted })
        })
        .collect()
}

fn contacts(world: &World) -> Result<BTreeMap<String, u64>, rusqlite::Error> {
    world
        .database
        .prepare_cached(
            "SELECT CASE WHEN deleted IS NULL THEN permission ELSE -1 END AS state, count(*)
             FROM contacts GROUP BY state",
        )?
        .query_map([], |row| {
            let (state, count): (i64, i64) = (row.get(0)?, row.get(1)?);
            let name = if state < 0 { "deleted" } else { permission::name(state) };
            Ok((name.to_owned(), u64::try_from(count).unwrap_or_default()))
        })?
        .collect()
}
