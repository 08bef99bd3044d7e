//! Creating, replacing and deleting one contact.

use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::Value;

use super::details::Details;
use super::resource::Include;
use super::{find, find_by_call, permission};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::identifiers::{self, Kind};
use crate::world::World;

const LONGEST_ADDRESS: usize = 80;
const LONGEST_NAME: usize = 50;
const MOST_CUSTOM_FIELDS: usize = 25;
const MOST_LISTS: usize = 50;

#[derive(Deserialize)]
struct Input {
    email_address: Option<EmailAddress>,
    first_name: Option<String>,
    last_name: Option<String>,
    job_title: Option<String>,
    company_name: Option<String>,
    birthday_month: Option<u8>,
    birthday_day: Option<u8>,
    anniversary: Option<String>,
    create_source: Option<String>,
    update_source: Option<String>,
    list_memberships: Option<Vec<String>>,
    custom_fields: Option<Vec<CustomValue>>,
    phone_numbers: Option<Value>,
    street_addresses: Option<Value>,
}

#[derive(Deserialize)]
struct EmailAddress {
    address: Option<String>,
    permission_to_send: Option<String>,
}

#[derive(Deserialize)]
struct CustomValue {
    custom_field_id: String,
    value: String,
}

impl Input {
    fn check(&self, source: Option<&str>, source_name: &str) -> Result<(), Refusal> {
        if !matches!(source, Some("Account" | "Contact")) {
            return Err(Refusal::validation(format!(
                "{source_name} is missing, {source_name} does not have a valid value"
            )));
        }
        if self.email_address.is_none() && self.first_name.is_none() && self.last_name.is_none() {
            return Err(Refusal::validation("email_address, first_name or last_name is missing"));
        }
        let names = [&self.first_name, &self.last_name, &self.job_title, &self.company_name];
        if names.into_iter().flatten().any(|name| name.chars().count() > LONGEST_NAME) {
            return Err(Refusal::validation("a name is longer than 50 characters"));
        }
        if self.custom_fields.as_ref().is_some_and(|fields| fields.len() > MOST_CUSTOM_FIELDS)
            || self.list_memberships.as_ref().is_some_and(|lists| lists.len() > MOST_LISTS)
        {
            return Err(Refusal::validation("too many custom_fields or list_memberships"));
        }
        let address = self.address();
        if address.is_some_and(|address| address.chars().count() > LONGEST_ADDRESS || !address.contains('@'))
        {
            return Err(Refusal::validation("invalid email address format"));
        }
        self.permission().map(|_| ())
    }

    fn address(&self) -> Option<&str> {
        self.email_address.as_ref()?.address.as_deref().map(str::trim).filter(|address| !address.is_empty())
    }

    fn permission(&self) -> Result<Option<i64>, Refusal> {
        let given = self.email_address.as_ref().and_then(|email| email.permission_to_send.as_deref());
        given
            .map(|name| permission::number(name).ok_or_else(|| Refusal::invalid("permission_to_send")))
            .transpose()
    }
}

/// `POST /contacts`.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let input: Input = call.json()?;
    input.check(input.create_source.as_deref(), "create_source")?;
    refuse_taken(world, input.address(), None)?;
    let source = input.create_source.as_deref().unwrap_or("Account");
    world.database.execute(
        "INSERT INTO contacts(source, created, updated) VALUES(?1, ?2, ?2)",
        params![source, world.now()],
    )?;
    let id = world.database.last_insert_rowid();
    write(world, id, &input, input.permission()?.unwrap_or(permission::IMPLICIT))?;
    answer(world, 201, id)
}

/// `PUT /contacts/{contact_id}`: what is left out becomes null, sub-resources stay; a deleted contact comes back.
pub(crate) fn replace(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = find_by_call(world, call)?;
    let input: Input = call.json()?;
    input.check(input.update_source.as_deref(), "update_source")?;
    refuse_taken(world, input.address(), Some(contact.id))?;
    let before: i64 = world
        .database
        .prepare_cached("SELECT permission FROM contacts WHERE id = ?1")?
        .query_row([contact.id], |row| row.get(0))?;
    write(world, contact.id, &input, input.permission()?.unwrap_or(before))?;
    answer(world, 200, contact.id)
}

/// `DELETE /contacts/{contact_id}`.
pub(crate) fn delete(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let contact = find_by_call(world, call)?;
    world.delete_contact(contact.id)?;
    Ok(Answer::empty(204))
}

