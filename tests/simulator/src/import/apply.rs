//! Takes checked rows into the database: prepared statements in the activity's one transaction.

use std::collections::{HashMap, HashSet};

use rusqlite::params;

use super::checks::{Problem, Rules, check};
use super::row::Row;
use super::statements::Statements;
use crate::activities::Outcome;
use crate::contacts::details::Details;
use crate::contacts::permission;
use crate::world::World;
use crate::{Duplicates, Naming, PersonCount, times};

/// What matters about a contact that is there already.
struct Known {
    id: i64,
    permission: i64,
    deleted: bool,
    opted_out: Option<i64>,
    by_account: bool,
}

/// One import on its way.
pub(super) struct Importer<'c> {
    rules: Rules<'c>,
    statements: Statements<'c>,
    lists: Vec<i64>,
    lists_per_contact: u64,
    /// Lower-case name of a custom field to its row.
    fields: HashMap<String, i64>,
    /// Lower-case addresses met so far: the service drops duplicates without a word.
    seen: HashSet<String>,
    now: i64,
    accepted: u64,
    refused: u64,
    outcome: Outcome,
}

impl<'c> Importer<'c> {
    pub(super) fn new(world: &'c World, lists: &[i64], now: i64) -> Result<Self, rusqlite::Error> {
        let database = &world.database;
        let mut remaining = Vec::with_capacity(lists.len());
        for list in lists {
            let sql = "SELECT count(*) FROM lists WHERE id = ?1 AND deleted IS NULL";
            if crate::storage::count(database, sql, [list])? > 0 {
                remaining.push(*list);
            }
        }
        let fields = database
            .prepare_cached("SELECT lower(name), id FROM custom_fields")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Self {
            rules: Rules { switches: &world.switches, faults: &world.faults, year: times::year(now) },
            statements: Statements::prepare(database)?,
            lists: remaining,
            lists_per_contact: world.limits.lists_per_contact,
            fields,
            seen: HashSet::new(),
            now,
            accepted: 0,
            refused: 0,
            outcome: Outcome { items_total: 1, ..Outcome::default() },
        })
    }

    /// Takes the row at that index of the import; `None` for one that could not be read at all.
    pub(super) fn row(&mut self, index: usize, row: Option<Row<'_>>) -> Result<(), rusqlite::Error> {
        self.outcome.items_total += 1;
        let Some(mut row) = row else {
            self.outcome.person += 1;
            return self.refuse(index, "", &Problem::Error("Row could not be read"));
        };
        let address = row.email.as_deref().unwrap_or_default().trim().to_lowercase();
        if address.is_empty() || self.seen.insert(address.clone()) {
            self.outcome.person += 1;
        } else if self.rules.switches.duplicates == Duplicates::FirstWins {
            self.statements.again.execute([&address])?;
            return Ok(());
        }
        let checked = check(&mut row, index, &self.rules).and_then(|()| self.known_fields(&row));
        match checked {
            Ok(()) => self.take(index, &row, &address),
            Err(problem) => self.refuse(index, &address, &problem),
        }
    }

    pub(super) fn finish(mut self) -> Outcome {
        if self.rules.switches.person_count == PersonCount::Accepted {
            self.outcome.person = self.accepted;
        }
        self.outcome
    }

    fn known_fields(&self, row: &Row<'_>) -> Result<(), Problem> {
        let unknown = |name: &str| !self.fields.contains_key(&name.to_lowercase());
        let refused = self.rules.switches.unknown_custom_field_refused
            && row.custom.iter().any(|(name, _)| unknown(name));
        if refused { Err(Problem::Correctable("Unknown custom field")) } else { Ok(()) }
    }

    fn take(&mut self, index: usize, row: &Row<'_>, address: &str) -> Result<(), rusqlite::Error> {
        let known = self.find(address)?;
        let id = match known {
            None => self.insert(row, address)?,
            Some(known) => {
                if known.deleted && !self.rules.switches.import_revives_deleted {
                    return self.refuse(index, address, &Problem::Error("Contact was deleted"));
                }
                if self.has_too_many_lists(known.id)? {
                    return self.refuse(index, address, &Problem::Error("Contact is on too many lists"));
                }
                if !self.may_join(&known)? {
                    self.statements.decline.execute([known.id])?;
                    self.outcome.cannot_add += 1;
                    if self.rules.switches.unsubscribed_are_updated && !known.deleted {
                        self.update(&known, row, 0)?;
                    }
                    return Ok(());
                }
                self.update(&known, row, 1)?;
                known.id
            }
        };
        for list in &self.lists {
            self.statements.join.execute([*list, id])?;
        }
        self.accepted += 1;
        Ok(())
    }

    /// Looked at only where it is enforced: it costs a look at every list.
    fn has_too_many_lists(&mut self, id: i64) -> Result<bool, rusqlite::Error> {
        if !self.rules.switches.list_limit_enforced {
            return Ok(false);
        }
        let mut joined: HashSet<i64> = self.lists.iter().copied().collect();
        let mut rows = self.statements.other_lists.query([id])?;
        while let Some(row) = rows.next()? {
            joined.insert(row.get(0)?);
        }
        Ok(u64::try_from(joined.len()).is_ok_and(|count| count > self.lists_per_contact))
    }

    fn find(&mut self, address: &str) -> Result<Option<Known>, rusqlite::Error> {
        let mut rows = self.statements.find.query([address])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(Known {
            id: row.get(0)?,
            permission: row.get(1)?,
            deleted: row.get(2)?,
            opted_out: row.get(3)?,
            by_account: row.get::<_, Option<bool>>(4)?.unwrap_or(false),
        }))
    }

    /// Whether the contact can be added to lists; subscribes it again where a switch says so.
    fn may_join(&mut self, known: &Known) -> Result<bool, rusqlite::Error> {
        let switches = self.rules.switches;
        match known.permission {
            permission::UNSUBSCRIBED => {
                let recent = i64::from(switches.resubscribe_within_seconds) * times::SECOND;
                let just_now = known.opted_out.is_some_and(|moment| moment > self.now - recent);
                let again = just_now || (known.by_account && switches.account_opt_outs_can_be_added);
                if again {
                    self.statements.resubscribe.execute([known.id])?;
                }
                Ok(again)
            }
            permission::TEMP_HOLD | permission::PENDING => Ok(!switches.held_cannot_be_added),
            _ => Ok(true),
        }
    }

    fn insert(&mut self, row: &Row<'_>, address: &str) -> Result<i64, rusqlite::Error> {
        let blanks_clear = self.rules.switches.blanks_clear;
        let shown = row.email.as_deref().unwrap_or_default().trim();
        let id = self.statements.insert.insert(params![
            address,
            (shown != address).then_some(shown),
            given(row.first_name.as_deref(), blanks_clear),
            given(row.last_name.as_deref(), blanks_clear),
            given(row.job_title.as_deref(), blanks_clear),
            given(row.company_name.as_deref(), blanks_clear),
            number(row.birthday_month.as_deref()),
            number(row.birthday_day.as_deref()),
            given(row.anniversary.as_deref(), blanks_clear),
            self.now,
        ])?;
        self.extras(id, row)?;
        Ok(id)
    }

    fn update(&mut self, known: &Known, row: &Row<'_>, counted: i64) -> Result<(), rusqlite::Error> {
        let blanks_clear = self.rules.switches.blanks_clear;
        self.statements.update.execute(params![
            known.id,
            given(row.first_name.as_deref(), blanks_clear),
            given(row.last_name.as_deref(), blanks_clear),
            given(row.job_title.as_deref(), blanks_clear),
            given(row.company_name.as_deref(), blanks_clear),
            number(row.birthday_month.as_deref()),
            number(row.birthday_day.as_deref()),
            given(row.anniversary.as_deref(), blanks_clear),
            self.now,
            counted,
        ])?;
        self.extras(known.id, row)
    }

    fn extras(&mut self, id: i64, row: &Row<'_>) -> Result<(), rusqlite::Error> {
        for (name, value) in &row.custom {
            let Some(field) =
                self.fields.get(name.as_ref()).or_else(|| self.fields.get(&name.to_lowercase()))
            else {
                continue;
            };
            if !value.trim().is_empty() {
                self.statements.set_value.execute(params![id, field, value])?;
            } else if self.rules.switches.blanks_clear {
                self.statements.clear_value.execute([id, *field])?;
            }
        }
        if row.phones.is_empty() && row.addresses.is_empty() {
            return Ok(());
        }
        let mut details = Details::read(self.statements.details.query_row([id], |row| row.get(0))?);
        for (kind, phone) in &row.phones {
            details.set_phone(kind, phone.trim());
        }
        for (kind, part, text) in &row.addresses {
            details.set_address_part(kind, part, text.trim());
        }
        self.statements.set_details.execute(params![id, details.text()])?;
        Ok(())
    }

    fn refuse(&mut self, index: usize, address: &str, problem: &Problem) -> Result<(), rusqlite::Error> {
        match problem {
            Problem::Correctable(_) => self.outcome.correctable += 1,
            Problem::Error(_) => self.outcome.error += 1,
        }
        self.refused += 1;
        let named = match self.rules.switches.naming {
            Naming::All => true,
            Naming::Some => self.refused % 2 == 1,
            Naming::None => false,
        };
        if named {
            // The service turns the JSON into a CSV with a header line.
            self.outcome.errors.push(format!("Line {}: {}", index + 2, problem.text()));
        }
        self.statements.refuse.execute(params![address, problem.text()])?;
        Ok(())
    }
}

fn number(value: Option<&str>) -> Option<u8> {
    value.and_then(|value| value.trim().parse().ok())
}

/// A present value; a blank one changes nothing, unless the switch makes it clear the property.
fn given(value: Option<&str>, blanks_clear: bool) -> Option<&str> {
    value.filter(|value| blanks_clear || !value.trim().is_empty())
}
