//! Whole pages with sample content, as the product might show them.

use console::{
    Button, ButtonKind, Confirmation, Crumb, EmptyState, Flash, Level, Problem, Section, Shell, SignedIn,
    button_row, card, confirmation, confirmation_link, empty_state, error_summary, link_button, notice, page,
    page_header, pager, post_button,
};
use maud::{Markup, html};

use crate::parts;

/// Every page with the name of its file.
pub(crate) fn all() -> Vec<(&'static str, Markup)> {
    vec![
        ("exports", exports()),
        ("nothing", nothing()),
        ("form", form()),
        ("schedule", schedule()),
        ("run", run()),
        ("connection", connection()),
        ("segment", segment()),
        ("remove", remove()),
        ("sign-in", sign_in()),
    ]
}

const ADMINISTRATOR: SignedIn<'_> =
    SignedIn { name: "Ada Example", role: "Administrator", administrator: true, csrf: "token" };
const VIEWER: SignedIn<'_> =
    SignedIn { name: "Vic Example", role: "Viewer", administrator: false, csrf: "token" };

/// The frame around a page of `section`, as `person` sees it.
fn shell<'a>(title: &'a str, section: Section, person: SignedIn<'a>) -> Shell<'a> {
    Shell { title, section: Some(section), person: Some(person), ..Shell::default() }
}

pub(crate) fn exports() -> Markup {
    let flashes = [Flash { level: Level::Success, text: "The export Autumn newsletter is saved.".into() }];
    let shell = Shell { flashes: &flashes, ..shell("Exports", Section::Exports, ADMINISTRATOR) };
    let actions = html! {
        (link_button(&Button::new("Add destination").kind(ButtonKind::Primary).icon(console::Icon::Plus), "/exports/new"))
        (post_button(&Button::new("Run all"), "/exports/run-all", "token"))
    };
    let description = html! { p { "What is sent from your segments to Constant Contact, and how it went." } };
    page(
        &shell,
        &html! {
            (page_header("Exports", Some(&description), Some(&actions)))
            (parts::filters())
            form method="post" action="/exports/schedules" {
                (console::csrf_field("token"))
                (parts::exports_table())
                (button_row(&html! { (console::button(&Button::new("Change the schedule of the chosen exports"))) }))
            }
            (pager(&console::Pager { about: "exports", shown: "1 to 4 of 29", previous: None, next: Some("?page=2") }))
        },
    )
}

pub(crate) fn nothing() -> Markup {
    let shell = shell("Exports", Section::Exports, VIEWER);
    page(
        &shell,
        &html! {
            (page_header("Exports", None, None))
            (empty_state(&EmptyState {
                title: "No exports yet",
                explanation: "An export sends the people of one or more segments to a list at Constant Contact. \
                    Ask an administrator to share a connection with you; then you can add the first one.",
                next_step: link_button(&Button::new("See the segments"), "/segments"),
            }))
        },
    )
}

pub(crate) fn form() -> Markup {
    let problems = [
        Problem {
            field: "list",
            message: "This account has no list with that id. Copy the id from the list's URL.",
        },
        Problem { field: "email_column", message: "Choose the column that holds the e-mail address." },
    ];
    let shell = Shell {
        breadcrumb: &[Crumb::new("Exports", "/exports")],
        ..shell("New export", Section::Exports, ADMINISTRATOR)
    };
    page(
        &shell,
        &html! {
            (page_header("New export", None, None))
            (error_summary(&problems))
            form method="post" action="/exports" {
                (console::csrf_field("token"))
                (card("Destination", &parts::destination_fields(&problems)))
                (card("Data matching", &parts::matching_fields(&problems)))
                (card("Segments", &parts::segment_fields()))
                (button_row(&html! {
                    (console::button(&Button::new("Save").kind(ButtonKind::Primary)))
                    (console::button(&Button::new("Save and run").sends("then", "run")))
                    (link_button(&Button::new("Cancel").kind(ButtonKind::Quiet), "/exports"))
                }))
            }
        },
    )
}

