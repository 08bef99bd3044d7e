//! *Run*: what a run will do and to which list, then the run.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery, State};
use configuration::{ConfigurationError, DraftReview, ExportDetails};
use console::{Confirmation, Level, confirmation, notice};
use engine::Started;
use futures_util::future;
use maud::{Markup, html};
use planner::RunKind;

use super::form::summary::{AccountCounts, account, destination};
use super::{export_id, page_of, reauthentication, require_edit};
use crate::app::App;
use crate::console::runs::run_path;
use crate::web::{ConsoleError, ConsolePerson, FormFields, Notice, Page, PostedForm, SeeOther};

/// Names a request, so that the same form sent twice makes one run.
pub(super) const REQUEST: &str = "request";

/// `GET /exports/{id}/run?kind=full|retry`: the question.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, ConsoleError> {
    let id = export_id(&id)?;
    let word = word_of(FormFields::parse(query.unwrap_or_default().as_bytes()).text("kind"));
    let configuration = app.configuration();
    let review = configuration.review_saved_export(&person, &id);
    let (export, review) = future::join(configuration.export(&person, &id), review).await;
    let export = export?.value;
    require_edit(&person, export.standing.your_permissions)?;
    let Some(connection) = export.draft.connection.clone() else {
        return Err(ConfigurationError::NoConnection.into());
    };
    if export.needs_reauthentication || matches!(review, Err(ConfigurationError::NeedsReauthentication)) {
        let export = ExportDetails { needs_reauthentication: true, ..export };
        return Ok(reauthentication::instead_of_running(&person, &export));
    }
    let counts = match &review {
        Ok(review) if may_add_many(review, &export) => {
            Some(AccountCounts::of(&configuration.contact_counts(&person, &connection).await))
        }
        _ => None,
    };
    let request = app.now().as_nanosecond().to_string();
    let here = format!("/exports/{id}");
    let content = confirmation(&Confirmation {
        title: &format!("{} {}?", title(word), export.standing.name),
        content: question(word, &review, counts.as_ref()),
        confirm: title(word),
        danger: false,
        action: &format!("{here}/runs"),
        csrf: person.csrf(),
        carries: &[("kind", word), (REQUEST, &request)],
        cancel: "Cancel",
        cancel_href: &here,
    });
    Ok(page_of(title(word), &id, &export.standing.name, content))
}

/// Before the first run, when the segments have grown by over 5 % since the latest one, and when the latest one says
/// nothing of this one.
fn may_add_many(review: &DraftReview, export: &ExportDetails) -> bool {
    let Some(latest) = &export.latest else { return true };
    // Other people may be just as many, and those of another connection are new to another account. What it was that
    // somebody changed, the run does not tell.
    let used: BTreeSet<&str> = latest.snapshots.iter().map(|used| used.segment.as_str()).collect();
    let segments: BTreeSet<&str> = export.draft.segments.iter().map(String::as_str).collect();
    if used != segments || export.standing.updated_at > latest.created_at {
        return true;
    }
    // Rows with rows: which of them are people is known only after a run has read them. Rows that it read and did not send
    // are in no account yet.
    let before = latest.counts.read.saturating_sub(latest.counts.unsent);
    review.members.is_some_and(|rows| rows.saturating_mul(20) > before.saturating_mul(21))
}

fn question(
    word: &str,
    review: &Result<DraftReview, ConfigurationError>,
    counts: Option<&AccountCounts>,
) -> Markup {
    html! {
        p { (explanation(word)) }
        @match review {
            Ok(review) => {
                (destination(review))
                @if let Some(counts) = counts { (account(review.members, counts)) }
                @if !review.problems.is_empty() {
                    (notice(Level::Warning, "This may keep the run from sending", &html! {
                        ul { @for problem in &review.problems { li { (problem.message) } } }
                    }))
                }
            }
            Err(error) => (notice(Level::Warning, "Constant Contact could not be asked about the list", &html! {
                p { (crate::web::sentence(&error.to_string())) }
            })),
        }
    }
}

/// `POST /exports/{id}/runs`.
pub(super) async fn start(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let kind = match word_of(fields.text("kind")) {
        "full" => RunKind::Full,
        "retry" => RunKind::RetryFailed,
        _ => RunKind::Changes,
    };
    let request = fields.filled(REQUEST);
    let started = app.configuration().run_export(&person, &export_id(&id)?, kind, request).await?;
    Ok(see(&started))
}

/// On to the page of a run that was asked for.
pub(super) fn see(started: &Started) -> SeeOther {
    let said = match started {
        Started::Created(_) => Notice::success("The run was started."),
        Started::Joined(_) => {
            Notice::information("A run was about to begin already; it does what you asked for, too.")
        }
        Started::Follows { .. } => {
            Notice::information("This run is under way. Another one follows it as soon as it has ended.")
        }
        Started::Known(_) => Notice::information("This run was started before."),
    };
    SeeOther::to(run_path(started.active())).saying(said)
}

/// Only the words that are known.
fn word_of(text: &str) -> &'static str {
    match text {
        "full" => "full",
        "retry" => "retry",
        _ => "changes",
    }
}

fn title(word: &str) -> &'static str {
    match word {
        "full" => "Full run",
        "retry" => "Retry failed",
        _ => "Run",
    }
}

fn explanation(word: &str) -> &'static str {
    match word {
        "full" => "Everybody in the segments is sent again, whether changed or not.",
        "retry" => {
            "Only what is missing is sent: new and changed people, and rows that were rejected or not sent before."
        }
        _ => "New and changed people are sent.",
    }
}
