//! Fields with several controls, and what depends on them.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::field::Field;

/// One of several possibilities.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// What the form sends.
    pub value: Cow<'a, str>,
    /// What people read.
    pub label: Cow<'a, str>,
    /// A sentence more, under the label; empty for none. It may be markup, such as a count and a badge.
    pub detail: Option<Markup>,
}

impl<'a> Choice<'a> {
    /// A possibility without more detail.
    pub fn new(value: impl Into<Cow<'a, str>>, label: impl Into<Cow<'a, str>>) -> Self {
        Self { value: value.into(), label: label.into(), detail: None }
    }

    /// With something more under its label.
    #[must_use]
    pub fn detail(mut self, detail: Markup) -> Self {
        self.detail = Some(detail);
        self
    }
}

/// A single box to tick; the form sends `yes` when it is ticked and nothing otherwise.
#[must_use]
pub fn checkbox(field: &Field<'_>, checked: bool) -> Markup {
    html! {
        div.field.has-problem[field.problem.is_some()] {
            div.choice {
                input type="checkbox" id=(field.control_id()) name=(field.name) value="yes" checked[checked]
                    required[field.required] aria-describedby=[field.described_by()] aria-invalid=[field.invalid()];
                label for=(field.control_id()) { (field.label) }
            }
            (field.hint_and_problem())
        }
    }
}

/// Exactly one of several possibilities.
#[must_use]
pub fn radio_group(field: &Field<'_>, choices: &[Choice<'_>], chosen: &str) -> Markup {
    group(field, choices, "radio", &|value| value == chosen)
}

/// Any number of several possibilities; the form sends the name once for each.
#[must_use]
pub fn check_group(field: &Field<'_>, choices: &[Choice<'_>], chosen: &[&str]) -> Markup {
    group(field, choices, "checkbox", &|value| chosen.contains(&value))
}

/// The first control has the field's own id: a line of the error summary leads to it.
pub(crate) fn nth_id(field: &Field<'_>, index: usize) -> String {
    let id = field.control_id();
    if index == 0 { id } else { format!("{id}-{}", index + 1) }
}

fn group(field: &Field<'_>, choices: &[Choice<'_>], kind: &str, chosen: &dyn Fn(&str) -> bool) -> Markup {
    field.around_group(&html! {
        div.choices {
            @for (index, choice) in choices.iter().enumerate() {
                @let id = nth_id(field, index);
                @let detail_id = choice.detail.as_ref().map(|_| format!("{id}-detail"));
                div.choice {
                    input type=(kind) id=(id) name=(field.name) value=(choice.value) checked[chosen(&choice.value)]
                        required[field.required && kind == "radio"] aria-describedby=[detail_id.as_deref()];
                    label for=(id) { (choice.label) }
                    @if let Some(detail) = &choice.detail { div.choice-detail id=[detail_id.as_deref()] { (detail) } }
                }
            }
        }
    })
}

/// Fields that belong together, under a heading.
#[must_use]
pub fn fieldset(legend: &str, hint: Option<&str>, content: &Markup) -> Markup {
    html! {
        fieldset.fields {
            legend { (legend) }
            @if let Some(hint) = hint { p.hint { (hint) } }
            (content)
        }
    }
}

/// Fields that matter only while the field `name` of the same form has one of `values`. The script hides them otherwise;
/// without it they are always there, so their labels must say when they matter, and the server ignores them.
#[must_use]
pub fn shown_when(name: &str, values: &[&str], content: &Markup) -> Markup {
    html! { div.dependent data-shown-when=(name) data-values=(values.join(" ")) { (content) } }
}
