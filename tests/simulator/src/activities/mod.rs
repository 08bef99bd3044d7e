//! Bulk activities: their creation, their listing, and how they come to an end.

mod deletion;
pub(crate) mod exports;
mod memberships;
mod record;
mod running;

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use deletion::{delete_contacts, delete_lists};
pub(crate) use memberships::{add_memberships, remove_memberships};
pub(crate) use record::{COLUMNS, Record};
pub(crate) use running::Outcome;

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers;
use crate::paging::Listing;
use crate::times;
use crate::world::{World, put};

/// What an activity does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    JsonImport,
    FileImport,
    AddMemberships,
    RemoveMemberships,
    ContactDelete,
    ListDelete,
    ContactExport,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::JsonImport, "contacts_json_import"),
    (Kind::FileImport, "contacts_file_import"),
    (Kind::AddMemberships, "add_list_memberships"),
    (Kind::RemoveMemberships, "remove_list_memberships"),
    (Kind::ContactDelete, "contact_delete"),
    (Kind::ListDelete, "list_delete"),
    (Kind::ContactExport, "contact_exports"),
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    pub(crate) fn is_import(self) -> bool {
        matches!(self, Self::JsonImport | Self::FileImport)
    }
}

/// What an activity was asked for, in row numbers; kept in the database until it ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    /// The lists that are added to, removed from, imported into or deleted.
    pub(crate) lists: Vec<i64>,
    /// The contacts named one by one, as far as they are known.
    pub(crate) contacts: Vec<i64>,
    /// How many were named, unknown ones included.
    pub(crate) named: u64,
    /// The lists whose members are meant.
    pub(crate) source_lists: Vec<i64>,
    /// Everybody who can be written to is meant.
    pub(crate) all_active: bool,
    /// Contacts left out.
    pub(crate) exclude: Vec<i64>,
    /// Rows of an import that are read.
    pub(crate) rows: usize,
    /// Name of the uploaded file.
    pub(crate) file_name: Option<String>,
    /// Statuses an export is limited to.
    pub(crate) status: Vec<String>,
}

/// Creates an activity and returns its row and its object as `initialized`.
pub(crate) fn create(
    world: &mut World,
    kind: Kind,
    request: &Request,
    body: Option<&[u8]>,
) -> Result<(i64, Value), Refusal> {
    let created = world.now();
    let failure = if kind.is_import() { world.faults.fails_import(&mut world.fault_counters) } else { None };
    let outcome = failure.map_or("completed", crate::FailedImport::name);
    let applies = match failure {
        Some(_) => world.faults.failed_import_applies_percent.min(100),
        None => 100,
    };
    let lists = i64::try_from(request.lists.len()).unwrap_or(i64::MAX);
    let request_text = serde_json::to_string(request).unwrap_or_default();
    world.database.execute(
        "INSERT INTO activities(kind, state, outcome, applies, created, starts, ends, request, list_count)
         VALUES(?1, 'queued', ?2, ?3, ?4, ?4, NULL, ?5, ?6)",
        params![kind.name(), outcome, applies, created, request_text, lists],
    )?;
    let id = world.database.last_insert_rowid();
    let duration = duration(world, id);
    let ends = (outcome != "stuck").then_some(created + duration);
    world.database.execute(
        "UPDATE activities SET starts = ?2, ends = ?3 WHERE id = ?1",
        params![id, created + (duration / 10).min(times::SECOND), ends],
    )?;
    if let Some(body) = body {
        world
            .database
            .execute("INSERT INTO activity_bodies(activity, body) VALUES(?1, ?2)", params![id, body])?;
    }
    let record = find(world, id)?.ok_or_else(|| Refusal::service(500))?;
    Ok((id, record.object_at_creation(world)))
}

/// The same for the same activity, different for its neighbours: they finish out of order.
fn duration(world: &World, id: i64) -> i64 {
    let base = i64::from(world.switches.activity_seconds) * times::SECOND;
    let most = i64::from(world.switches.activity_variation_seconds) * times::SECOND;
    let scattered = id.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed()).unsigned_abs() >> 20;
    base + i64::try_from(scattered).unwrap_or_default() % (most + 1)
}

/// `GET /activities`.
pub(crate) fn index(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listing = Listing::read(call, 50, 500)?;
    let now = world.now();
    let state = match listing.value("state") {
        None => None,
        Some(state @ ("processing" | "completed" | "cancelled" | "failed" | "timed_out")) => Some(state),
        Some(_) => return Err(Refusal::invalid("state")),
    };
    let (order, position) =
        if world.switches.activities_oldest_first { ("ASC", "id > ?1") } else { ("DESC", "id < ?1") };
    let sql = format!(
        "SELECT {COLUMNS} FROM activities
         WHERE {position} AND created > ?2
           AND (?3 IS NULL OR state = ?3 OR (?3 = 'processing' AND state = 'queued' AND starts <= ?4))
         ORDER BY id {order} LIMIT ?5"
    );
    let start = if world.switches.activities_oldest_first { 0 } else { i64::MAX };
    let mut records: Vec<Record> = world
        .database
        .prepare_cached(&sql)?
        .query_map(
            params![listing.next.unwrap_or(start), oldest(world), state, now, listing.limit + 1],
            Record::read,
        )?
        .collect::<Result<_, _>>()?;
    let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let more = records.len() > limit;
    records.truncate(limit);
    let next = records.last().filter(|_| more).map(|record| record.id);
    let mut body = Map::new();
    put(&mut body, "activities", Some(records.iter().map(|record| record.object(world)).collect::<Vec<_>>()));
    world.put_links(&mut body, listing.links("/v3/activities", next));
    Ok(Answer::json(200, &Value::Object(body)))
}

/// `GET /activities/{activity_id}`.
pub(crate) fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let unknown = || Refusal::not_found("Resource not found for the activity_id provided");
    let id = identifiers::decode(identifiers::Kind::Activity, &call.id).ok_or_else(unknown)?;
    let record = find(world, id)?.filter(|record| record.created > oldest(world)).ok_or_else(unknown)?;
    Ok(Answer::json(200, &record.object(world)))
}

fn oldest(world: &World) -> i64 {
    world.now() - i64::from(world.limits.activity_days) * times::DAY
}

fn find(world: &World, id: i64) -> Result<Option<Record>, rusqlite::Error> {
    let sql = format!("SELECT {COLUMNS} FROM activities WHERE id = ?1");
    world.database.prepare_cached(&sql)?.query_row([id], Record::read).optional()
}

/// The newest activities, for the page and the control routes.
pub(crate) fn newest(world: &World, limit: u32) -> Result<Vec<Record>, rusqlite::Error> {
    let sql = format!("SELECT {COLUMNS} FROM activities ORDER BY id DESC LIMIT ?1");
    world.database.prepare_cached(&sql)?.query_map([limit], Record::read)?.collect()
}
