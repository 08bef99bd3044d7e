//! `/contact_custom_fields`: create, list, read, change, delete.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::CustomFieldNames;
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers::{self, Kind};
use crate::paging::Listing;
use crate::storage;
use crate::world::{World, put};

/// Types of Constant Contact's V3 contract since September 2025.
const TYPES: [&str; 9] = [
    "string",
    "date",
    "datetime",
    "single_select",
    "multi_select",
    "currency",
    "text_area",
    "number",
    "boolean",
];
const LONGEST: usize = 50;
const COLUMNS: &str = "id, label, name, type, extra, created, updated";

struct Field {
    id: i64,
    label: String,
    name: String,
    kind: String,
    extra: Option<String>,
    created: i64,
    updated: i64,
}

impl Field {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            label: row.get(1)?,
            name: row.get(2)?,
            kind: row.get(3)?,
            extra: row.get(4)?,
            created: row.get(5)?,
            updated: row.get(6)?,
        })
    }

    fn object(&self, world: &World) -> Value {
        let mut object: Map<String, Value> =
            self.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()).unwrap_or_default();
        put(&mut object, "custom_field_id", Some(identifiers::encode(Kind::CustomField, self.id)));
        put(&mut object, "label", Some(self.label.as_str()));
        put(&mut object, "name", Some(self.name.as_str()));
        put(&mut object, "type", Some(self.kind.as_str()));
        put(&mut object, "created_at", Some(world.timestamp(self.created)));
        put(&mut object, "updated_at", Some(world.timestamp(self.updated)));
        Value::Object(object)
    }
}

#[derive(Deserialize)]
struct Input {
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    metadata: Option<Value>,
    choices: Option<Value>,
    version: Option<Value>,
}

impl Input {
    fn checked(&self) -> Result<(&str, &str), Refusal> {
        let label = self.label.as_deref().unwrap_or_default().trim();
        if label.is_empty() || label.chars().count() > LONGEST {
            return Err(Refusal::invalid("label"));
        }
        let kind = self.kind.as_deref().unwrap_or_default();
        if !TYPES.contains(&kind) {
            return Err(Refusal::invalid("type"));
        }
        Ok((label, kind))
    }

    fn extra(&self) -> String {
        let mut extra = Map::new();
        put(&mut extra, "metadata", self.metadata.clone());
        put(&mut extra, "choices", self.choices.clone());
        put(&mut extra, "version", self.version.clone());
        Value::Object(extra).to_string()
    }
}

/// `GET /contact_custom_fields`.
pub(crate) fn index(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let listing = Listing::read(call, 50, 100)?;
    let sql = format!("SELECT {COLUMNS} FROM custom_fields WHERE id > ?1 ORDER BY id LIMIT ?2");
    let mut fields: Vec<Field> = world
        .database
        .prepare_cached(&sql)?
        .query_map(params![listing.next.unwrap_or_default(), listing.limit + 1], Field::read)?
        .collect::<Result<_, _>>()?;
    let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let more = fields.len() > limit;
    fields.truncate(limit);
    let next = fields.last().filter(|_| more).map(|field| field.id);
    let mut body = Map::new();
    put(&mut body, "custom_fields", Some(fields.iter().map(|field| field.object(world)).collect::<Vec<_>>()));
    world.put_links(&mut body, listing.links("/v3/contact_custom_fields", next));
    Ok(Answer::json(200, &Value::Object(body)))
}

/// `POST /contact_custom_fields`.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    let (label, kind) = input.checked()?;
    refuse_taken(world, label, None)?;
    let fields = storage::count(&world.database, "SELECT count(*) FROM custom_fields", [])?;
    if fields >= world.limits.custom_fields {
        return Err(Refusal::validation(format!("The account has {fields} custom fields already")));
    }
    let name = free_name(world, label)?;
    world.database.execute(
        "INSERT INTO custom_fields(label, name, type, extra, created, updated) VALUES(?1, ?2, ?3, ?4, ?5, ?5)",
        params![label, name, kind, input.extra(), world.now()],
    )?;
    let id = world.database.last_insert_rowid();
    Ok(Answer::json(201, &find(world, Some(id))?.object(world)))
}

/// `GET /contact_custom_fields/{custom_field_id}`.
pub(crate) fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(Answer::json(200, &find(world, identifiers::decode(Kind::CustomField, &call.id))?.object(world)))
}

/// `PUT /contact_custom_fields/{custom_field_id}`: the label changes, the name stays.
pub(crate) fn change(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let field = find(world, identifiers::decode(Kind::CustomField, &call.id))?;
    let input: Input = call.json()?;
    let (label, kind) = input.checked()?;
    refuse_taken(world, label, Some(field.id))?;
    world.database.execute(
        "UPDATE custom_fields SET label = ?2, type = ?3, extra = ?4, updated = ?5 WHERE id = ?1",
        params![field.id, label, kind, input.extra(), world.now()],
    )?;
    Ok(Answer::json(200, &find(world, Some(field.id))?.object(world)))
}

/// `DELETE /contact_custom_fields/{custom_field_id}`: the field and every contact's value of it.
pub(crate) fn delete(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let field = find(world, identifiers::decode(Kind::CustomField, &call.id))?;
    world.database.execute("DELETE FROM custom_values WHERE field = ?1", [field.id])?;
    world.database.execute("DELETE FROM custom_fields WHERE id = ?1", [field.id])?;
    Ok(Answer::empty(204))
}

fn find(world: &World, id: Option<i64>) -> Result<Field, Refusal> {
    let sql = format!("SELECT {COLUMNS} FROM custom_fields WHERE id = ?1");
    world
        .database
        .prepare_cached(&sql)?
        .query_row([id], Field::read)
        .optional()?
        .ok_or_else(|| Refusal::not_found("custom_field_id was not found."))
}

fn refuse_taken(world: &World, label: &str, except: Option<i64>) -> Result<(), Refusal> {
    let taken = storage::count(
        &world.database,
        "SELECT count(*) FROM custom_fields
         WHERE label = ?1 COLLATE NOCASE AND (?2 IS NULL OR id <> ?2)",
        params![label, except],
    )?;
    if taken > 0 { Err(Refusal::conflict("Validation failed: Label already exists")) } else { Ok(()) }
}

/// Blanks become underscores; two labels that would get the same name are told apart by a number.
fn free_name(world: &World, label: &str) -> Result<String, rusqlite::Error> {
    let joined = label.split_whitespace().collect::<Vec<_>>().join("_");
    let base = match world.switches.custom_field_names {
        CustomFieldNames::LowerCase => joined.to_lowercase(),
        CustomFieldNames::AsLabel => joined,
    };
    let mut name = base.clone();
    let mut number = 1;
    while storage::count(
        &world.database,
        "SELECT count(*) FROM custom_fields WHERE name = ?1 COLLATE NOCASE",
        [&name],
    )? > 0
    {
        number += 1;
        name = format!("{base}_{number}");
    }
    Ok(name)
}
