//! The filters of `GET /contacts`, as SQL.

use rusqlite::types::Value;

use super::permission;
use crate::answer::Refusal;
use crate::identifiers::{self, Kind};
use crate::paging::Listing;
use crate::times;

const MOST_LISTS: usize = 25;
const TIMES: [(&str, &str); 6] = [
    ("updated_after", "c.updated > "),
    ("updated_before", "c.updated < "),
    ("created_after", "c.created > "),
    ("created_before", "c.created < "),
    ("optout_after", "c.opted_out > "),
    ("optout_before", "c.opted_out < "),
];

/// A condition and its values.
#[derive(Debug)]
pub(super) struct Filters {
    /// Whether the people come from one list's memberships instead of from all contacts.
    one_list: bool,
    opt_outs: bool,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filters {
    pub(super) fn read(listing: &Listing) -> Result<Self, Refusal> {
        let mut filters =
            Self { one_list: false, opt_outs: false, conditions: vec!["1".to_owned()], values: Vec::new() };
        filters.lists(&listing.values("lists"))?;
        filters.status(&listing.values("status"))?;
        if let Some(email) = listing.value("email") {
            filters.and("c.address = ", email.trim().to_lowercase().into());
        }
        for (name, condition) in TIMES {
            if let Some(text) = listing.value(name) {
                let moment = times::read(text).ok_or_else(|| Refusal::invalid(name))?;
                filters.and(condition, moment.into());
                filters.opt_outs |= name.starts_with("optout");
            }
        }
        if listing.value("segment_id").is_some() || listing.value("tags").is_some() {
            // The simulated account has neither.
            return Err(Refusal::not_found("segment_id or tags were not found."));
        }
        Ok(filters)
    }

    /// What follows FROM; contacts are `c`.
    pub(super) fn clause(&self) -> String {
        let tables =
            if self.one_list { "memberships m JOIN contacts c ON c.id = m.contact" } else { "contacts c" };
        format!("{tables} WHERE {}", self.conditions.join(" AND "))
    }

    /// By id in any case; the plus keeps SQLite with the small index of opt-outs.
    pub(super) fn order(&self) -> &'static str {
        match (self.one_list, self.opt_outs) {
            (_, true) => "+c.id",
            (true, false) => "m.contact",
            (false, false) => "c.id",
        }
    }

    pub(super) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }

    fn and(&mut self, condition: &str, value: Value) {
        self.values.push(value);
        self.conditions.push(format!("{condition}?{}", self.values.len()));
    }

    fn lists(&mut self, ids: &[&str]) -> Result<(), Refusal> {
        if ids.len() > MOST_LISTS {
            return Err(Refusal::invalid("lists"));
        }
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            if !identifiers::is_well_formed(id) {
                return Err(Refusal::invalid("lists"));
            }
            // An unknown list has no members.
            rows.push(identifiers::decode(Kind::List, id).unwrap_or(-1));
        }
        match rows.as_slice() {
            [] => {}
            [row] => {
                self.one_list = true;
                self.and("m.list = ", (*row).into());
            }
            several => {
                let rows = several.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
                self.conditions.push(format!(
                    "EXISTS (SELECT 1 FROM memberships WHERE list IN ({rows}) AND contact = c.id)"
                ));
            }
        }
        Ok(())
    }

    fn status(&mut self, wanted: &[&str]) -> Result<(), Refusal> {
        if wanted.is_empty() {
            self.conditions.push("c.deleted IS NULL".to_owned());
            return Ok(());
        }
        let mut alternatives = Vec::new();
        for status in wanted {
            alternatives.push(match *status {
                "all" => "1".to_owned(),
                "deleted" => "c.deleted IS NOT NULL".to_owned(),
                "active" => "(c.deleted IS NULL AND c.permission IN (0, 1))".to_owned(),
                "not_set" | "pending_confirmation" | "temp_hold" | "unsubscribed" => {
                    let number = permission::number(status).unwrap_or_default();
                    format!("(c.deleted IS NULL AND c.permission = {number})")
                }
                _ => return Err(Refusal::invalid("status")),
            });
        }
        self.conditions.push(format!("({})", alternatives.join(" OR ")));
        Ok(())
    }
}
