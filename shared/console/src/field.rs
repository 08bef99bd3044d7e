//! What all form fields share: label, hint, problem, and how a problem is found from the top of the page.

use maud::{Markup, html};

use crate::icon::{Icon, icon};

/// The name of the hidden field that carries the token against forged requests.
pub const CSRF_FIELD: &str = "csrf";

/// What is wrong with a field, after the server looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The field's name in the form; empty when it concerns the form as a whole.
    pub field: &'a str,
    /// What to do about it, as a sentence.
    pub message: &'a str,
}

/// The first problem of the field with this name.
#[must_use]
pub fn problem_of<'a>(problems: &[Problem<'a>], field: &str) -> Option<&'a str> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.message)
}

/// The id of the field with this name: of the control itself, or of the first one of a group.
#[must_use]
pub fn field_id(name: &str) -> String {
    let mut id = String::from("field-");
    id.extend(name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }));
    id
}

/// A hidden value of a form.
#[must_use]
pub fn hidden_field(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The token against forged requests; in every form that posts.
#[must_use]
pub fn csrf_field(token: &str) -> Markup {
    hidden_field(CSRF_FIELD, token)
}

/// A field of a form, whatever kind of control it has.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) hint: Option<&'a str>,
    pub(crate) problem: Option<&'a str>,
    pub(crate) required: bool,
    id: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// An optional field with the name that the form sends and the label that people read.
    #[must_use]
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, hint: None, problem: None, required: false, id: None }
    }

    /// A sentence under the label that helps to fill it in.
    #[must_use]
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What is wrong with what was sent, usually [`problem_of`].
    #[must_use]
    pub const fn problem(mut self, problem: Option<&'a str>) -> Self {
        self.problem = problem;
        self
    }

    /// It must be filled in. The others are marked as optional.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// An id of its own; needed only where two forms of one page have fields of the same name.
    #[must_use]
    pub const fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    pub(crate) fn control_id(&self) -> String {
        self.id.map_or_else(|| field_id(self.name), str::to_owned)
    }

    /// The ids of hint and problem, for `aria-describedby`.
    pub(crate) fn described_by(&self) -> Option<String> {
        let id = self.control_id();
        match (self.hint.is_some(), self.problem.is_some()) {
            (false, false) => None,
            (true, false) => Some(format!("{id}-hint")),
            (false, true) => Some(format!("{id}-problem")),
            (true, true) => Some(format!("{id}-hint {id}-problem")),
        }
    }

    pub(crate) fn invalid(&self) -> Option<&'static str> {
        self.problem.is_some().then_some("true")
    }

    pub(crate) fn label_content(&self) -> Markup {
        html! { (self.label) @if !self.required { " " span.optional { "optional" } } }
    }

    pub(crate) fn hint_and_problem(&self) -> Markup {
        let id = self.control_id();
        html! {
            @if let Some(hint) = self.hint { p.hint id={ (id) "-hint" } { (hint) } }
            @if let Some(problem) = self.problem {
                p.problem id={ (id) "-problem" } {
                    (icon(Icon::Alert))
                    span { span.visually-hidden { "Error: " } (problem) }
                }
            }
        }
    }

    /// The frame of a field with one control.
    pub(crate) fn around(&self, control: &Markup) -> Markup {
        html! {
            div.field.has-problem[self.problem.is_some()] {
                label for=(self.control_id()) { (self.label_content()) }
                (self.hint_and_problem())
                (control)
            }
        }
    }

    /// The frame of a field with several controls.
    pub(crate) fn around_group(&self, controls: &Markup) -> Markup {
        html! {
            fieldset.field.group.has-problem[self.problem.is_some()] aria-describedby=[self.described_by()] {
                legend { (self.label_content()) }
                (self.hint_and_problem())
                (controls)
            }
        }
    }
}

/// What is wrong with the form, above it; each line leads to its field. Nothing when there is nothing wrong.
#[must_use]
pub fn error_summary(problems: &[Problem<'_>]) -> Markup {
    html! {
        @if !problems.is_empty() {
            div.notice.error #error-summary role="alert" tabindex="-1" data-focus {
                (icon(Icon::Alert))
                div {
                    p.notice-title { "Please check " @if problems.len() == 1 { "one thing" } @else { (problems.len()) " things" } }
                    ul {
                        @for problem in problems {
                            li {
                                @if problem.field.is_empty() { (problem.message) }
                                @else { a href={ "#" (field_id(problem.field)) } { (problem.message) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
