//! The prepared statements of an import.

use rusqlite::{CachedStatement, Connection};

pub(super) struct Statements<'c> {
    pub(super) find: CachedStatement<'c>,
    pub(super) insert: CachedStatement<'c>,
    pub(super) update: CachedStatement<'c>,
    pub(super) decline: CachedStatement<'c>,
    pub(super) again: CachedStatement<'c>,
    pub(super) resubscribe: CachedStatement<'c>,
    pub(super) join: CachedStatement<'c>,
    pub(super) other_lists: CachedStatement<'c>,
    pub(super) set_value: CachedStatement<'c>,
    pub(super) clear_value: CachedStatement<'c>,
    pub(super) details: CachedStatement<'c>,
    pub(super) set_details: CachedStatement<'c>,
    pub(super) refuse: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(database: &'c Connection) -> Result<Self, rusqlite::Error> {
        Ok(Self {
                find: database.prepare_cached(
                    "SELECT id, permission, deleted IS NOT NULL, opted_out, opt_out_source = 'Account'
                     FROM contacts WHERE address = ?1",
                )?,
                insert: database.prepare_cached(
                    "INSERT INTO contacts(address, shown, first_name, last_name, job_title, company_name,
                        birthday_month, birthday_day, anniversary, created, updated, imported)
                     VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, 1)",
                )?,
                update: database.prepare_cached(
                    "UPDATE contacts SET
                        first_name = coalesce(?2, first_name), last_name = coalesce(?3, last_name),
                        job_title = coalesce(?4, job_title), company_name = coalesce(?5, company_name),
                        birthday_month = coalesce(?6, birthday_month), birthday_day = coalesce(?7, birthday_day),
                        anniversary = coalesce(?8, anniversary), updated = ?9, deleted = NULL,
                        imported = imported + ?10
                     WHERE id = ?1",
                )?,
                decline: database
                    .prepare_cached("UPDATE contacts SET declined = declined + 1 WHERE id = ?1")?,
                again: database
                    .prepare_cached("UPDATE contacts SET imported = imported + 1
                    WHERE address = ?1 AND permission <> 5")?,
                resubscribe: database.prepare_cached(
                    "UPDATE contacts SET permission = 0, opted_out = NULL, opt_out_source = NULL,
                        opt_out_reason = NULL WHERE id = ?1",
                )?,
                join: database
                    .prepare_cached("INSERT OR IGNORE INTO memberships(list, contact) VALUES(?1, ?2)")?,
                other_lists: database.prepare_cached(
                "SELECT id FROM lists WHERE deleted IS NULL
                 AND EXISTS (SELECT 1 FROM memberships WHERE list = lists.id AND contact = ?1)",
            )?,
            set_value: database.prepare_cached(
                    "INSERT INTO custom_values(contact, field, value) VALUES(?1, ?2, ?3)
                     ON CONFLICT(contact, field) DO UPDATE SET value = excluded.value",
                )?,
                clear_value: database
                    .prepare_cached("DELETE FROM custom_values WHERE contact = ?1 AND field = ?2")?,
                details: database.prepare_cached("SELECT details FROM contacts WHERE id = ?1")?,
                set_details: database.prepare_cached("UPDATE contacts SET details = ?2 WHERE id = ?1")?,
                refuse: database.prepare_cached(
                    "INSERT INTO refused_rows(address, reason, times) VALUES(?1, ?2, 1)
                     ON CONFLICT(address) DO UPDATE SET reason = excluded.reason, times = times + 1",
                )?,
            })
    }
}
