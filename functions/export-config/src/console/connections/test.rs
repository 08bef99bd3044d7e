//! *Test connection*.

use axum::extract::{Path, State};
use configuration::{ContactCountsView, TestOutcome};
use console::number;

use super::connection_id;
use crate::app::App;
use crate::web::{ConsoleError, Notice, PostedForm, SeeOther, sentence};

/// `POST /connections/{id}/test`: one read call; its answer is the message on the connection's page.
pub(super) async fn run(
    State(app): State<App>,
    Path(id): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let id = connection_id(&id)?;
    let test = app.configuration().test_connection(&posted.person, &id).await?;
    let took = number(test.duration_ms);
    let said = match test.outcome {
        TestOutcome::Answered(counts) => {
            Notice::success(format!("Constant Contact answered in {took} ms. {}", told(&counts)))
        }
        TestOutcome::Failed { message, .. } => {
            Notice::error(format!("The test failed after {took} ms. {}", sentence(&message)))
        }
    };
    Ok(SeeOther::to(format!("/connections/{id}")).saying(said))
}

fn told(counts: &ContactCountsView) -> String {
    let known: Vec<_> = [
        ("contacts", counts.total),
        ("active", counts.active),
        ("pending", counts.pending),
        ("unsubscribed", counts.unsubscribed),
    ]
    .into_iter()
    .filter_map(|(word, count)| Some(format!("{} {word}", number(count?))))
    .collect();
    if known.is_empty() { String::new() } else { format!("The account has {}.", known.join(", ")) }
}
