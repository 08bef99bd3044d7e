//! What is wrong with a form, all of it at once and each by its field.

use std::collections::BTreeSet;

use domain::identifier::ExportId;
use serde::Serialize;
use store::Tag;

use crate::ConfigurationError;

/// One thing that is wrong with what a person entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// The field's name in the API, such as `display_name` or `attributes[2].column`.
    pub field: String,
    /// A stable word for programs, such as `required` or `too_long`.
    pub code: &'static str,
    /// What to do, for people.
    pub message: String,
}

/// Problems as they are found.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Notes a problem and goes on checking.
    pub(crate) fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldProblem { field: field.into(), code, message: message.into() });
    }

    /// A text that people see as a name: without blanks around it, not empty, at most `longest` characters, in one
    /// line. Answers it even when there is something wrong with it, so that checking can go on.
    pub(crate) fn name(&mut self, field: &'static str, text: &str, longest: usize) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(field, "required", "Enter a name.");
        } else if text.chars().count() > longest {
            self.add(field, "too_long", format!("Use at most {longest} characters."));
        } else if text.chars().any(char::is_control) {
            self.add(field, "invalid", "Use one line, without control characters.");
        }
        text.to_owned()
    }

    /// Each export is chosen once: otherwise the first change of it would make the second one stale.
    pub(crate) fn each_once(&mut self, exports: &[(ExportId, Tag)]) {
        let mut known = BTreeSet::new();
        for (place, (id, _)) in exports.iter().enumerate() {
            if !known.insert(id) {
                self.add(
                    format!("exports[{place}].id"),
                    "twice",
                    "This export is chosen twice; choose it once.",
                );
            }
        }
    }

    /// All is well, or everything that is not.
    pub(crate) fn finish(self) -> Result<(), ConfigurationError> {
        if self.0.is_empty() { Ok(()) } else { Err(ConfigurationError::Invalid(self.0)) }
    }
}

impl ConfigurationError {
    /// One problem of one field.
    pub(crate) fn invalid(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem { field: field.to_owned(), code, message: message.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told() {
        let mut problems = Problems::default();
        assert_eq!(problems.name("a", "  News for buyers ", 20), "News for buyers");
        problems.name("b", " \t", 20);
        problems.name("c", "four", 3);
        problems.name("d", "two\nlines", 20);
        let Err(ConfigurationError::Invalid(problems)) = problems.finish() else { panic!("three problems") };
        let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
        assert_eq!(found, [("b", "required"), ("c", "too_long"), ("d", "invalid")]);
        assert!(Problems::default().finish().is_ok());
    }
}
