//! Accepting an import: the few things that are refused at once, and the limits that only drop.

use super::Envelope;
use crate::activities::{self, Kind, Request};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::world::World;
use crate::{OverLimit, UnknownList};

const MOST_LISTS: usize = 50;

/// `POST /activities/contacts_json_import`.
pub(crate) fn json(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if !call.content_type().starts_with("application/json") {
        return Err(Refusal::unsupported_media("Content-Type must be application/json"));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(&call.body)
        .map_err(|_| Refusal::validation("Request body could not be read as an import"))?;
    let data = envelope.import_data.filter(|data| !data.is_empty());
    let data = data.ok_or_else(|| Refusal::validation("import_data is missing, import_data is empty"))?;
    let lists = lists(world, envelope.list_ids.unwrap_or_default())?;
    let mut rows = data.len();
    let limit = world.limits.import_bytes;
    if call.body.len() > limit {
        refuse_over(world.switches.over_bytes, "The request is larger than 4 MB")?;
        // The row that reaches over the limit is lost as well.
        let start = call.body.as_ptr().addr();
        rows = data.partition_point(|raw| raw.get().as_ptr().addr() + raw.get().len() - start <= limit);
    }
    if rows > world.limits.import_rows {
        refuse_over(world.switches.over_rows, "import_data has more than 40,000 contacts")?;
        rows = world.limits.import_rows;
    }
    let request = Request { lists, rows, ..Request::default() };
    let (_, object) = activities::create(world, Kind::JsonImport, &request, Some(&call.body))?;
    Ok(Answer::json(201, &object))
}

/// `POST /activities/contacts_file_import`.
pub(crate) fn file(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let file = call.file.as_ref().filter(|file| file.name.to_lowercase().ends_with(".csv"));
    let Some(file) = file.filter(|_| call.content_type().starts_with("multipart/form-data")) else {
        return Err(Refusal::unsupported_media(
            "1. This endpoint requires that Content-Type be unspecified 2. Wrong file format, upload file must be of type .csv",
        ));
    };
    let ids = call.form_value("list_ids").unwrap_or_default();
    let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let lists = lists(world, ids)?;
    let mut content: &[u8] = &file.content;
    if content.len() > world.limits.import_bytes {
        refuse_over(world.switches.over_bytes, "The file is larger than 4 MB")?;
        let kept = content.get(..world.limits.import_bytes).unwrap_or_default();
        let end = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
        content = kept.get(..end).unwrap_or_default();
    }
    let mut reader = csv_reader(content);
    let headings = reader.headers().cloned().unwrap_or_default();
    if !headings.iter().any(|heading| heading.trim().eq_ignore_ascii_case("email")) {
        return Err(Refusal::validation("The file has no column email"));
    }
    let mut rows = reader.into_records().count();
    let most = world.limits.import_lines.saturating_sub(1);
    if rows > most {
        refuse_over(world.switches.over_rows, "The file has more than 40,000 lines")?;
        rows = most;
    }
    let request = Request { lists, rows, file_name: Some(file.name.clone()), ..Request::default() };
    let (_, object) = activities::create(world, Kind::FileImport, &request, Some(content))?;
    Ok(Answer::json(201, &object))
}

pub(super) fn csv_reader(content: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).from_reader(content)
}

fn refuse_over(over: OverLimit, text: &str) -> Result<(), Refusal> {
    match over {
        OverLimit::Drop => Ok(()),
        OverLimit::Refuse => Err(Refusal::validation(text)),
    }
}

fn lists(world: &World, ids: Vec<String>) -> Result<Vec<i64>, Refusal> {
    if ids.is_empty() || ids.len() > MOST_LISTS {
        return Err(Refusal::validation("list_ids must have 1 to 50 ids"));
    }
    world.list_rows(&ids, |_| match world.switches.unknown_list {
        UnknownList::BadRequest => Refusal::invalid("list_ids"),
        UnknownList::NotFound => Refusal::not_found("list_id was not found."),
    })
}
