//! `/contacts`: read, page, create, replace, delete, count.

pub(crate) mod details;
mod edit;
mod filters;
pub(crate) mod permission;
mod resource;

use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

pub(crate) use edit::{create, delete, replace};

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers::{self, Kind};
use crate::paging::Listing;
use crate::storage;
use crate::world::{World, put};
use filters::Filters;
use resource::{COLUMNS, Contact, Include};

/// `GET /contacts`. The cursor holds a page number, as in recorded answers: what changes between two pages can show
/// people twice or not at all.
pub(crate) fn index(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listing = Listing::read(call, 50, 500)?;
    let filters = Filters::read(&listing)?;
    let include = Include::read(&listing)?;
    let page = listing.next.unwrap_or(1).max(1);
    let mut contacts = rows_of_page(world, &listing, &filters, page)?;
    let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let more = contacts.len() > limit;
    contacts.truncate(limit);
    if let Some(last) = contacts.last() {
        world.page_ends.remember(listing.key(), page, world.generation, last.id);
    }
    let mut objects = Vec::with_capacity(contacts.len());
    for contact in &contacts {
        objects.push(contact.object(world, include)?);
    }
    let mut body = Map::new();
    put(&mut body, "contacts", Some(objects));
    if listing.flag("include_count") {
        let sql = format!("SELECT count(*) FROM {}", filters.clause());
        let count = storage::count(&world.database, &sql, rusqlite::params_from_iter(filters.values()))?;
        put(&mut body, "contacts_count", Some(count));
    }
    world.put_links(&mut body, listing.links("/v3/contacts", more.then_some(page + 1)));
    Ok(Answer::json(200, &Value::Object(body)))
}

/// One row more than the page holds, to know whether another page follows.
fn rows_of_page(
    world: &World,
    listing: &Listing,
    filters: &Filters,
    page: i64,
) -> Result<Vec<Contact>, rusqlite::Error> {
    let limit = i64::from(listing.limit);
    let drift = i64::from(world.switches.pages_skip) - i64::from(world.switches.pages_repeat);
    let known_end = if drift == 0 && page > 1 {
        world.page_ends.end(listing.key(), page - 1, world.generation)
    } else {
        None
    };
    let offset = if known_end.is_some() { 0 } else { ((page - 1) * (limit + drift)).max(0) };
    let mut values = filters.values();
    let first = values.len() + 1;
    let sql = format!(
        "SELECT {COLUMNS} FROM {} AND c.id > ?{first} ORDER BY {} LIMIT ?{} OFFSET ?{}",
        filters.clause(),
        filters.order(),
        first + 1,
        first + 2
    );
    values.extend([known_end.unwrap_or(0).into(), (limit + 1).into(), offset.into()]);
    world
        .database
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(values), Contact::read)?
        .collect()
}

/// `GET /contacts/{contact_id}`.
pub(crate) fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listing = Listing::read(call, 50, 500)?;
    let include = Include::read(&listing)?;
    let contact = find_by_call(world, call)?;
    Ok(Answer::json(200, &contact.object(world, include)?))
}

/// `GET /contacts/counts`.
pub(crate) fn counts(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut by_permission = [0_u64; permission::NAMES.len()];
    let mut statement = world.database.prepare_cached(
        "SELECT permission, count(*) FROM contacts WHERE deleted IS NULL GROUP BY permission",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (permission, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        if let Some(counter) = usize::try_from(permission).ok().and_then(|at| by_permission.get_mut(at)) {
            *counter = u64::try_from(count).unwrap_or_default();
        }
    }
    let of = |wanted: &str| {
        permission::NAMES
            .iter()
            .zip(by_permission)
            .find(|(name, _)| **name == wanted)
            .map_or(0, |(_, count)| count)
    };
    let mut body = Map::new();
    put(&mut body, "total", Some(by_permission.iter().sum::<u64>()));
    put(&mut body, "explicit", Some(of("explicit")));
    put(&mut body, "implicit", Some(of("implicit")));
    put(&mut body, "pending", Some(of("pending_confirmation")));
    put(&mut body, "unsubscribed", Some(of("unsubscribed")));
    if call.parameter("include") == Some("new_subscriber") {
        let since = world.now() - 30 * crate::times::DAY;
        let sql =
            "SELECT count(*) FROM contacts WHERE deleted IS NULL AND permission IN (0, 1) AND created > ?1";
        put(&mut body, "new_subscriber", Some(storage::count(&world.database, sql, [since])?));
    }
    Ok(Answer::json(200, &Value::Object(body)))
}

fn find_by_call(world: &World, call: &Call) -> Result<Contact, Refusal> {
    let unknown = || Refusal::not_found("contact_id was not found.");
    match identifiers::decode(Kind::Contact, &call.id) {
        Some(id) => find(world, id)?.ok_or_else(unknown),
        None if identifiers::is_well_formed(&call.id) => Err(unknown()),
        None => Err(Refusal::not_found("contact_id is in an invalid format.")),
    }
}

fn find(world: &World, id: i64) -> Result<Option<Contact>, rusqlite::Error> {
    let sql = format!("SELECT {COLUMNS} FROM contacts c WHERE c.id = ?1");
    world.database.prepare_cached(&sql)?.query_row([id], Contact::read).optional()
}
