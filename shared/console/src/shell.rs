//! The frame of every page: head, header, navigation, messages, footer.

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, html};

use crate::assets::KNOWN;
use crate::button::{Button, ButtonKind, button};
use crate::field::csrf_field;
use crate::icon::{Icon, icon};
use crate::message::{Level, level_icon};

/// The product's name, as people see it.
pub const PRODUCT_NAME: &str = "Segment Export";

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Data > Segments, `/segments`.
    Segments,
    /// Data > Exports, `/exports`.
    Exports,
    /// Admin > Connections, `/connections`.
    Connections,
    /// Admin > Refresh schedule, `/schedule`.
    RefreshSchedule,
    /// Admin > Audit log, `/audit`.
    AuditLog,
}

impl Section {
    const DATA: [Self; 2] = [Self::Segments, Self::Exports];
    const ADMIN: [Self; 3] = [Self::Connections, Self::RefreshSchedule, Self::AuditLog];

    const fn entry(self) -> (&'static str, &'static str, Icon) {
        match self {
            Self::Segments => ("Segments", "/segments", Icon::Segments),
            Self::Exports => ("Exports", "/exports", Icon::Exports),
            Self::Connections => ("Connections", "/connections", Icon::Link),
            Self::RefreshSchedule => ("Refresh schedule", "/schedule", Icon::Schedule),
            Self::AuditLog => ("Audit log", "/audit", Icon::AuditLog),
        }
    }
}

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone, Copy)]
pub struct SignedIn<'a> {
    /// The person's name.
    pub name: &'a str,
    /// The role in words, *Administrator*.
    pub role: &'a str,
    /// Whether the entries under Admin are shown. Showing them permits nothing: every page checks for itself.
    pub administrator: bool,
    /// The token that the sign-out form carries.
    pub csrf: &'a str,
}

/// A place above the current page.
#[derive(Debug, Clone)]
pub struct Crumb<'a> {
    /// Its name.
    pub label: Cow<'a, str>,
    /// Its address.
    pub href: Cow<'a, str>,
}

impl<'a> Crumb<'a> {
    /// A place with its address on this origin.
    pub fn new(label: impl Into<Cow<'a, str>>, href: impl Into<Cow<'a, str>>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// What the last action led to, shown once above the page.
#[derive(Debug, Clone)]
pub struct Flash<'a> {
    /// How it ended.
    pub level: Level,
    /// In one or two sentences.
    pub text: Cow<'a, str>,
}

/// Everything of a page that is not its content.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shell<'a> {
    /// What the page is about; the window's title begins with it, and the breadcrumb ends with it. The page's heading
    /// is part of the content ([`crate::page_header`]).
    pub title: &'a str,
    /// The entry of the navigation that the page belongs to.
    pub section: Option<Section>,
    /// Who is signed in; without anybody there is no navigation.
    pub person: Option<SignedIn<'a>>,
    /// What to say about the last action.
    pub flashes: &'a [Flash<'a>],
    /// The places above this page, the highest first; without any there is no breadcrumb.
    pub breadcrumb: &'a [Crumb<'a>],
}

/// A whole page. Send it with [`crate::page_headers`].
#[must_use]
pub fn page(shell: &Shell<'_>, content: &Markup) -> Markup {
    let failed = shell.flashes.iter().any(|flash| flash.level == Level::Error);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { @if failed { "Error: " } (shell.title) " · " (PRODUCT_NAME) }
                link rel="stylesheet" href=(KNOWN.stylesheet());
                link rel="icon" type="image/svg+xml" href=(KNOWN.symbol());
                script src=(KNOWN.script()) defer {}
            }
            body.signed-out[shell.person.is_none()] {
                a.skip-link href="#main" { "Skip to the content" }
                (header(shell))
                @if let Some(person) = &shell.person { (navigation(shell.section, person.administrator)) }
                main #main tabindex="-1" {
                    (breadcrumb(shell))
                    (flashes(shell.flashes))
                    (content)
                }
                footer.page-footer {
                    p { (PRODUCT_NAME) }
                    p data-zone { "Times are in UTC." }
                }
                // Outside everything that is replaced, so that screen readers keep listening to it.
                p.visually-hidden #announcements role="status" aria-live="polite" {}
            }
        }
    }
}

fn header(shell: &Shell<'_>) -> Markup {
    html! {
        header.page-top {
            a.brand href="/" {
                (symbol())
                span { (PRODUCT_NAME) }
            }
            @if let Some(person) = &shell.person {
                div.person {
                    p {
                        span.visually-hidden { "Signed in as " }
                        span.person-name { (person.name) }
                        " "
                        span.person-role { (person.role) }
                    }
                    form method="post" action="/sign-out" {
                        (csrf_field(person.csrf))
                        (button(&Button::new("Sign out").kind(ButtonKind::Quiet)))
                    }
                }
            }
        }
    }
}

/// The same drawing as `assets/symbol.svg`, in the page so that it takes the page's colours.
fn symbol() -> Markup {
    html! {
        svg.symbol viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false" {
            rect width="32" height="32" rx="8" {}
            path d="M8 10h6.5M8 16h10M8 22h6.5" {}
            path d="M18.5 9.5L25 16l-6.5 6.5" {}
        }
    }
}

fn navigation(current: Option<Section>, administrator: bool) -> Markup {
    html! {
        nav.sections aria-label="Main" {
            (section_group("Data", &Section::DATA, current))
            @if administrator { (section_group("Admin", &Section::ADMIN, current)) }
        }
    }
}

fn section_group(name: &str, sections: &[Section], current: Option<Section>) -> Markup {
    let id = format!("sections-{}", name.to_lowercase());
    html! {
        div.section-group {
            p.section-group-name id=(id) { (name) }
            ul aria-labelledby=(id) {
                @for &section in sections {
                    @let (label, href, picture) = section.entry();
                    li {
                        a href=(href) aria-current=[(current == Some(section)).then_some("page")] {
                            (icon(picture)) span { (label) }
                        }
                    }
                }
            }
        }
    }
}

fn breadcrumb(shell: &Shell<'_>) -> Markup {
    html! {
        @if !shell.breadcrumb.is_empty() {
            nav.breadcrumb aria-label="Breadcrumb" {
                ol {
                    @for crumb in shell.breadcrumb {
                        li { a href=(crumb.href) { (crumb.label) } }
                    }
                    li { span aria-current="page" { (shell.title) } }
                }
            }
        }
    }
}

fn flashes(flashes: &[Flash<'_>]) -> Markup {
    html! {
        @for flash in flashes {
            div.notice.(flash.level.class()) role=(if flash.level == Level::Error { "alert" } else { "status" }) data-flash {
                (icon(level_icon(flash.level)))
                p {
                    span.visually-hidden { (flash.level.word()) ": " }
                    (flash.text)
                }
            }
        }
    }
}
