//! What the simulated account held: the rows of its tables, as text that can be read and compared.
//!
//! Rows are put back into whatever tables the present simulator makes, by the names of their columns: the account is
//! the service's, so that it does not have to be of the simulator's own release.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Number, Value};
use tempfile::TempDir;

/// The simulator's file in its folder.
const FILE: &str = "simulator.sqlite";

/// Rows by table; what a row has nothing of is left out.
pub(crate) type AccountRows = BTreeMap<String, Vec<Map<String, Value>>>;

/// All rows of the account in `folder`. Whoever died may still hold it open, so that a copy is read.
#[must_use]
pub(crate) fn read(folder: &Path) -> AccountRows {
    let copy = TempDir::new().unwrap();
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        let file = folder.join(&name);
        if file.exists() {
            fs::copy(file, copy.path().join(name)).unwrap();
        }
    }
    let database = Connection::open(copy.path().join(FILE)).unwrap();
    tables(&database).into_iter().map(|table| (table.clone(), rows(&database, &table))).collect()
}

/// Puts rows back into the account in `folder`, whose simulator has made the tables and ended.
pub(crate) fn write(folder: &Path, account: &AccountRows) {
    let mut database = Connection::open(folder.join(FILE)).unwrap();
    let transaction = database.transaction().unwrap();
    for (table, rows) in account {
        transaction.execute(&format!("DELETE FROM {table}"), []).unwrap();
        for row in rows {
            let columns: Vec<&str> = row.keys().map(String::as_str).collect();
            let places = vec!["?"; columns.len()].join(",");
            let insert = format!("INSERT INTO {table}({}) VALUES({places})", columns.join(","));
            transaction.execute(&insert, params_from_iter(row.values().map(cell))).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// As text with one row on a line.
pub(crate) fn to_text(account: &AccountRows) -> String {
    let table = |(name, rows): (&String, &Vec<Map<String, Value>>)| {
        let rows: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
        format!("\"{name}\": [\n{}\n]", rows.join(",\n"))
    };
    let tables: Vec<String> = account.iter().filter(|(_, rows)| !rows.is_empty()).map(table).collect();
    format!("{{\n{}\n}}\n", tables.join(",\n"))
}

fn tables(database: &Connection) -> Vec<String> {
    let names =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = database.prepare(names).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

fn rows(database: &Connection, table: &str) -> Vec<Map<String, Value>> {
    let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let mut kept = Map::new();
        for (place, column) in columns.iter().enumerate() {
            let value = match row.get_ref(place).unwrap() {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => Value::Number(number.into()),
                ValueRef::Real(number) => Value::Number(Number::from_f64(number).unwrap()),
                ValueRef::Text(text) => Value::String(std::str::from_utf8(text).unwrap().to_owned()),
                // Bodies of imports, which are JSON.
                ValueRef::Blob(bytes) => Value::Object(Map::from_iter([(
                    "bytes".to_owned(),
                    std::str::from_utf8(bytes).unwrap().into(),
                )])),
            };
            kept.insert(column.clone(), value);
        }
        rows.push(kept);
    }
    rows
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => Cell::Integer(number),
            None => Cell::Real(number.as_f64().unwrap()),
        },
        Value::String(text) => Cell::Text(text.clone()),
        Value::Object(bytes) => Cell::Blob(bytes["bytes"].as_str().unwrap().as_bytes().to_vec()),
        other => panic!("no cell of a table is {other}"),
    }
}
