//! The contact resource: what the API shows of a contact.

use rusqlite::Row;
use serde_json::{Map, Value, json};

use super::details::Details;
use super::permission;
use crate::answer::Refusal;
use crate::identifiers::{self, Kind};
use crate::paging::Listing;
use crate::world::{World, put};

pub(super) const COLUMNS: &str = "c.id, c.address, c.shown, c.first_name, c.last_name, c.job_title, \
     c.company_name, c.birthday_month, c.birthday_day, c.anniversary, c.details, c.permission, c.source, c.created, \
     c.updated, c.opted_out, c.opt_out_source, c.opt_out_reason, c.deleted";

/// A contact.
#[derive(Debug)]
pub(super) struct Contact {
    pub(super) id: i64,
    address: Option<String>,
    shown: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    job_title: Option<String>,
    company_name: Option<String>,
    birthday_month: Option<u8>,
    birthday_day: Option<u8>,
    anniversary: Option<String>,
    pub(super) details: Option<String>,
    permission: i64,
    source: String,
    created: i64,
    updated: i64,
    opted_out: Option<i64>,
    opt_out_source: Option<String>,
    opt_out_reason: Option<String>,
    deleted: Option<i64>,
}

/// The sub-resources that were asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Include {
    custom_fields: bool,
    list_memberships: bool,
    phone_numbers: bool,
    street_addresses: bool,
}

impl Include {
    pub(super) const ALL: Self =
        Self { custom_fields: true, list_memberships: true, phone_numbers: true, street_addresses: true };

    pub(super) fn read(listing: &Listing) -> Result<Self, Refusal> {
        let mut include = Self::default();
        for name in listing.values("include") {
            match name {
                "custom_fields" => include.custom_fields = true,
                "list_memberships" => include.list_memberships = true,
                "phone_numbers" => include.phone_numbers = true,
                "street_addresses" => include.street_addresses = true,
                // Always empty here.
                "taggings" | "notes" => {}
                _ => return Err(Refusal::invalid("include")),
            }
        }
        Ok(include)
    }
}

impl Contact {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            address: row.get(1)?,
            shown: row.get(2)?,
            first_name: row.get(3)?,
            last_name: row.get(4)?,
            job_title: row.get(5)?,
            company_name: row.get(6)?,
            birthday_month: row.get(7)?,
            birthday_day: row.get(8)?,
            anniversary: row.get(9)?,
            details: row.get(10)?,
            permission: row.get(11)?,
            source: row.get(12)?,
            created: row.get(13)?,
            updated: row.get(14)?,
            opted_out: row.get(15)?,
            opt_out_source: row.get(16)?,
            opt_out_reason: row.get(17)?,
            deleted: row.get(18)?,
        })
    }

    pub(super) fn object(&self, world: &World, include: Include) -> Result<Value, rusqlite::Error> {
        let present = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let mut object = Map::new();
        put(&mut object, "contact_id", Some(identifiers::encode(Kind::Contact, self.id)));
        put(&mut object, "email_address", self.email_address(world));
        put(&mut object, "first_name", present(&self.first_name));
        put(&mut object, "last_name", present(&self.last_name));
        put(&mut object, "job_title", present(&self.job_title));
        put(&mut object, "company_name", present(&self.company_name));
        put(&mut object, "birthday_month", self.birthday_month);
        put(&mut object, "birthday_day", self.birthday_day);
        put(&mut object, "anniversary", present(&self.anniversary));
        put(&mut object, "create_source", Some(self.source.as_str()));
        put(&mut object, "created_at", Some(world.timestamp(self.created)));
        put(&mut object, "updated_at", Some(world.timestamp(self.updated)));
        put(&mut object, "deleted_at", self.deleted.map(|moment| world.timestamp(moment)));
        if include.custom_fields {
            put(&mut object, "custom_fields", Some(self.custom_fields(world)?));
        }
        if include.list_memberships {
            put(&mut object, "list_memberships", Some(self.list_memberships(world)?));
        }
        if include.phone_numbers || include.street_addresses {
            let details = Details::read(self.details.clone());
            put(&mut object, "phone_numbers", include.phone_numbers.then(|| details.phone_objects()));
            put(&mut object, "street_addresses", include.street_addresses.then(|| details.address_objects()));
        }
        Ok(Value::Object(object))
    }

    fn email_address(&self, world: &World) -> Option<Value> {
        let address = self.shown.as_ref().or(self.address.as_ref())?;
        let mut object = Map::new();
        put(&mut object, "address", Some(address.as_str()));
        put(&mut object, "permission_to_send", Some(permission::name(self.permission)));
        put(&mut object, "created_at", Some(world.timestamp(self.created)));
        put(&mut object, "updated_at", Some(world.timestamp(self.updated)));
        if let Some(opted_out) = self.opted_out {
            put(&mut object, "opt_out_source", self.opt_out_source.as_deref());
            put(&mut object, "opt_out_date", Some(world.timestamp(opted_out)));
            put(&mut object, "opt_out_reason", self.opt_out_reason.as_deref());
        } else {
            put(&mut object, "opt_in_source", Some(self.source.as_str()));
            put(&mut object, "opt_in_date", Some(world.timestamp(self.created)));
        }
        put(&mut object, "confirm_status", Some("off"));
        Some(Value::Object(object))
    }

    fn custom_fields(&self, world: &World) -> Result<Vec<Value>, rusqlite::Error> {
        world
            .database
            .prepare_cached("SELECT field, value FROM custom_values WHERE contact = ?1 ORDER BY field")?
            .query_map([self.id], |row| {
                let field = identifiers::encode(Kind::CustomField, row.get(0)?);
                Ok(json!({ "custom_field_id": field, "value": row.get::<_, String>(1)? }))
            })?
            .collect()
    }

    fn list_memberships(&self, world: &World) -> Result<Vec<String>, rusqlite::Error> {
        world
            .database
            .prepare_cached(
                "SELECT id FROM lists WHERE deleted IS NULL
                 AND EXISTS (SELECT 1 FROM memberships WHERE list = lists.id AND contact = ?1) ORDER BY id",
            )?
            .query_map([self.id], |row| Ok(identifiers::encode(Kind::List, row.get(0)?)))?
            .collect()
    }
}
