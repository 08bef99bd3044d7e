//! Exports of contacts and their CSV: human headings, and no contact ids.

use serde::Deserialize;

use super::memberships::{collect, contact_rows};
use super::{Kind, Outcome, Request, create, find};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::contacts::details::Details;
use crate::identifiers;
use crate::times;
use crate::world::World;

#[derive(Deserialize)]
struct Input {
    contact_ids: Option<Vec<String>>,
    list_ids: Option<Vec<String>>,
    status: Option<Statuses>,
    exclude: Option<Exclude>,
}

/// The older contract has a list here, the newer one a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Statuses {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Exclude {
    #[serde(default)]
    contact_ids: Vec<String>,
}

/// `POST /activities/contact_exports`.
pub(crate) fn start(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    let mut request = Request::default();
    match (&input.contact_ids, &input.list_ids) {
        (Some(contacts), None) if (1..=500).contains(&contacts.len()) => {
            request.contacts = contact_rows(contacts);
        }
        (None, Some(lists)) if (1..=50).contains(&lists.len()) => {
            request.source_lists = world.list_rows(lists, |_| Refusal::invalid("list_ids"))?;
        }
        _ => {
            return Err(Refusal::validation(
                "exactly one of contact_ids (1 to 500) and list_ids (1 to 50) is needed",
            ));
        }
    }
    request.status = match input.status {
        None => Vec::new(),
        Some(Statuses::One(status)) => status.split(',').map(|one| one.trim().to_owned()).collect(),
        Some(Statuses::Several(statuses)) => statuses,
    };
    if request.status.iter().any(|status| condition(status).is_none()) {
        return Err(Refusal::invalid("status"));
    }
    request.exclude = contact_rows(&input.exclude.map(|exclude| exclude.contact_ids).unwrap_or_default());
    let (_, object) = create(world, Kind::ContactExport, &request, None)?;
    Ok(Answer::json(201, &object))
}

fn condition(status: &str) -> Option<&'static str> {
    match status {
        "active" => Some("(deleted IS NULL AND permission <> 5)"),
        "unsubscribed" => Some("(deleted IS NULL AND permission = 5)"),
        "removed" => Some("deleted IS NOT NULL"),
        _ => None,
    }
}

fn conditions(request: &Request) -> String {
    let wanted: Vec<_> = request.status.iter().filter_map(|status| condition(status)).collect();
    if wanted.is_empty() { "deleted IS NULL".to_owned() } else { format!("({})", wanted.join(" OR ")) }
}

pub(super) fn run(world: &World, request: &Request) -> Result<Outcome, rusqlite::Error> {
    collect(world, request)?;
    let sql = format!(
        "SELECT count(*) FROM contacts WHERE id IN (SELECT contact FROM meant) AND {}",
        conditions(request)
    );
    let items = crate::storage::count(&world.database, &sql, [])?;
    Ok(Outcome { items_total: items, items_completed: items, ..Outcome::default() })
}

/// `GET /contact_exports/{file_export_id}`: the contacts as they are now; before the activity has ended, 404.
pub(crate) fn download(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let unknown = || Refusal::not_found("file_export_id was not found.");
    let id = identifiers::decode(identifiers::Kind::Export, &call.id).ok_or_else(unknown)?;
    let record =
        find(world, id)?.filter(|record| record.kind() == Some(Kind::ContactExport)).ok_or_else(unknown)?;
    if record.state_at(world.now()) != "completed" {
        return Err(Refusal::not_found("The export is not ready."));
    }
    let request = record.request();
    collect(world, &request)?;
    csv_of(world, &conditions(&request)).map(Answer::csv)
}

fn csv_of(world: &World, condition: &str) -> Result<Vec<u8>, Refusal> {
    let fields: Vec<(i64, String)> = world
        .database
        .prepare("SELECT id, label FROM custom_fields ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut headings: Vec<&str> = vec![
        "Email address",
        "First name",
        "Last name",
        "Phone - home",
        "Phone - mobile",
        "Email update source",
        "Source Name",
        "Created At",
        "Updated At",
    ];
    headings.extend(fields.iter().map(|(_, label)| label.as_str()));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |_| Refusal::service(500);
    writer.write_record(&headings).map_err(unwritable)?;
    let sql = format!(
        "SELECT id, coalesce(shown, address, ''), coalesce(first_name, ''), coalesce(last_name, ''), details,
                source, created, updated
         FROM contacts WHERE id IN (SELECT contact FROM meant) AND {condition} ORDER BY id"
    );
    let mut statement = world.database.prepare(&sql)?;
    let mut values =
        world.database.prepare_cached("SELECT value FROM custom_values WHERE contact = ?1 AND field = ?2")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let contact: i64 = row.get(0)?;
        let details = Details::read(row.get(4)?);
        let source: String = row.get(5)?;
        let mut cells: Vec<String> = vec![row.get(1)?, row.get(2)?, row.get(3)?];
        cells.push(details.phone("home").to_owned());
        cells.push(details.phone("mobile").to_owned());
        cells.push(source.clone());
        cells.push(source);
        cells.push(times::write(row.get(6)?, world.switches.timestamps));
        cells.push(times::write(row.get(7)?, world.switches.timestamps));
        for (field, _) in &fields {
            let mut found = values.query([contact, *field])?;
            cells.push(found.next()?.map(|row| row.get(0)).transpose()?.unwrap_or_default());
        }
        writer.write_record(&cells).map_err(unwritable)?;
    }
    writer.into_inner().map_err(|_| Refusal::service(500))
}
