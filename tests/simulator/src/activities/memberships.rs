//! Adding contacts to lists and removing them in bulk.

use rusqlite::params;
use serde::Deserialize;
use serde_json::Value;

use super::{Kind, Outcome, Request, create};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers;
use crate::storage;
use crate::world::World;

const MOST_CONTACTS: usize = 500;
const MOST_LISTS: usize = 50;

#[derive(Deserialize)]
struct Input {
    source: Option<Source>,
    exclude: Option<Exclude>,
    #[serde(default)]
    list_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Source {
    contact_ids: Option<Vec<String>>,
    list_ids: Option<Vec<String>>,
    all_active_contacts: Option<bool>,
    segment_id: Option<Value>,
    tag_ids: Option<Value>,
    engagement_level: Option<Value>,
}

#[derive(Deserialize)]
struct Exclude {
    #[serde(default)]
    contact_ids: Vec<String>,
}

/// `POST /activities/add_list_memberships`.
pub(crate) fn add_memberships(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    start(world, call, Kind::AddMemberships, |_| Refusal::invalid("list_ids"))
}

/// `POST /activities/remove_list_memberships`.
pub(crate) fn remove_memberships(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    start(world, call, Kind::RemoveMemberships, |_| Refusal::not_found("list_id was not found."))
}

fn start(
    world: &mut World,
    call: &Call,
    kind: Kind,
    unknown: impl Fn(&str) -> Refusal,
) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    if input.list_ids.is_empty() || input.list_ids.len() > MOST_LISTS {
        return Err(Refusal::invalid("list_ids"));
    }
    let source = input.source.ok_or_else(|| Refusal::validation("source is missing"))?;
    let mut request = source_of(world, &source, &unknown)?;
    if let Some(exclude) = &input.exclude {
        if source.contact_ids.is_some() || exclude.contact_ids.len() > MOST_CONTACTS {
            return Err(Refusal::invalid("exclude"));
        }
        request.exclude = contact_rows(&exclude.contact_ids);
    }
    request.lists = world.list_rows(&input.list_ids, &unknown)?;
    let (_, object) = create(world, kind, &request, None)?;
    Ok(Answer::json(201, &object))
}

fn source_of(world: &World, source: &Source, unknown: impl Fn(&str) -> Refusal) -> Result<Request, Refusal> {
    let given = [
        source.contact_ids.is_some(),
        source.list_ids.is_some(),
        source.all_active_contacts.is_some(),
        source.segment_id.is_some(),
        source.tag_ids.is_some(),
        source.engagement_level.is_some(),
    ];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(Refusal::validation("source must have exactly one property"));
    }
    let mut request = Request::default();
    if let Some(ids) = &source.contact_ids {
        if ids.is_empty() || ids.len() > MOST_CONTACTS {
            return Err(Refusal::validation("source.contact_ids must have 1 to 500 ids"));
        }
        request.named = u64::try_from(ids.len()).unwrap_or_default();
        request.contacts = contact_rows(ids);
    } else if let Some(ids) = &source.list_ids {
        if ids.is_empty() || ids.len() > MOST_LISTS {
            return Err(Refusal::validation("source.list_ids must have 1 to 50 ids"));
        }
        request.source_lists = world.list_rows(ids, unknown)?;
    } else if source.all_active_contacts == Some(true) {
        request.all_active = true;
    } else {
        // The simulated account has neither segments, tags nor engagement.
        return Err(Refusal::validation("source does not have a valid value"));
    }
    Ok(request)
}

/// The rows of ids that can be contacts; others are ignored later, but counted.
pub(super) fn contact_rows(ids: &[String]) -> Vec<i64> {
    ids.iter().filter_map(|id| identifiers::decode(identifiers::Kind::Contact, id)).collect()
}

/// Puts the contacts that a request means into the temporary table `meant`, and says how many were asked for.
pub(super) fn collect(world: &World, request: &Request) -> Result<u64, rusqlite::Error> {
    let database = &world.database;
    database.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS meant(contact INTEGER PRIMARY KEY); DELETE FROM meant;",
    )?;
    let mut named = database.prepare_cached(
        "INSERT OR IGNORE INTO meant SELECT id FROM contacts WHERE id = ?1 AND deleted IS NULL",
    )?;
    for contact in &request.contacts {
        named.execute([contact])?;
    }
    for list in &request.source_lists {
        database
            .execute("INSERT OR IGNORE INTO meant SELECT contact FROM memberships WHERE list = ?1", [list])?;
    }
    if request.all_active {
        database.execute(
            "INSERT OR IGNORE INTO meant SELECT id FROM contacts WHERE deleted IS NULL AND permission IN (0, 1)",
            [],
        )?;
    }
    let mut excluded = database.prepare_cached("DELETE FROM meant WHERE contact = ?1")?;
    for contact in &request.exclude {
        excluded.execute([contact])?;
    }
    let found = storage::count(database, "SELECT count(*) FROM meant", [])?;
    Ok(if request.named > 0 { request.named } else { found })
}

pub(super) fn run(
    world: &World,
    kind: Kind,
    request: &Request,
    ends: i64,
) -> Result<Outcome, rusqlite::Error> {
    let items = collect(world, request)?;
    let sql = if kind == Kind::AddMemberships {
        "INSERT OR IGNORE INTO memberships(list, contact)
         SELECT lists.id, contact FROM lists, meant WHERE lists.id = ?1 AND lists.deleted IS NULL"
    } else {
        "DELETE FROM memberships WHERE list = ?1 AND contact IN (SELECT contact FROM meant)"
    };
    for list in &request.lists {
        world.database.prepare_cached(sql)?.execute([list])?;
    }
    if world.switches.membership_moves_updated_at {
        world.database.execute(
            "UPDATE contacts SET updated = ?1 WHERE id IN (SELECT contact FROM meant)",
            params![ends],
        )?;
    }
    Ok(Outcome { items_total: items, items_completed: items, ..Outcome::default() })
}
