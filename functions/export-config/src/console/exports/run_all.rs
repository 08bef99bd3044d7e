//! *Run all*: every export with an active schedule, after a question.

use axum::extract::State;
use configuration::{ExportName, RunAll};
use console::{Confirmation, Level, Section, confirmation, notice};
use maud::{Markup, html};

use super::form::summary::PRICE_TIER;
use super::run::REQUEST;
use crate::app::App;
use crate::web::{ConsoleError, ConsolePerson, Notice, Page, PostedForm, SeeOther};

/// `GET /exports/run-all`.
pub(super) async fn ask(State(app): State<App>, person: ConsolePerson) -> Result<Page, ConsoleError> {
    let first = app.configuration().first_runs_of_all(&person).await?;
    let content = confirmation(&Confirmation {
        title: "Run all exports?",
        content: html! {
            p { "Every export that you may edit and whose schedule is switched on runs now. Exports whose schedule is off are left "
                "out; run them one by one." }
            p { "Only new and changed people are sent." }
            @if !first.is_empty() { (first_runs(&first)) }
        },
        confirm: "Run all",
        danger: false,
        action: "/exports/run-all",
        csrf: person.csrf(),
        carries: &[(REQUEST, &app.now().as_nanosecond().to_string())],
        cancel: "Cancel",
        cancel_href: "/exports",
    });
    Ok(Page::new("Run all", content).section(Section::Exports).below("Exports", "/exports"))
}

/// What runs for the first time may mean for the price. They may have an account each, so that how many contacts it has
/// is for the question of each.
fn first_runs(exports: &[ExportName]) -> Markup {
    notice(
        Level::Warning,
        "These exports have never run",
        &html! {
            ul { @for export in exports { li { a href={ "/exports/" (export.id) "/run" } { (export.name) } } } }
            p {
                "Everybody in their segments may be new to the account. " (PRICE_TIER)
                " How many contacts it has is shown where you run one of them by itself."
            }
        },
    )
}

/// `POST /exports/run-all`.
pub(super) async fn confirmed(State(app): State<App>, posted: PostedForm) -> Result<SeeOther, ConsoleError> {
    let request = posted.fields.filled(REQUEST);
    let result = app.configuration().run_all(&posted.person, request).await?;
    Ok(SeeOther::to("/exports").saying(told(&result)))
}

fn told(result: &RunAll) -> Notice {
    let started = match result.started.len() {
        0 => "No export was started.".to_owned(),
        1 => "1 export runs now.".to_owned(),
        count => format!("{count} exports run now."),
    };
    if result.left_out.is_empty() {
        return if result.started.is_empty() {
            Notice::information(format!("{started} None of them has a schedule that is switched on."))
        } else {
            Notice::success(started)
        };
    }
    let reasons: Vec<_> =
        result.left_out.iter().map(|left| format!("{}: {}", left.export.name, left.message)).collect();
    Notice::warning(format!("{started} Left out: {}", reasons.join(" ")))
}
