//! Canceling a run, after a question.

use axum::extract::{Path, State};
use configuration::{CanceledRun, ConfigurationError};
use console::{Confirmation, confirmation};
use maud::html;

use super::{run_key, run_path};
use crate::app::App;
use crate::console::exports::page_of;
use crate::web::{ConsoleError, ConsolePerson, Notice, Page, PostedForm, SeeOther};

/// `GET /exports/{id}/runs/{run}/cancel`.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Page, ConsoleError> {
    let run = app.configuration().run(&person, &run_key(&export, &run)?).await?;
    if !run.you_may.cancel {
        let what = "this run cannot be canceled (any more)";
        return Err(ConfigurationError::NothingToDo { what }.into());
    }
    let here = run_path(&run.key);
    let content = confirmation(&Confirmation {
        title: "Cancel this run?",
        content: html! {
            p { "Nothing more is sent. What Constant Contact has accepted already cannot be taken back: the run is cancelling until "
                "that is settled, then canceled." }
            p { "The next run sends only what is missing." }
            @if run.run_follows {
                p { "Another run was asked for and begins afterwards. If it should not, cancel it, too, on the page of the export." }
            }
        },
        confirm: "Cancel this run",
        danger: true,
        action: &format!("{here}/cancel"),
        csrf: person.csrf(),
        carries: &[],
        cancel: "Keep it running",
        cancel_href: &here,
    });
    Ok(page_of("Cancel run", &run.export.id, &run.export.name, content))
}

/// `POST /exports/{id}/runs/{run}/cancel`.
pub(super) async fn confirmed(
    State(app): State<App>,
    Path((export, run)): Path<(String, String)>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let key = run_key(&export, &run)?;
    let back = SeeOther::to(run_path(&key));
    match app.configuration().cancel_run(&posted.person, &key).await {
        Ok(CanceledRun::Canceling) => Ok(back.saying(Notice::success("The run is being canceled."))),
        Ok(CanceledRun::TakenBack) => Ok(SeeOther::to(format!("/exports/{}", key.export))
            .saying(Notice::success("The run that was to follow was canceled."))),
        // It ended while the question was open; its page says how.
        Err(error @ ConfigurationError::NothingToDo { .. }) => {
            Ok(back.saying(Notice::information(crate::web::sentence(&error.to_string()))))
        }
        Err(error) => Err(error.into()),
    }
}
