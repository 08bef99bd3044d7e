//! The exports that *Run all* runs for the first time.

use identity::Person;

use super::facts::{AllFacts, ExportFacts};
use crate::access;
use crate::configuration::Configuration;
use crate::error::{ConfigurationError, ExportName};

impl Configuration {
    /// The exports that [`Configuration::run_all`] would start for the first time, by name and as far as they can be read:
    /// what that may mean for the price of an account people are told before. Two round trips deep.
    ///
    /// # Errors
    /// [`ConfigurationError`]; `Forbidden` for who may edit no export at all.
    pub async fn first_runs_of_all(&self, person: &Person) -> Result<Vec<ExportName>, ConfigurationError> {
        access::require(access::may_create_exports(person), "the Contributor role")?;
        let AllFacts { facts, .. } = self.all_export_facts().await?;
        let first = facts.iter().filter(|facts| never_ran(facts) && runs_with_all(person, facts));
        let mut names: Vec<ExportName> = first.map(|facts| ExportName::of(&facts.export.content)).collect();
        names.sort_by_key(|export| export.name.to_lowercase());
        Ok(names)
    }
}

fn never_ran(facts: &ExportFacts) -> bool {
    facts.occupation.latest.is_none() && facts.occupation.active.is_none()
}

/// As *Run all* judges it.
fn runs_with_all(person: &Person, facts: &ExportFacts) -> bool {
    let works = facts.connection.as_ref().filter(|known| !known.needs_reauthentication);
    let connection = works.map(|known| &known.connection).filter(|connection| connection.usable().is_some());
    facts.export.content.schedule.is_active()
        && connection.is_some_and(|connection| access::may_use(person, connection))
}
