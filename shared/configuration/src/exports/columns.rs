//! Whether the segments of a draft exist, and hold the columns that it maps.

use domain::identifier::SegmentName;
use domain::mapping::{DEFAULT_IDENTITY_COLUMN, Source};
use snapshots::Columns;

use super::draft::ExportDraft;
use super::examine::Hint;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::problems::FieldProblem;
use crate::segments::SegmentLook;

/// What was found out about the segments of a draft.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<FieldProblem>,
    pub(super) hints: Vec<Hint>,
    /// Members of all segments together, as far as they are counted; people in several count several times.
    pub(super) members: Option<u64>,
}

impl Findings {
    fn problem(&mut self, field: String, code: &'static str, message: String) {
        let problem = FieldProblem { field, code, message };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn hint(&mut self, field: impl Into<String>, code: &'static str, message: String) {
        let hint = Hint { field: field.into(), code, message };
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }
}

impl Configuration {
    /// Looks at the newest snapshot of each segment; each comes with its place in the draft.
    pub(super) async fn check_segments(
        &self,
        segments: &[(usize, SegmentName)],
        draft: &ExportDraft,
    ) -> Result<Findings, ConfigurationError> {
        let names = segments.iter().map(|(_, name)| name.clone()).collect();
        let looks = self.look_at_segments(names).await?;
        let named = NamedColumns::of(draft);
        let mut findings = Findings::default();
        let mut members = Some(0_u64);
        for ((place, name), look) in segments.iter().zip(&looks) {
            let field = format!("segments[{place}]");
            judge(&mut findings, field, name, look, &named);
            members = members.zip(look.members()).map(|(sum, members)| sum + members);
        }
        findings.members = members.filter(|_| !looks.is_empty());
        let limit = self.parts.settings.max_members;
        // A lower bound is enough to warn: the segments that are not counted yet only add to it.
        let counted: u64 = looks.iter().filter_map(SegmentLook::members).sum();
        if counted > limit {
            let message = format!(
                "The chosen segments have {counted} members, and an export may have at most {limit}: people who are \
                 in several segments count once, but above the limit runs are skipped. Choose smaller segments or \
                 split them over several exports."
            );
            findings.hint("segments", "too_many_members", message);
        }
        Ok(findings)
    }
}

fn judge(
    findings: &mut Findings,
    field: String,
    name: &SegmentName,
    look: &SegmentLook,
    named: &NamedColumns,
) {
    match look {
        SegmentLook::Missing => {
            let message = format!("There is no segment {name:?}; only segments can be exported. Choose one.");
            findings.problem(field, "not_found", message);
        }
        SegmentLook::NoSnapshot { uploading } => {
            let upload =
                if *uploading { "its first snapshot is still being uploaded" } else { "it has no snapshot" };
            let message = format!(
                "The columns of segment {name:?} cannot be checked yet: {upload}. Runs are skipped until there is one."
            );
            findings.hint(field, "no_snapshot", message);
        }
        SegmentLook::Unreadable { problem, .. } => {
            let message = format!("The newest snapshot of segment {name:?} cannot be read: {problem}");
            findings.hint(field, "unreadable", message);
        }
        SegmentLook::Found { columns, members, .. } => {
            if *members == Some(0) {
                let message =
                    format!("Segment {name:?} has no members at present: nothing will be sent for it.");
                findings.hint(field, "empty", message);
            }
            judge_columns(findings, name, columns, named);
        }
    }
}

fn judge_columns(findings: &mut Findings, segment: &SegmentName, columns: &Columns, named: &NamedColumns) {
    for (field, column) in &named.columns {
        if let Err(error) = columns.find(column) {
            let message = format!("In segment {segment:?}: {error}.");
            findings.problem(field.clone(), "column_not_found", message);
        }
    }
    if !named.identity && columns.find(DEFAULT_IDENTITY_COLUMN).is_err() {
        let message = format!(
            "Segment {segment:?} has no column {DEFAULT_IDENTITY_COLUMN:?}, so that people are told apart by their \
             addresses: when somebody's address changes, it looks as if one person had left and another had joined. \
             If another column identifies people, choose it."
        );
        findings.hint("identity_column", "no_identity", message);
    }
}

/// The columns that a draft names, each with its field.
struct NamedColumns {
    columns: Vec<(String, String)>,
    /// The identity column is among them.
    identity: bool,
}

impl NamedColumns {
    fn of(draft: &ExportDraft) -> Self {
        let identity = draft.identity_column.as_deref().unwrap_or_default();
        let first = [("email_column", draft.email_column.as_str()), ("identity_column", identity)];
        let first = first.into_iter().map(|(field, column)| (field.to_owned(), column));
        let attributes = draft.attributes.iter().enumerate();
        let mapped = attributes.filter_map(|(place, attribute)| match &attribute.source {
            Source::Column(column) => Some((format!("attributes[{place}].column"), column.as_str())),
            Source::Constant(_) => None,
        });
        let columns = first.chain(mapped).map(|(field, column)| (field, column.trim().to_owned()));
        let columns = columns.filter(|(_, column)| !column.is_empty()).collect();
        Self { columns, identity: !identity.trim().is_empty() }
    }
}