pub(crate) fn schedule() -> Markup {
    let shell = shell("Refresh schedule", Section::RefreshSchedule, ADMINISTRATOR);
    let description = html! { p { "When everything that follows the system refresh is exported." } };
    page(
        &shell,
        &html! {
            (page_header("Refresh schedule", Some(&description), None))
            (notice(Level::Warning, "Everything is paused", &html! { p { "No run starts by itself until somebody resumes." } }))
            form method="post" action="/schedule" {
                (console::csrf_field("token"))
                (card("System refresh", &parts::schedule_fields()))
                (button_row(&html! { (console::button(&Button::new("Save").kind(ButtonKind::Primary))) }))
            }
        },
    )
}

pub(crate) fn run() -> Markup {
    let flashes = [Flash {
        level: Level::Warning,
        text: "Only 1,204 requests are left today; this run goes on after the reset.".into(),
    }];
    let shell = Shell {
        flashes: &flashes,
        breadcrumb: &[Crumb::new("Exports", "/exports"), Crumb::new("Autumn newsletter", "/exports/1")],
        ..shell("Run of 22 Nov 2026", Section::Exports, ADMINISTRATOR)
    };
    let actions = html! {
        (confirmation_link(&Button::new("Cancel this run").kind(ButtonKind::Danger), "remove.html"))
    };
    page(
        &shell,
        &html! {
            (page_header("Autumn newsletter", Some(&parts::run_line()), Some(&actions)))
            (card("Progress", &parts::live_progress()))
            (card("Rows", &parts::counts()))
            (card("Latest runs", &parts::runs_chart()))
            (card("Details", &parts::run_details()))
        },
    )
}

pub(crate) fn connection() -> Markup {
    let shell = Shell {
        breadcrumb: &[Crumb::new("Connections", "/connections")],
        ..shell("Newsletter account", Section::Connections, ADMINISTRATOR)
    };
    let actions = html! {
        (post_button(&Button::new("Test connection"), "/connections/1/test", "token"))
        (confirmation_link(&Button::new("Remove").kind(ButtonKind::Danger), "remove.html"))
    };
    page(
        &shell,
        &html! {
            (page_header("Newsletter account", Some(&parts::connection_line()), Some(&actions)))
            (card("Connect", &parts::connect_steps()))
            (card("Application", &parts::application_details()))
            (card("Every state", &parts::states()))
        },
    )
}

pub(crate) fn segment() -> Markup {
    let shell = Shell {
        breadcrumb: &[Crumb::new("Segments", "/segments")],
        ..shell("Loyal customers", Section::Segments, VIEWER)
    };
    page(
        &shell,
        &html! {
            (page_header("Loyal customers", None, None))
            (card("Sample", &parts::sample_rows()))
            (card("Exports", &parts::no_exports()))
        },
    )
}

pub(crate) fn remove() -> Markup {
    let shell = Shell {
        breadcrumb: &[Crumb::new("Exports", "/exports")],
        ..shell("Remove Autumn newsletter", Section::Exports, ADMINISTRATOR)
    };
    page(
        &shell,
        &confirmation(&Confirmation {
            title: "Remove the export Autumn newsletter?",
            content: html! {
                p { "It does not run any more, and its history is deleted after 30 days." }
                p { "The 48,210 people on the list " strong { "Newsletter" } " stay at Constant Contact as they are." }
            },
            confirm: "Remove this export",
            danger: true,
            action: "/exports/1/remove",
            csrf: "token",
            carries: &[("version", "7")],
            cancel: "Cancel",
            cancel_href: "exports.html",
        }),
    )
}

pub(crate) fn sign_in() -> Markup {
    let flashes = [Flash {
        level: Level::Error,
        text: "Your account has none of the roles of this product. Ask an administrator.".into(),
    }];
    let shell = Shell { title: "Sign in", flashes: &flashes, ..Shell::default() };
    page(
        &shell,
        &html! {
            (page_header("Sign in", Some(&html! { p { "With your organisation's account." } }), None))
            (link_button(&Button::new("Sign in").kind(ButtonKind::Primary), "/sign-in"))
        },
    )
}
