//! Imports of contacts: what is refused at once, what is dropped without a word, and what happens row by row.

mod address;
mod apply;
mod checks;
mod row;
mod statements;
mod submit;

pub(crate) use submit::{file, json};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::activities::{Kind, Outcome, Request};
use crate::world::World;
use apply::Importer;
use row::Row;

/// The body of a JSON import; rows are only located, not built.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    import_data: Option<Vec<&'a RawValue>>,
    list_ids: Option<Vec<String>>,
}

/// Performs an import that has reached its end; `applies` is the per cent of its rows that take effect.
pub(crate) fn run(
    world: &World,
    kind: Kind,
    request: &Request,
    body: &[u8],
    applies: u64,
    ends: i64,
) -> Result<Outcome, rusqlite::Error> {
    let share = usize::try_from(applies).unwrap_or(100);
    let rows = request.rows * share / 100;
    let mut importer = Importer::new(world, &request.lists, ends)?;
    if kind == Kind::JsonImport {
        // Both were read once when the import was accepted.
        let envelope = serde_json::from_slice::<Envelope<'_>>(body).ok();
        let data = envelope.and_then(|envelope| envelope.import_data).unwrap_or_default();
        for (index, raw) in data.iter().take(rows).enumerate() {
            importer.row(index, serde_json::from_str::<Row<'_>>(raw.get()).ok())?;
        }
    } else {
        let mut reader = submit::csv_reader(body);
        let headings = reader.headers().cloned().unwrap_or_default();
        let mut record = csv::StringRecord::new();
        for index in 0..rows {
            match reader.read_record(&mut record) {
                Ok(true) => importer.row(index, Some(Row::of_record(&headings, &record)))?,
                Ok(false) => break,
                Err(_) => importer.row(index, None)?,
            }
        }
    }
    Ok(importer.finish())
}
