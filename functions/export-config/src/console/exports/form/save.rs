//! *Save*, and the second half of *Save and run*.

use axum::response::{IntoResponse, Response};
use configuration::{ConfigurationError, Hint, SavedExport};
use planner::RunKind;
use store::Tag;

use super::entered::Entered;
use super::page::{Form, Subject};
use crate::app::App;
use crate::console::exports::run;
use crate::web::{ConsoleError, ConsolePerson, FormFailure, Notice, SeeOther, sentence};

/// Saves what was entered, then runs it if `runs`; shows the form again when it cannot be saved.
pub(super) async fn save(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    entered: Entered,
    runs: bool,
) -> Result<Response, ConsoleError> {
    let (configuration, draft) = (app.configuration(), entered.draft());
    let request = Some(entered.request.clone()).filter(|request| !request.is_empty());
    let saved = match &subject {
        Subject::New => configuration.create_export(person, &draft, request.as_deref()).await,
        Subject::Existing { id, .. } => {
            configuration.update_export(person, id, &Tag::new(entered.version.as_str()), &draft).await
        }
    };
    match saved {
        Ok(saved) if runs => Ok(started(app, person, &saved, request.as_deref()).await.into_response()),
        Ok(saved) => {
            let path = format!("/exports/{}", saved.export.value.standing.id);
            Ok(SeeOther::to(path).saying(told("Saved. It was not run.", &saved.hints)).into_response())
        }
        Err(error @ ConfigurationError::Stale) => stale(app, person, subject, entered, error).await,
        Err(error) if was_saved(&error) => another(app, person, subject, entered, error).await,
        Err(error) => refused(app, person, subject, entered, error).await,
    }
}

/// The form again, with all that is wrong.
pub(super) async fn refused(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    entered: Entered,
    error: ConfigurationError,
) -> Result<Response, ConsoleError> {
    let failure = FormFailure::of(error)?;
    Ok(Form::load(app, person, subject, entered).await?.page(&failure).into_response())
}

/// Whether the form has made an export before, which is not what it would make now, or not there any more.
fn was_saved(error: &ConfigurationError) -> bool {
    match error {
        ConfigurationError::NothingToDo { .. } => true,
        ConfigurationError::Invalid(problems) => {
            problems.iter().any(|problem| problem.field == "idempotency_key" && problem.code == "used")
        }
        _ => false,
    }
}

/// The form again, to be saved as another export.
async fn another(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    entered: Entered,
    error: ConfigurationError,
) -> Result<Response, ConsoleError> {
    let entered = Entered { request: request_key(app), ..entered };
    let mut failure = FormFailure::none();
    match error {
        ConfigurationError::Invalid(problems) => {
            for problem in problems {
                failure.add("", problem.message);
            }
        }
        error => failure.add("", sentence(&error.to_string())),
    }
    Ok(Form::load(app, person, subject, entered).await?.page(&failure).into_response())
}

/// A name for what a form asks for, so that the same form sent twice asks once. Each person has names of their own.
pub(super) fn request_key(app: &App) -> String {
    app.now().as_nanosecond().to_string()
}

/// The form again with what was entered, beside what somebody else has saved meanwhile. Saving once more replaces that.
async fn stale(
    app: &App,
    person: &ConsolePerson,
    subject: Subject,
    entered: Entered,
    error: ConfigurationError,
) -> Result<Response, ConsoleError> {
    let Subject::Existing { id, .. } = &subject else { return Err(error.into()) };
    let stored = app.configuration().export(person, id).await?;
    let entered = Entered { version: stored.tag.to_string(), ..entered };
    let status = FormFailure::of(error)?.status;
    let mut failure = FormFailure::none();
    // What the error itself advises, to load the form again, would throw away what was entered.
    failure.add(
        "",
        "Somebody else has saved this export meanwhile, so yours was not saved. Compare the two first.",
    );
    failure.status = status;
    let form = Form::load(app, person, subject, entered).await?.beside(stored.value);
    Ok(form.page(&failure).into_response())
}

async fn started(app: &App, person: &ConsolePerson, saved: &SavedExport, request: Option<&str>) -> SeeOther {
    let id = &saved.export.value.standing.id;
    match app.configuration().run_export(person, id, RunKind::Changes, request).await {
        Ok(started) => run::see(&started),
        // It is saved whatever comes of the run.
        Err(error) => {
            let text = format!("Saved, but it was not run: {}", sentence(&error.to_string()));
            SeeOther::to(format!("/exports/{id}")).saying(Notice::warning(text))
        }
    }
}

fn told(text: &str, hints: &[Hint]) -> Notice {
    if hints.is_empty() {
        return Notice::success(text);
    }
    let hints: Vec<&str> = hints.iter().map(|hint| hint.message.as_str()).collect();
    Notice::warning(format!("{text} {}", hints.join(" ")))
}
