//! People: adding and changing them from outside.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Control, ControlError};
use crate::contacts::permission;
use crate::identifiers::{self, Kind};
use crate::storage;
use crate::world::World;

/// What happens to a contact outside this application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The person opts out.
    Unsubscribe,
    /// The account's staff opt the person out.
    UnsubscribeByAccount,
    /// The person opts in again.
    Resubscribe,
    /// Deleted by hand.
    Delete,
    /// Mail bounces: temporary hold.
    Hold,
}

/// A contact to add from outside.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewContact {
    /// The address.
    pub email: String,
    /// First name; empty for none.
    pub first_name: String,
    /// Last name; empty for none.
    pub last_name: String,
    /// Ids of lists to join.
    pub list_ids: Vec<String>,
    /// Has opted out already.
    pub unsubscribed: bool,
}

impl std::fmt::Debug for NewContact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NewContact").finish_non_exhaustive()
    }
}

impl Control {
    /// Adds contacts, or changes the names and lists of those that are there.
    ///
    /// # Errors
    /// A list is unknown (then nobody was added), or the database failed.
    pub async fn add_contacts(&self, contacts: Vec<NewContact>) -> Result<(), ControlError> {
        self.run(move |world| {
            world.atomically(|world| contacts.iter().try_for_each(|contact| add(world, contact)))?;
            world.contacts_changed();
            Ok(())
        })
        .await
    }

    /// Something happens to a contact outside this application.
    ///
    /// # Errors
    /// There is no such contact, or the database failed.
    pub async fn change_contact(&self, email: impl Into<String>, change: Change) -> Result<(), ControlError> {
        let email = email.into();
        self.run(move |world| {
            let id = contact_row(world, &email)?;
            world.atomically(|world| apply(world, id, change))?;
            world.contacts_changed();
            Ok(())
        })
        .await
    }

    /// The id of a contact, deleted ones included.
    ///
    /// # Errors
    /// There is no such contact, or the database failed.
    pub async fn contact_id(&self, email: impl Into<String>) -> Result<String, ControlError> {
        let email = email.into();
        self.run(move |world| Ok(identifiers::encode(Kind::Contact, contact_row(world, &email)?))).await
    }
}

pub(super) fn list_row(world: &World, list_id: &str) -> Result<i64, ControlError> {
    let row = identifiers::decode(Kind::List, list_id).ok_or(ControlError::Unknown("list"))?;
    match storage::count(&world.database, "SELECT count(*) FROM lists WHERE id = ?1", [row])? {
        0 => Err(ControlError::Unknown("list")),
        _ => Ok(row),
    }
}

fn contact_row(world: &World, email: &str) -> Result<i64, ControlError> {
    world
        .database
        .prepare_cached("SELECT id FROM contacts WHERE address = ?1")?
        .query_row([email.trim().to_lowercase()], |row| row.get(0))
        .optional()?
        .ok_or(ControlError::Unknown("contact"))
}

fn add(world: &World, contact: &NewContact) -> Result<(), ControlError> {
    let email = contact.email.trim();
    let address = email.to_lowercase();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let now = world.now();
    let id: i64 = world
        .database
        .prepare_cached(
            "INSERT INTO contacts(address, shown, first_name, last_name, created, updated)
             VALUES(?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT(address) DO UPDATE SET deleted = NULL, updated = excluded.updated,
                first_name = coalesce(excluded.first_name, first_name),
                last_name = coalesce(excluded.last_name, last_name)
             RETURNING id",
        )?
        .query_row(
            params![
                address,
                (email != address).then_some(email),
                some(&contact.first_name),
                some(&contact.last_name),
                now
            ],
            |row| row.get(0),
        )?;
    let mut join =
        world.database.prepare_cached("INSERT OR IGNORE INTO memberships(list, contact) VALUES(?1, ?2)")?;
    for list in &contact.list_ids {
        join.execute([list_row(world, list)?, id])?;
    }
    if contact.unsubscribed {
        apply(world, id, Change::Unsubscribe)?;
    }
    Ok(())
}

fn apply(world: &World, id: i64, change: Change) -> Result<(), rusqlite::Error> {
    let now = world.now();
    let database = &world.database;
    match change {
        Change::Unsubscribe | Change::UnsubscribeByAccount => {
            let source = if change == Change::Unsubscribe { "Contact" } else { "Account" };
            database.execute(
                "UPDATE contacts SET permission = ?3, opted_out = ?2, opt_out_source = ?4, updated = ?2
                 WHERE id = ?1",
                params![id, now, permission::UNSUBSCRIBED, source],
            )?;
            if world.switches.unsubscribe_leaves_lists {
                world.leave_all_lists(id)?;
            }
        }
        Change::Resubscribe => {
            database.execute(
                "UPDATE contacts SET permission = 1, opted_out = NULL, opt_out_source = NULL,
                    opt_out_reason = NULL, updated = ?2 WHERE id = ?1",
                params![id, now],
            )?;
        }
        Change::Delete => {
            database.execute(
                "UPDATE contacts SET deleted = ?2, updated = CASE WHEN ?3 THEN ?2 ELSE updated END
                 WHERE id = ?1",
                params![id, now, world.switches.deletion_moves_updated_at],
            )?;
            world.leave_all_lists(id)?;
        }
        Change::Hold => {
            database.execute(
                "UPDATE contacts SET permission = ?3, updated = ?2 WHERE id = ?1",
                params![id, now, permission::TEMP_HOLD],
            )?;
        }
    }
    Ok(())
}
