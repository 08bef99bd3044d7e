//! `/contact_lists`: create, read, change, delete.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::activities::{self, Request};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers::{self, Kind};
use crate::paging::Listing;
use crate::storage;
use crate::world::{World, put};

const LONGEST_TEXT: usize = 255;
const COLUMNS: &str = "id, name, description, favorite, created, updated, deleted";

struct List {
    id: i64,
    name: String,
    description: String,
    favorite: bool,
    created: i64,
    updated: i64,
    deleted: Option<i64>,
}

impl List {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            favorite: row.get(3)?,
            created: row.get(4)?,
            updated: row.get(5)?,
            deleted: row.get(6)?,
        })
    }

    fn object(&self, world: &World, members: Option<u64>) -> Value {
        let mut object = Map::new();
        put(&mut object, "list_id", Some(identifiers::encode(Kind::List, self.id)));
        put(&mut object, "name", Some(self.name.as_str()));
        put(&mut object, "description", Some(self.description.as_str()));
        put(&mut object, "favorite", Some(self.favorite));
        put(&mut object, "created_at", Some(world.timestamp(self.created)));
        put(&mut object, "updated_at", Some(world.timestamp(self.updated)));
        put(&mut object, "deleted_at", self.deleted.map(|deleted| world.timestamp(deleted)));
        put(&mut object, "membership_count", members);
        Value::Object(object)
    }
}

#[derive(Deserialize)]
struct Input {
    name: Option<String>,
    #[serde(default)]
    favorite: bool,
    #[serde(default)]
    description: String,
}

impl Input {
    fn checked_name(&self) -> Result<&str, Refusal> {
        let name = self.name.as_deref().unwrap_or_default().trim();
        if name.is_empty() {
            return Err(Refusal::validation("name is missing, name does not have a valid value"));
        }
        if name.chars().count() > LONGEST_TEXT || self.description.chars().count() > LONGEST_TEXT {
            return Err(Refusal::validation("name or description is longer than 255 characters"));
        }
        Ok(name)
    }
}

/// `GET /contact_lists`.
pub(crate) fn index(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listing = Listing::read(call, 50, 1_000)?;
    let counting = counting(listing.value("include_membership_count"))?;
    let mut conditions = vec!["id > ?1", "(?2 IS NULL OR name = ?2)"];
    match listing.values("status").as_slice() {
        [] if world.switches.deleted_lists_listed => {}
        [] | ["active"] => conditions.push("deleted IS NULL"),
        ["deleted"] => conditions.push("deleted IS NOT NULL"),
        several if several.iter().all(|one| ["all", "active", "deleted"].contains(one)) => {}
        _ => return Err(Refusal::invalid("status")),
    }
    let condition = conditions.join(" AND ");
    let name = listing.value("name");
    let after = listing.next.unwrap_or_default();
    let sql = format!("SELECT {COLUMNS} FROM lists WHERE {condition} ORDER BY id LIMIT ?3");
    let mut lists: Vec<List> = world
        .database
        .prepare_cached(&sql)?
        .query_map(params![after, name, listing.limit + 1], List::read)?
        .collect::<Result<_, _>>()?;
    let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let more = lists.len() > limit;
    lists.truncate(limit);
    let next = lists.last().filter(|_| more).map(|list| list.id);
    let mut objects = Vec::with_capacity(lists.len());
    for list in &lists {
        let members = counting.map(|active| world.member_count(list.id, active)).transpose()?;
        objects.push(list.object(world, members));
    }
    let mut body = Map::new();
    put(&mut body, "lists", Some(objects));
    if listing.flag("include_count") {
        let sql = format!("SELECT count(*) FROM lists WHERE {condition}");
        put(&mut body, "lists_count", Some(storage::count(&world.database, &sql, params![0, name])?));
    }
    world.put_links(&mut body, listing.links("/v3/contact_lists", next));
    Ok(Answer::json(200, &Value::Object(body)))
}

/// `POST /contact_lists`.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    let name = input.checked_name()?;
    let id = world.new_list(name, &input.description, input.favorite)?;
    Ok(Answer::json(201, &find(world, id)?.object(world, None)))
}

