//! The plain parts of a page: its heading, sections, descriptions.

use maud::{Markup, html};

use crate::field::field_id;
use crate::icon::{Icon, icon};

/// The heading of a page, a sentence about it, and what can be done on it.
#[must_use]
pub fn page_header(title: &str, description: Option<&Markup>, actions: Option<&Markup>) -> Markup {
    html! {
        div.page-header {
            div {
                h1 { (title) }
                @if let Some(description) = description { div.page-description { (description) } }
            }
            @if let Some(actions) = actions { div.button-row { (actions) } }
        }
    }
}

/// A section of a page with its own heading.
#[must_use]
pub fn card(title: &str, content: &Markup) -> Markup {
    html! { section.card { h2 { (title) } (content) } }
}

/// Paragraphs of running text, of a width that reads well.
#[must_use]
pub fn prose(paragraphs: &[&str]) -> Markup {
    html! { div.prose { @for paragraph in paragraphs { p { (paragraph) } } } }
}

/// Names with their values.
#[must_use]
pub fn description_list(entries: &[(&str, Markup)]) -> Markup {
    html! {
        dl.description {
            @for (name, value) in entries { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// Something that only some people want to see, behind its summary.
#[must_use]
pub fn disclosure(summary: &str, content: &Markup) -> Markup {
    html! { details.disclosure { summary { (icon(Icon::Right)) span { (summary) } } div.disclosed { (content) } } }
}

/// A text to take elsewhere, such as the address to register at Constant Contact. `name` makes its id. The script adds
/// a button that copies; without it the text can be selected.
#[must_use]
pub fn copy_field(name: &str, label: &str, value: &str) -> Markup {
    let id = field_id(name);
    html! {
        div.field {
            label for=(id) { (label) }
            div.copy {
                input.control type="text" id=(id) value=(value) readonly;
                button.button type="button" hidden data-copy=(id) {
                    (icon(Icon::Copy)) span { "Copy" span.visually-hidden { " " (label) } }
                }
            }
        }
    }
}
