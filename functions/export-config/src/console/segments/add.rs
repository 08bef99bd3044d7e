//! Adding a segment to an export.

use axum::extract::{Path, State};
use configuration::ConfigurationError;
use store::Tag;

use super::{segment_name, segment_path};
use crate::app::App;
use crate::console::exports::export_id;
use crate::web::{ConsoleError, Notice, PostedForm, SeeOther, sentence};

/// `POST /segments/{name}/exports`.
pub(super) async fn add(
    State(app): State<App>,
    Path(name): Path<String>,
    posted: PostedForm,
) -> Result<SeeOther, ConsoleError> {
    let PostedForm { person, fields } = posted;
    let name = segment_name(&name)?;
    let id = export_id(fields.text("export"))?;
    let version = Tag::new(fields.text(&format!("version-{id}")));
    let back = SeeOther::to(segment_path(name.as_str(), ""));
    match app.configuration().add_segment(&person, &id, &version, &name).await {
        Ok(saved) => {
            let mut text = format!("Added to {}. It was not run.", saved.export.value.standing.name);
            for hint in &saved.hints {
                text.push(' ');
                text.push_str(&hint.message);
            }
            Ok(back.saying(Notice::success(text)))
        }
        // The page that follows shows everything as it is now.
        Err(error @ ConfigurationError::Stale) => {
            Ok(back.saying(Notice::warning(sentence(&error.to_string()))))
        }
        Err(ConfigurationError::Invalid(problems)) => {
            let text: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            Ok(back.saying(Notice::error(text.join(" "))))
        }
        Err(error) => Err(error.into()),
    }
}
