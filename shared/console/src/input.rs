//! Fields with one control: text, several lines of text, a selection.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::field::Field;

/// What kind of text is asked for; browsers offer a fitting keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputKind {
    /// Any text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
    /// A secret; never filled in again by the server.
    Password,
    /// A whole number.
    Number,
    /// A time of day.
    Time,
    /// A local date and time.
    DateTime,
}

impl InputKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Number => "text",
            Self::Email => "email",
            Self::Url => "url",
            Self::Password => "password",
            Self::Time => "time",
            Self::DateTime => "datetime-local",
        }
    }

    /// Numbers are text with a keyboard of digits: the number input of browsers changes them by accident when a mouse
    /// wheel turns, and swallows what it cannot read.
    const fn keyboard(self) -> Option<&'static str> {
        match self {
            Self::Number => Some("numeric"),
            _ => None,
        }
    }
}

/// A line of text.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextInput<'a> {
    /// What kind of text.
    pub kind: InputKind,
    /// What is in it; ignored for secrets.
    pub value: &'a str,
    /// The greatest length in UTF-16 units, as browsers count.
    pub max_length: Option<u32>,
    /// What a browser may fill in by itself (`autocomplete`); off by default.
    pub autocomplete: Option<&'a str>,
    /// Whether a short value is expected, so that the control is narrow.
    pub short: bool,
}

impl<'a> TextInput<'a> {
    /// Any text, with this in it.
    #[must_use]
    pub const fn new(value: &'a str) -> Self {
        Self { kind: InputKind::Text, value, max_length: None, autocomplete: None, short: false }
    }
}

/// A field for one line.
#[must_use]
pub fn text_input(field: &Field<'_>, input: &TextInput<'_>) -> Markup {
    field.around(&html! {
        input.control.short[input.short] type=(input.kind.name()) id=(field.control_id()) name=(field.name)
            value=[(input.kind != InputKind::Password).then_some(input.value)]
            inputmode=[input.kind.keyboard()] maxlength=[input.max_length]
            autocomplete=(input.autocomplete.unwrap_or("off")) required[field.required]
            aria-describedby=[field.described_by()] aria-invalid=[field.invalid()];
    })
}

/// A field for several lines.
#[must_use]
pub fn text_area(field: &Field<'_>, value: &str, rows: u8) -> Markup {
    field.around(&html! {
        textarea.control id=(field.control_id()) name=(field.name) rows=(rows) required[field.required]
            aria-describedby=[field.described_by()] aria-invalid=[field.invalid()] {
            // The parser drops one line break at the start; without this one, the person's own would be lost.
            "\n" (value)
        }
    })
}

/// One entry of a selection.
#[derive(Debug, Clone)]
pub struct SelectOption<'a> {
    /// What the form sends; empty for *nothing chosen*.
    pub value: Cow<'a, str>,
    /// What people read.
    pub label: Cow<'a, str>,
}

impl<'a> SelectOption<'a> {
    /// An entry.
    pub fn new(value: impl Into<Cow<'a, str>>, label: impl Into<Cow<'a, str>>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A field that offers a selection; the entry whose value is `selected` is chosen, otherwise the first one.
#[must_use]
pub fn select(field: &Field<'_>, options: &[SelectOption<'_>], selected: &str) -> Markup {
    field.around(&select_control(field, &select_options(options, selected), None))
}

pub(crate) fn select_options(options: &[SelectOption<'_>], selected: &str) -> Markup {
    html! {
        @for option in options {
            option value=(option.value) selected[option.value == selected] { (option.label) }
        }
    }
}

pub(crate) fn select_control(field: &Field<'_>, options: &Markup, script_mark: Option<&str>) -> Markup {
    html! {
        select.control id=(field.control_id()) name=(field.name) required[field.required]
            aria-describedby=[field.described_by()] aria-invalid=[field.invalid()] data-fill=[script_mark] { (options) }
    }
}
