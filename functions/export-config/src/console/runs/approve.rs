//! *Approve and run*: the plan that the safety brake stopped, after a question.

use axum::extract::{Path, State};
use configuration::{ConfigurationError, ExportDetails, RunItem};
use console::{Confirmation, confirmation, description_list};
use engine::Started;
use futures_util::future;
use maud::{Markup, html};

use super::{run_key, run_path};
use crate::app::App;
use crate::console::exports::{AccountCounts, account, instead_of_running, page_of, require_edit};
use crate::web::{ConsoleError, ConsolePerson, Notice, Page, PostedForm, SeeOther};

/// `GET /exports/{id}/runs/{run}/approve`: the question.
pub(super) async fn ask(
    State(app): State<App>,
    person: ConsolePerson,
    Path((export, run)): Path<(String, String)>,
) -> Result<Page, ConsoleError> {
    let key = run_key(&export, &run)?;
    let configuration = app.configuration();
    let (run, export) =
        future::try_join(configuration.run(&person, &key), configuration.export(&person, &key.export))
            .await?;
    let export = export.value;
    require_edit(&person, export.standing.your_permissions)?;
    let Some(braked) = run.ended.filter(|ended| ended.may_approve) else {
        let what = "this run has no plan that could be approved (any more)";
        return Err(ConfigurationError::NothingToDo { what }.into());
    };
    let Some(connection) = export.draft.connection.clone() else {
        return Err(ConfigurationError::NoConnection.into());
    };
    if export.needs_reauthentication {
        return Ok(instead_of_running(&person, &export));
    }
    let counts = AccountCounts::of(&configuration.contact_counts(&person, &connection).await);
    let here = run_path(&key);
    let content = confirmation(&Confirmation {
        title: &format!("Approve and run {}?", export.standing.name),
        content: question(&export, &braked, &counts),
        confirm: "Approve and run",
        danger: false,
        action: &format!("{here}/approve"),
        csrf: person.csrf(),
        carries: &[],
        cancel: "Cancel",
        cancel_href: &here,
    });
    Ok(page_of("Approve and run", &key.export, &export.standing.name, content))
}

fn question(export: &ExportDetails, braked: &RunItem, counts: &AccountCounts) -> Markup {
    // The plan was settled as one of which nothing was sent.
    let planned = braked.counts.unsent;
    html! {
        p { (braked.sentence) }
        p { "Exactly this plan is sent, or nothing." }
        (description_list(&[
            ("List", html! { (export.list_name) }),
            ("Connection", html! { (export.standing.connection.label()) }),
        ]))
        @if planned > 0 { (account(Some(planned), counts)) }
    }
}

/// `POST /exports/{id}/runs/{run}/approve`.
pub(super) async fn approve(
    State(app): State<App>,
    Path((export, run)): Path<(String, String)>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let key = run_key(&export, &run)?;
    let started = app.configuration().approve_run(&posted.person, &key).await?;
    let said = match &started {
        Started::Known(_) => Notice::information("This plan was approved before; this is its run."),
        _ => Notice::success("Approved. Exactly this plan runs now."),
    };
    Ok(SeeOther::to(run_path(started.active())).saying(said))
}
