//! Deleting contacts and lists in bulk.

use rusqlite::params;
use serde::Deserialize;

use super::memberships::{collect, contact_rows};
use super::{Kind, Outcome, Request, create};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::world::World;

#[derive(Deserialize)]
struct Input {
    contact_ids: Option<Vec<String>>,
    list_ids: Option<Vec<String>>,
}

fn unknown(_id: &str) -> Refusal {
    Refusal::invalid("list_ids")
}

/// `POST /activities/contact_delete`: contacts by id, or all members of lists.
pub(crate) fn delete_contacts(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    let mut request = Request::default();
    match (&input.contact_ids, &input.list_ids) {
        (Some(contacts), None) if (1..=500).contains(&contacts.len()) => {
            request.named = u64::try_from(contacts.len()).unwrap_or_default();
            request.contacts = contact_rows(contacts);
        }
        (None, Some(lists)) if (1..=50).contains(&lists.len()) => {
            request.source_lists = world.list_rows(lists, unknown)?;
        }
        _ => {
            return Err(Refusal::validation(
                "exactly one of contact_ids (1 to 500) and list_ids (1 to 50) is needed",
            ));
        }
    }
    let (_, object) = create(world, Kind::ContactDelete, &request, None)?;
    Ok(Answer::json(201, &object))
}

/// `POST /activities/list_delete`.
pub(crate) fn delete_lists(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    let lists = input.list_ids.unwrap_or_default();
    if lists.is_empty() || lists.len() > 100 {
        return Err(Refusal::invalid("list_ids"));
    }
    let request = Request { lists: world.list_rows(&lists, unknown)?, ..Request::default() };
    let (_, object) = create(world, Kind::ListDelete, &request, None)?;
    Ok(Answer::json(201, &object))
}

pub(super) fn run_contacts(world: &World, request: &Request, ends: i64) -> Result<Outcome, rusqlite::Error> {
    let items = collect(world, request)?;
    world.database.execute(
        "DELETE FROM memberships WHERE contact IN (SELECT contact FROM meant)
         AND list IN (SELECT id FROM lists)",
        [],
    )?;
    world.database.execute(
        "UPDATE contacts SET deleted = ?1, updated = ?1
         WHERE id IN (SELECT contact FROM meant) AND deleted IS NULL",
        params![ends],
    )?;
    Ok(Outcome { items_total: items, items_completed: items, ..Outcome::default() })
}

/// The contacts stay; only their membership ends.
pub(super) fn run_lists(world: &World, request: &Request, ends: i64) -> Result<Outcome, rusqlite::Error> {
    for list in &request.lists {
        world.database.execute("DELETE FROM memberships WHERE list = ?1", [list])?;
        world.database.execute(
            "UPDATE lists SET deleted = ?2, updated = ?2 WHERE id = ?1 AND deleted IS NULL",
            params![list, ends],
        )?;
    }
    let items = u64::try_from(request.lists.len()).unwrap_or_default();
    Ok(Outcome { items_total: items, items_completed: items, ..Outcome::default() })
}
