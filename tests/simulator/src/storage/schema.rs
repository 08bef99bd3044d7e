//! The tables. Times are milliseconds since 1970; few indexes, because an import of 40,000 rows pays for each.

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS single_values(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- address: lower case, the identity; shown: as given, when that differs.
-- permission: 0 implicit, 1 explicit, 2 not_set, 3 pending_confirmation, 4 temp_hold, 5 unsubscribed.
-- details: phones and street addresses as JSON. imported/declined: how often an import brought the address, and was
-- taken or could not add it.
CREATE TABLE IF NOT EXISTS contacts(
    id INTEGER PRIMARY KEY,
    address TEXT UNIQUE,
    shown TEXT,
    first_name TEXT, last_name TEXT, job_title TEXT, company_name TEXT,
    birthday_month INTEGER, birthday_day INTEGER, anniversary TEXT,
    details TEXT,
    permission INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT 'Account',
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    opted_out INTEGER, opt_out_source TEXT, opt_out_reason TEXT,
    deleted INTEGER,
    imported INTEGER NOT NULL DEFAULT 0,
    declined INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS contacts_opted_out ON contacts(opted_out) WHERE opted_out IS NOT NULL;

CREATE TABLE IF NOT EXISTS custom_fields(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    extra TEXT,
    created INTEGER NOT NULL, updated INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS custom_values(
    contact INTEGER NOT NULL, field INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(contact, field)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS lists(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, description TEXT NOT NULL, favorite INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER
);
CREATE TABLE IF NOT EXISTS memberships(
    list INTEGER NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY(list, contact)
) WITHOUT ROWID;

-- Addresses that imports refused, with the last reason.
CREATE TABLE IF NOT EXISTS refused_rows(
    address TEXT PRIMARY KEY, reason TEXT NOT NULL, times INTEGER NOT NULL
) WITHOUT ROWID;

-- state: 'queued' until it ends. outcome: what it will end as. ends: null for one that is stuck.
CREATE TABLE IF NOT EXISTS activities(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL, applies INTEGER NOT NULL,
    created INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER,
    request TEXT NOT NULL,
    items_total INTEGER NOT NULL DEFAULT 0, items_completed INTEGER NOT NULL DEFAULT 0,
    person INTEGER NOT NULL DEFAULT 0, error INTEGER NOT NULL DEFAULT 0,
    correctable INTEGER NOT NULL DEFAULT 0, cannot_add INTEGER NOT NULL DEFAULT 0,
    list_count INTEGER NOT NULL DEFAULT 0,
    errors TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS activities_queued ON activities(ends) WHERE state = 'queued';
CREATE TABLE IF NOT EXISTS activity_bodies(activity INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS consents(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL, pkce INTEGER NOT NULL, created INTEGER NOT NULL, revoked INTEGER
);
CREATE TABLE IF NOT EXISTS codes(
    code TEXT PRIMARY KEY, consent INTEGER NOT NULL, redirect_uri TEXT NOT NULL, challenge TEXT,
    expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_tokens(
    token TEXT PRIMARY KEY, consent INTEGER NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refresh_tokens(
    token TEXT PRIMARY KEY, consent INTEGER NOT NULL, used INTEGER NOT NULL, retired INTEGER
) WITHOUT ROWID;
";