impl World {
    /// A deleted contact is on no list, and can be revived.
    pub(crate) fn delete_contact(&mut self, id: i64) -> Result<(), rusqlite::Error> {
        let now = self.now();
        self.database.execute(
            "UPDATE contacts SET deleted = ?2, updated = CASE WHEN ?3 THEN ?2 ELSE updated END
             WHERE id = ?1 AND deleted IS NULL",
            params![id, now, self.switches.deletion_moves_updated_at],
        )?;
        self.leave_all_lists(id)?;
        self.contacts_changed();
        Ok(())
    }

    pub(crate) fn leave_all_lists(&self, id: i64) -> Result<(), rusqlite::Error> {
        self.database
            .execute("DELETE FROM memberships WHERE list IN (SELECT id FROM lists) AND contact = ?1", [id])?;
        Ok(())
    }
}

fn refuse_taken(world: &World, address: Option<&str>, except: Option<i64>) -> Result<(), Refusal> {
    let Some(address) = address else {
        return Ok(());
    };
    let taken: Option<i64> = world
        .database
        .prepare_cached("SELECT id FROM contacts WHERE address = ?1")?
        .query_row([address.to_lowercase()], |row| row.get(0))
        .optional()?;
    match taken.filter(|taken| Some(*taken) != except) {
        // Observed text; the id is its last word.
        Some(taken) => Err(Refusal::conflict(format!(
            "Validation failed: Email already exists for contact {}",
            identifiers::encode(Kind::Contact, taken)
        ))),
        None => Ok(()),
    }
}

fn write(world: &mut World, id: i64, input: &Input, permission: i64) -> Result<(), Refusal> {
    let now = world.now();
    let address = input.address();
    let lower = address.map(str::to_lowercase);
    let shown = address.filter(|address| lower.as_deref() != Some(*address));
    let out = permission == permission::UNSUBSCRIBED;
    world.database.execute(
        "UPDATE contacts SET address = coalesce(?2, address),
            shown = CASE WHEN ?2 IS NULL THEN shown ELSE ?3 END,
            first_name = ?4, last_name = ?5, job_title = ?6, company_name = ?7,
            birthday_month = ?8, birthday_day = ?9, anniversary = ?10,
            permission = ?11, updated = ?12, deleted = NULL,
            opted_out = CASE WHEN ?13 THEN coalesce(opted_out, ?12) END,
            opt_out_source = CASE WHEN ?13 THEN coalesce(opt_out_source, 'Account') END
         WHERE id = ?1",
        params![
            id,
            lower,
            shown,
            input.first_name,
            input.last_name,
            input.job_title,
            input.company_name,
            input.birthday_month,
            input.birthday_day,
            input.anniversary,
            permission,
            now,
            out,
        ],
    )?;
    write_sub_resources(world, id, input)?;
    world.contacts_changed();
    Ok(())
}

fn write_sub_resources(world: &World, id: i64, input: &Input) -> Result<(), Refusal> {
    if let Some(lists) = &input.list_memberships {
        let lists = world.list_rows(lists, |_| Refusal::invalid("list_memberships"))?;
        world.leave_all_lists(id)?;
        for list in lists {
            world
                .database
                .execute("INSERT OR IGNORE INTO memberships(list, contact) VALUES(?1, ?2)", [list, id])?;
        }
    }
    if let Some(values) = &input.custom_fields {
        world.database.execute("DELETE FROM custom_values WHERE contact = ?1", [id])?;
        for value in values {
            let field = identifiers::decode(Kind::CustomField, &value.custom_field_id)
                .ok_or_else(|| Refusal::invalid("custom_field_id"))?;
            world.database.execute(
                "INSERT OR REPLACE INTO custom_values(contact, field, value) VALUES(?1, ?2, ?3)",
                params![id, field, value.value],
            )?;
        }
    }
    if input.phone_numbers.is_some() || input.street_addresses.is_some() {
        let stored = find(world, id)?.and_then(|contact| contact.details);
        let mut details = Details::read(stored);
        details.of_input(input.phone_numbers.as_ref(), input.street_addresses.as_ref());
        world
            .database
            .execute("UPDATE contacts SET details = ?2 WHERE id = ?1", params![id, details.text()])?;
    }
    Ok(())
}

fn answer(world: &World, status: u16, id: i64) -> Result<Answer, Refusal> {
    let contact = find(world, id)?.ok_or_else(|| Refusal::service(500))?;
    Ok(Answer::json(status, &contact.object(world, Include::ALL)?))
}
