//! The fields that *Add connection* and *Edit connection* share.

use catalog::ConnectionAccess;
use configuration::ConsentText;
use console::{Choice, Field, Problem, TextInput, checkbox, disclosure, problem_of, radio_group, text_input};
use maud::{Markup, html};

use super::list::access_label;
use crate::web::FormFields;

/// The words of a choice of access, in forms.
const CHOICES: [(&str, ConnectionAccess, &str); 2] = [
    ("administrators", ConnectionAccess::Administrators, "Nobody else sees that it exists."),
    (
        "contributors",
        ConnectionAccess::Contributors,
        "Contributors see its name and its lists, and work on every export that uses it.",
    ),
];

/// The choice that a form holds; administrators only, unless it says otherwise.
pub(super) fn access_of(fields: &FormFields) -> ConnectionAccess {
    let chosen = CHOICES.iter().find(|(word, ..)| *word == fields.text("access"));
    chosen.map_or(ConnectionAccess::Administrators, |(_, access, _)| *access)
}

pub(super) fn name_field(problems: &[Problem<'_>], value: &str) -> Markup {
    let field = Field::new("display_name", "Display name")
        .hint("Name its purpose and its target, such as Newsletter to Constant Contact EU. You can change it later.")
        .problem(problem_of(problems, "display_name"))
        .required();
    text_input(&field, &TextInput { max_length: Some(100), ..TextInput::new(value) })
}

pub(super) fn access_field(problems: &[Problem<'_>], chosen: ConnectionAccess) -> Markup {
    let choices = CHOICES
        .map(|(word, access, detail)| Choice::new(word, access_label(access)).detail(html! { (detail) }));
    let word = CHOICES.iter().find(|(_, access, _)| *access == chosen).map_or("", |(word, ..)| *word);
    let field = Field::new("access", "Who can use this connection")
        .problem(problem_of(problems, "access"))
        .required();
    radio_group(&field, &choices, word)
}

/// The data-privacy text with the box below it.
pub(super) fn consent_field(problems: &[Problem<'_>], text: &ConsentText, ticked: bool) -> Markup {
    let field = Field::new("agreed", "I agree").problem(problem_of(problems, "agreed")).required();
    html! {
        fieldset.fields {
            legend { "Data privacy and consent" }
            (consent_text(text))
            (checkbox(&field, ticked))
        }
    }
}

/// The text for those who have agreed to it already.
pub(super) fn consent_agreed(text: &ConsentText) -> Markup {
    disclosure("Data privacy and consent, as agreed", &consent_text(text))
}

fn consent_text(text: &ConsentText) -> Markup {
    html! {
        (console::prose(&text.paragraphs))
        @if let Some(address) = &text.privacy_notice {
            p { a href=(address) target="_blank" rel="noopener" { "Privacy notice (opens a new tab)" } }
        }
    }
}
