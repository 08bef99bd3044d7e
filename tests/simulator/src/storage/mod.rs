//! The database: one SQLite file, opened for this process alone, whose commits are durable before an answer is given.

mod schema;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

/// Statements that are used again and again; an import alone holds about ten.
const PREPARED_STATEMENTS: usize = 128;

/// Opens or creates the database. With a directory, a second process (or a second simulator in this one) is refused
/// by SQLite's exclusive lock, which ends with the process however it ends.
pub(crate) fn open(directory: Option<&Path>) -> Result<Connection, rusqlite::Error> {
    let connection = match directory {
        Some(directory) => Connection::open(directory.join("simulator.sqlite"))?,
        None => Connection::open_in_memory()?,
    };
    // Long enough for a predecessor that is just being dropped.
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA cache_size = -32768;
         PRAGMA temp_store = MEMORY;",
    )?;
    connection.execute_batch(schema::SCHEMA)?;
    Ok(connection)
}

/// Reads one of the few single values (statistics, clock).
pub(crate) fn value(connection: &Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT value FROM single_values WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Writes one of the few single values.
pub(crate) fn set_value(connection: &Connection, name: &str, value: &str) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO single_values(name, value) VALUES(?1, ?2)
             ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![name, value])?;
    Ok(())
}

/// Counts are never negative; SQLite has only signed numbers.
pub(crate) fn count(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<u64, rusqlite::Error> {
    let counted: i64 = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    Ok(u64::try_from(counted).unwrap_or_default())
}
