//! Whether the account of a draft has the list and the custom fields that it writes to.

use catalog::Connection;
use domain::field::Field;
use identity::Person;

use super::check::{Checked, WantedList};
use super::draft::ExportDraft;
use crate::configuration::Configuration;
use crate::connections::ListItem;
use crate::error::ConfigurationError;
use crate::problems::FieldProblem;

/// What the account said.
#[derive(Debug, Default)]
pub(super) struct AccountFindings {
    pub(super) problems: Vec<FieldProblem>,
    /// The list, if the draft names one that is there.
    pub(super) list: Option<ListItem>,
}

impl Configuration {
    /// Asks the account of `connection` for the list and the custom fields. Nothing is created.
    pub(super) async fn check_account(
        &self,
        person: &Person,
        connection: &Connection,
        draft: &ExportDraft,
        checked: &Checked,
        connection_changes: bool,
    ) -> Result<AccountFindings, ConfigurationError> {
        // One after the other: requests of one person do not race for the application's share.
        let mut findings =
            self.check_list(person, connection, checked.list.as_ref(), connection_changes).await?;
        findings.problems.extend(self.check_custom_fields(person, connection, draft).await?);
        Ok(findings)
    }

    async fn check_list(
        &self,
        person: &Person,
        connection: &Connection,
        wanted: Option<&WantedList>,
        connection_changes: bool,
    ) -> Result<AccountFindings, ConfigurationError> {
        let mut findings = AccountFindings::default();
        match wanted {
            None => {}
            Some(WantedList::Existing(id)) => {
                match self.find_list(person, &connection.id, id.as_str()).await {
                    Ok(list) => findings.list = Some(list),
                    Err(ConfigurationError::Invalid(_)) if connection_changes => {
                        let message =
                            "The account of the new connection has no such list; choose one of its lists.";
                        findings.problems.push(problem("list", "not_found", message));
                    }
                    Err(ConfigurationError::Invalid(problems)) => findings.problems.extend(problems),
                    Err(error) => return Err(error),
                }
            }
            Some(WantedList::New(name)) => {
                let lists = self.lists(person, &connection.id).await?;
                if lists.iter().any(|list| list.name == *name) {
                    findings.problems.push(problem("list", "taken", NAME_TAKEN));
                }
            }
        }
        Ok(findings)
    }

    async fn check_custom_fields(
        &self,
        person: &Person,
        connection: &Connection,
        draft: &ExportDraft,
    ) -> Result<Vec<FieldProblem>, ConfigurationError> {
        let custom = |field: &str| match Field::parse(field.trim()) {
            Ok(Field::Custom(name)) => Some(name.as_str().to_owned()),
            _ => None,
        };
        let wanted = draft.attributes.iter().enumerate();
        let wanted: Vec<(usize, String)> =
            wanted.filter_map(|(place, attribute)| Some((place, custom(&attribute.field)?))).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let there = self.custom_fields(person, &connection.id).await?;
        let missing = wanted.into_iter().filter(|(_, name)| there.iter().all(|field| field.name != *name));
        let problems = missing.map(|(place, name)| {
            let message = format!(
                "The account has no custom field named {name:?}; create it, or choose another field."
            );
            problem(format!("attributes[{place}].field"), "not_found", message)
        });
        Ok(problems.collect())
    }
}

pub(super) const NAME_TAKEN: &str =
    "The account has a list of this name already; choose that one, or use another name.";

fn problem(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.into(), code, message: message.into() }
}
