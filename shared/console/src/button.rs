//! Buttons, and links that look like them.

use maud::{Markup, html};

use crate::field::csrf_field;
use crate::icon::{Icon, icon};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one thing that most people came for; at most one in a form.
    Primary,
    /// Anything else.
    #[default]
    Secondary,
    /// Destroys or stops something.
    Danger,
    /// Beside other content, without a frame.
    Quiet,
}

/// A button or a link that looks like one.
#[derive(Debug, Clone, Copy)]
pub struct Button<'a> {
    label: &'a str,
    about: Option<&'a str>,
    kind: ButtonKind,
    icon: Option<Icon>,
    name_and_value: Option<(&'a str, &'a str)>,
    action: Option<&'a str>,
    skips_validation: bool,
}

impl<'a> Button<'a> {
    /// A secondary button with this label.
    #[must_use]
    pub const fn new(label: &'a str) -> Self {
        Self {
            label,
            about: None,
            kind: ButtonKind::Secondary,
            icon: None,
            name_and_value: None,
            action: None,
            skips_validation: false,
        }
    }

    /// What it is about, for people who hear the button without its row: *Run* becomes *Run Newsletter*.
    #[must_use]
    pub const fn about(mut self, about: &'a str) -> Self {
        self.about = Some(about);
        self
    }

    /// How much it asks for attention.
    #[must_use]
    pub const fn kind(mut self, kind: ButtonKind) -> Self {
        self.kind = kind;
        self
    }

    /// A picture before the label.
    #[must_use]
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// What the form carries when it was sent with this button.
    #[must_use]
    pub const fn sends(mut self, name: &'a str, value: &'a str) -> Self {
        self.name_and_value = Some((name, value));
        self
    }

    /// Another address for the form than its own: usually the same with a fragment, so that the browser shows the part of
    /// the page again that the button stands in.
    #[must_use]
    pub const fn action(mut self, action: &'a str) -> Self {
        self.action = Some(action);
        self
    }

    /// For a button that does not finish the form, such as *Add attribute*: the browser does not insist on required
    /// fields first.
    #[must_use]
    pub const fn skips_validation(mut self) -> Self {
        self.skips_validation = true;
        self
    }

    fn class(&self) -> &'static str {
        match self.kind {
            ButtonKind::Primary => "button primary",
            ButtonKind::Secondary => "button",
            ButtonKind::Danger => "button danger",
            ButtonKind::Quiet => "button quiet",
        }
    }

    pub(crate) fn as_link(&self, href: &str, opens_dialog: bool) -> Markup {
        html! { a class=(self.class()) href=(href) data-dialog[opens_dialog] { (self.content()) } }
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some(picture) = self.icon { (icon(picture)) }
            span {
                (self.label)
                @if let Some(about) = self.about { span.visually-hidden { " " (about) } }
            }
        }
    }
}

/// A button that sends the form it stands in.
#[must_use]
pub fn button(button: &Button<'_>) -> Markup {
    html! {
        button class=(button.class()) type="submit"
            name=[button.name_and_value.map(|(name, _)| name)]
            value=[button.name_and_value.map(|(_, value)| value)]
            formaction=[button.action]
            formnovalidate[button.skips_validation] { (button.content()) }
    }
}

/// A link that looks like a button. It must lead somewhere and change nothing.
#[must_use]
pub fn link_button(button: &Button<'_>, href: &str) -> Markup {
    button.as_link(href, false)
}

/// A button that is a form by itself and posts to `action`; for an action that needs nothing but its address.
#[must_use]
pub fn post_button(sends: &Button<'_>, action: &str, csrf: &str) -> Markup {
    html! { form.post-button method="post" action=(action) { (csrf_field(csrf)) (button(sends)) } }
}

/// Several buttons beside each other, the most important one first.
#[must_use]
pub fn button_row(buttons: &Markup) -> Markup {
    html! { div.button-row { (buttons) } }
}
