//! What arrived: a list's members, and how often imports brought an address.

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::people::list_row;
use super::{Control, ControlError};
use crate::contacts::permission;
use crate::identifiers::{self, Kind};
use crate::storage;
use crate::world::World;

const MEMBERS_PER_STEP: u32 = 5_000;

/// A member of a list.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The contact's id in the API.
    pub contact_id: String,
    /// The address as given.
    pub email: String,
    /// First name; empty for none.
    pub first_name: String,
    /// Last name; empty for none.
    pub last_name: String,
    /// Permission, for instance `implicit` or `unsubscribed`.
    pub permission_to_send: String,
    /// Custom fields: name and value.
    pub custom_fields: Vec<(String, String)>,
    /// How many times an import brought the address and took it.
    pub imported: u64,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Member").field("contact_id", &self.contact_id).finish_non_exhaustive()
    }
}

/// Some members, and where to go on.
#[derive(Debug, Clone, Serialize)]
pub struct MemberPage {
    /// In the order of their ids' rows.
    pub members: Vec<Member>,
    /// To be given to the next call; `None` on the last page.
    pub next: Option<i64>,
}

/// How often imports brought an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ImportCounts {
    /// Rows that were taken, those that repeat an address within one import included.
    pub imported: u64,
    /// Rows that could not be added because the contact is unsubscribed.
    pub declined: u64,
    /// Rows that were refused.
    pub refused: u64,
}

/// An address that imports refused.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// In lower case; empty for rows without one.
    pub address: String,
    /// The last reason.
    pub reason: String,
    /// How often.
    pub times: u64,
}

impl std::fmt::Debug for RefusedRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RefusedRow")
            .field("reason", &self.reason)
            .field("times", &self.times)
            .finish()
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

impl Control {
    /// The number of a list's members, whatever their permission.
    ///
    /// # Errors
    /// There is no such list, or the database failed.
    pub async fn count_members(&self, list_id: impl Into<String>) -> Result<u64, ControlError> {
        let list_id = list_id.into();
        self.run(move |world| {
            let list = list_row(world, &list_id)?;
            Ok(world.member_count(list, false)?)
        })
        .await
    }

    /// Some members of a list, from where the page before ended.
    ///
    /// # Errors
    /// There is no such list, or the database failed.
    pub async fn members(
        &self,
        list_id: impl Into<String>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<MemberPage, ControlError> {
        let list_id = list_id.into();
        self.run(move |world| {
            let list = list_row(world, &list_id)?;
            Ok(member_page(world, list, after.unwrap_or_default(), limit)?)
        })
        .await
    }

    /// Calls `visit` for every member of a list; only a few thousand are held at a time.
    ///
    /// # Errors
    /// There is no such list, or the database failed.
    pub async fn for_each_member(
        &self,
        list_id: &str,
        mut visit: impl FnMut(Member) + Send,
    ) -> Result<(), ControlError> {
        let mut after = None;
        loop {
            let page = self.members(list_id, after, MEMBERS_PER_STEP).await?;
            page.members.into_iter().for_each(&mut visit);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// How often imports brought an address: for tests of exactly-once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn import_counts(&self, email: impl Into<String>) -> Result<ImportCounts, ControlError> {
        let email = email.into().trim().to_lowercase();
        self.run(move |world| {
            let known: Option<(i64, i64)> = world
                .database
                .prepare_cached("SELECT imported, declined FROM contacts WHERE address = ?1")?
                .query_row([&email], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (imported, declined) = known.unwrap_or_default();
            let refused = storage::count(
                &world.database,
                "SELECT coalesce(sum(times), 0) FROM refused_rows WHERE address = ?1",
                [&email],
            )?;
            Ok(ImportCounts { imported: unsigned(imported), declined: unsigned(declined), refused })
        })
        .await
    }

    /// How many addresses were imported how often: (times, addresses), only those imported at all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn import_histogram(&self) -> Result<Vec<(u64, u64)>, ControlError> {
        self.run(|world| {
            let rows = world
                .database
                .prepare_cached(
                    "SELECT imported, count(*) FROM contacts WHERE imported > 0 GROUP BY imported ORDER BY 1",
                )?
                .query_map([], |row| Ok((unsigned(row.get(0)?), unsigned(row.get(1)?))))?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
        .await
    }

    /// The addresses that imports refused.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refused_rows(&self) -> Result<Vec<RefusedRow>, ControlError> {
        self.run(|world| {
            let rows = world
                .database
                .prepare_cached("SELECT address, reason, times FROM refused_rows ORDER BY address")?
                .query_map([], |row| {
                    Ok(RefusedRow { address: row.get(0)?, reason: row.get(1)?, times: unsigned(row.get(2)?) })
                })?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
        .await
    }
}

fn member_page(world: &World, list: i64, after: i64, limit: u32) -> Result<MemberPage, rusqlite::Error> {
    let mut statement = world.database.prepare_cached(
        "SELECT id, coalesce(shown, address, ''), coalesce(first_name, ''), coalesce(last_name, ''), permission,
                imported
         FROM memberships JOIN contacts ON id = contact
         WHERE list = ?1 AND contact > ?2 ORDER BY contact LIMIT ?3",
    )?;
    let mut values = world.database.prepare_cached(
        "SELECT name, value FROM custom_values JOIN custom_fields ON id = field WHERE contact = ?1 ORDER BY name",
    )?;
    let mut members = Vec::new();
    let mut last = after;
    let mut rows = statement.query(params![list, after, limit])?;
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        members.push(Member {
            contact_id: identifiers::encode(Kind::Contact, last),
            email: row.get(1)?,
            first_name: row.get(2)?,
            last_name: row.get(3)?,
            permission_to_send: permission::name(row.get(4)?).to_owned(),
            custom_fields: values
                .query_map([last], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?,
            imported: unsigned(row.get(5)?),
        });
    }
    let full = u32::try_from(members.len()).is_ok_and(|count| count >= limit);
    Ok(MemberPage { next: full.then_some(last), members })
}
