//! An activity as it is kept, and the object the API shows of it.

use rusqlite::Row;
use serde_json::{Map, Value, json};

use super::{Kind, Request};
use crate::identifiers;
use crate::world::{World, put};

pub(crate) const COLUMNS: &str = "id, kind, state, applies, created, starts, ends, request, \
     items_total, items_completed, person, error, correctable, cannot_add, list_count, errors";

/// An activity.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: i64,
    pub(crate) kind: String,
    state: String,
    pub(super) applies: u64,
    pub(crate) created: i64,
    starts: i64,
    pub(crate) ends: Option<i64>,
    request: String,
    pub(crate) items_total: u64,
    items_completed: u64,
    pub(crate) person: u64,
    pub(crate) error: u64,
    pub(crate) correctable: u64,
    pub(crate) cannot_add: u64,
    list_count: u64,
    errors: String,
}

/// SQLite has only signed numbers; counts are never negative.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|count| u64::try_from(count).unwrap_or_default())
}

impl Record {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            state: row.get(2)?,
            applies: count(row, 3)?,
            created: row.get(4)?,
            starts: row.get(5)?,
            ends: row.get(6)?,
            request: row.get(7)?,
            items_total: count(row, 8)?,
            items_completed: count(row, 9)?,
            person: count(row, 10)?,
            error: count(row, 11)?,
            correctable: count(row, 12)?,
            cannot_add: count(row, 13)?,
            list_count: count(row, 14)?,
            errors: row.get(15)?,
        })
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        Kind::named(&self.kind)
    }

    pub(crate) fn request(&self) -> Request {
        serde_json::from_str(&self.request).unwrap_or_default()
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        serde_json::from_str(&self.errors).unwrap_or_default()
    }

    pub(crate) fn id_text(&self) -> String {
        identifiers::encode(identifiers::Kind::Activity, self.id)
    }

    /// The state as the API names it at that moment.
    pub(crate) fn state_at(&self, now: i64) -> &str {
        match self.state.as_str() {
            "queued" if now >= self.starts => "processing",
            "queued" => "initialized",
            ended => ended,
        }
    }

    pub(crate) fn percent_at(&self, now: i64) -> i64 {
        match (self.state_at(now), self.ends) {
            ("initialized", _) => 0,
            ("processing", Some(ends)) => {
                ((now - self.starts) * 100 / (ends - self.starts).max(1)).clamp(0, 99)
            }
            // One that is stuck shows some progress, for ever.
            ("processing", None) => 50,
            _ => 100,
        }
    }

    /// As the answer to its creation shows it, whatever the delay.
    pub(crate) fn object_at_creation(&self, world: &World) -> Value {
        self.object_as(world, "initialized", 0)
    }

    pub(crate) fn object(&self, world: &World) -> Value {
        let now = world.now();
        self.object_as(world, self.state_at(now), self.percent_at(now))
    }

    fn object_as(&self, world: &World, state: &str, percent: i64) -> Value {
        let created = world.timestamp(self.created);
        let started = (state != "initialized").then(|| world.timestamp(self.starts));
        let completed = match (state, self.ends) {
            ("initialized" | "processing", _) | (_, None) => None,
            (_, Some(ends)) => Some(world.timestamp(ends)),
        };
        let updated = completed.clone().or_else(|| started.clone()).unwrap_or_else(|| created.clone());
        let mut object = Map::new();
        put(&mut object, "activity_id", Some(self.id_text()));
        put(&mut object, "state", Some(state));
        put(&mut object, "started_at", started);
        put(&mut object, "completed_at", completed);
        put(&mut object, "created_at", Some(created));
        put(&mut object, "updated_at", Some(updated));
        put(&mut object, "percent_done", Some(percent));
        put(&mut object, "activity_errors", Some(self.errors()));
        put(&mut object, "status", Some(self.status()));
        put(&mut object, "source_file_name", self.request().file_name);
        put(&mut object, "_links", Some(self.links()));
        Value::Object(object)
    }

    fn status(&self) -> Value {
        match self.kind() {
            Some(Kind::JsonImport | Kind::FileImport) => json!({
                "items_total_count": self.items_total,
                "person_count": self.person,
                "error_count": self.error,
                "correctable_count": self.correctable,
                "cannot_add_to_list_count": self.cannot_add,
            }),
            Some(Kind::AddMemberships | Kind::RemoveMemberships | Kind::ListDelete) => json!({
                "items_total_count": self.items_total,
                "items_completed_count": self.items_completed,
                "list_count": self.list_count,
            }),
            _ => json!({
                "items_total_count": self.items_total,
                "items_completed_count": self.items_completed,
            }),
        }
    }

    fn links(&self) -> Value {
        let mut links = Map::new();
        put(&mut links, "self", Some(json!({ "href": format!("/v3/activities/{}", self.id_text()) })));
        if self.kind() == Some(Kind::ContactExport) {
            let export = identifiers::encode(identifiers::Kind::Export, self.id);
            put(&mut links, "results", Some(json!({ "href": format!("/v3/contact_exports/{export}") })));
        }
        Value::Object(links)
    }
}