/// `GET /contact_lists/{list_id}`.
pub(crate) fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let list = find_by_call(world, call)?;
    let members = counting(call.parameter("include_membership_count"))?
        .map(|active| world.member_count(list.id, active))
        .transpose()?;
    Ok(Answer::json(200, &list.object(world, members)))
}

/// `PUT /contact_lists/{list_id}`.
pub(crate) fn change(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let list = find_by_call(world, call)?;
    let input: Input = call.json()?;
    let name = input.checked_name()?;
    refuse_taken(world, name, Some(list.id))?;
    world.database.execute(
        "UPDATE lists SET name = ?2, description = ?3, favorite = ?4, updated = ?5 WHERE id = ?1",
        params![list.id, name, input.description, input.favorite, world.now()],
    )?;
    Ok(Answer::json(200, &find(world, list.id)?.object(world, None)))
}

/// `DELETE /contact_lists/{list_id}`: 202, and an activity that does it.
pub(crate) fn delete(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let list = find_by_call(world, call)?;
    let request = Request { lists: vec![list.id], ..Request::default() };
    let (id, object) = activities::create(world, activities::Kind::ListDelete, &request, None)?;
    let location = format!("{}/v3/activities/{}", world.base_url, identifiers::encode(Kind::Activity, id));
    Ok(Answer::json(202, &object).with_location(location))
}

impl World {
    /// A new list; its name must be free and the account must have room.
    pub(crate) fn new_list(&mut self, name: &str, description: &str, favorite: bool) -> Result<i64, Refusal> {
        refuse_taken(self, name, None)?;
        let lists = storage::count(&self.database, "SELECT count(*) FROM lists WHERE deleted IS NULL", [])?;
        if lists >= self.limits.lists {
            return Err(Refusal::validation(format!("The account has {lists} lists already")));
        }
        self.database.execute(
            "INSERT INTO lists(name, description, favorite, created, updated) VALUES(?1, ?2, ?3, ?4, ?4)",
            params![name, description, favorite, self.now()],
        )?;
        Ok(self.database.last_insert_rowid())
    }

    /// `_links` of a page; on the last one empty, or left out.
    pub(crate) fn put_links(&self, body: &mut Map<String, Value>, links: Value) {
        let last = links.as_object().is_some_and(Map::is_empty);
        if !(last && self.switches.last_page_without_links) {
            put(body, "_links", Some(links));
        }
    }
}

fn counting(value: Option<&str>) -> Result<Option<bool>, Refusal> {
    match value {
        None | Some("") => Ok(None),
        Some("all") => Ok(Some(false)),
        Some("active") => Ok(Some(true)),
        Some(_) => Err(Refusal::invalid("include_membership_count")),
    }
}

fn refuse_taken(world: &World, name: &str, except: Option<i64>) -> Result<(), Refusal> {
    let taken = storage::count(
        &world.database,
        "SELECT count(*) FROM lists
         WHERE name = ?1 AND (?2 IS NULL OR id <> ?2) AND (?3 OR deleted IS NULL)",
        params![name, except, world.switches.deleted_list_keeps_name],
    )?;
    if taken > 0 { Err(Refusal::conflict("Validation failed: Name already exists")) } else { Ok(()) }
}

fn find_by_call(world: &World, call: &Call) -> Result<List, Refusal> {
    let unknown = || Refusal::not_found("list_id was not found.");
    match identifiers::decode(Kind::List, &call.id) {
        Some(id) => find_optional(world, id)?.ok_or_else(unknown),
        None if identifiers::is_well_formed(&call.id) => Err(unknown()),
        None => Err(Refusal::not_found("list_id is in an invalid format.")),
    }
}

fn find(world: &World, id: i64) -> Result<List, Refusal> {
    find_optional(world, id)?.ok_or_else(|| Refusal::not_found("list_id was not found."))
}

fn find_optional(world: &World, id: i64) -> Result<Option<List>, rusqlite::Error> {
    let sql = format!("SELECT {COLUMNS} FROM lists WHERE id = ?1 AND deleted IS NULL");
    world.database.prepare_cached(&sql)?.query_row([id], List::read).optional()
}

#[cfg(test)]
mod tests {
    use super::counting;

    #[test]
    fn only_the_two_documented_ways_of_counting_are_taken() {
        assert!(counting(Some("none")).is_err());
        assert_eq!(counting(Some("active")).ok(), Some(Some(true)));
    }
}
