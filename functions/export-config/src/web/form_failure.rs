//! A form that was not accepted, to be shown again with what was entered.

use ::configuration::{ConfigurationError, FieldProblem};
use axum::http::StatusCode;
use console::Problem;

use super::console_error::ConsoleError;
use super::status::{explanation, log_if_ours, status_of};

/// What is wrong with a form, for the error summary above it and for its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFailure {
    /// The status of the page that shows the form again.
    pub status: StatusCode,
    /// Field names are those of the `configuration` library, so name the form's fields alike. Empty: the form as a whole.
    problems: Vec<(String, String)>,
}

impl FormFailure {
    /// A form that nobody has sent yet.
    #[must_use]
    pub const fn none() -> Self {
        Self { status: StatusCode::OK, problems: Vec::new() }
    }

    /// What to show in the form; errors that another form would not mend become a page of their own.
    ///
    /// # Errors
    /// The error itself, when the person may not do this at all, when the thing does not exist any more, or when a fresh
    /// sign-in is needed.
    pub fn of(error: ConfigurationError) -> Result<Self, ConsoleError> {
        let status = status_of(&error);
        let problems = match error {
            ConfigurationError::Invalid(problems) => problems.into_iter().map(in_form).collect(),
            error if matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                return Err(error.into());
            }
            error => {
                log_if_ours(&error);
                vec![(String::new(), explanation(&error))]
            }
        };
        Ok(Self { status, problems })
    }

    /// One more problem, found before the `configuration` library was asked.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self.problems.push((field.into(), message.into()));
    }

    /// For `console::error_summary` and `console::problem_of`.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem<'_>> {
        self.problems.iter().map(|(field, message)| Problem { field, message }).collect()
    }
}

fn in_form(problem: FieldProblem) -> (String, String) {
    (problem.field, problem.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_form_mends_is_shown_in_it() {
        let problem =
            FieldProblem { field: "name".to_owned(), code: "required", message: "Enter one.".to_owned() };
        let failure = FormFailure::of(ConfigurationError::Invalid(vec![problem])).unwrap();
        assert_eq!(failure.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(failure.problems(), [Problem { field: "name", message: "Enter one." }]);
        let failure = FormFailure::of(ConfigurationError::Stale).unwrap();
        assert_eq!(failure.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(failure.problems()[0].field, "");
        for error in [
            ConfigurationError::Forbidden { needs: "it" },
            ConfigurationError::NotFound { what: "export" },
            ConfigurationError::FreshSignInNeeded,
        ] {
            assert!(FormFailure::of(error).is_err());
        }
    }
}
