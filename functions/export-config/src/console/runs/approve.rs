//! *Approve and run*: the plan that the safety brake stopped.

use axum::extract::{Path, State};
use engine::Started;

use super::{run_key, run_path};
use crate::app::App;
use crate::web::{ConsoleError, Notice, PostedForm, SeeOther};

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
