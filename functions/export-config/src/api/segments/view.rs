//! Segments as the API shows them.

use ::configuration::{
    ExportOfSegment, ExportsBySegment, MappingProposal, SegmentDetails, SegmentItem, SegmentSample,
    SnapshotName,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::connections::NamedExport;
use super::super::exports::UnreadableExport;
use super::super::words::Permission;

/// A segment in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct SegmentRow {
    name: String,
    /// Members of the newest snapshot; `null` without one, and while they are being counted.
    members: Option<u64>,
    snapshot: Option<NewestSnapshot>,
    /// It alone has more members than an export may have.
    too_large: bool,
    /// What is worth knowing before it is chosen.
    note: Option<String>,
}

/// A segment's newest complete snapshot.
#[derive(Serialize, ToSchema)]
struct NewestSnapshot {
    name: String,
    last_modified: Timestamp,
}

/// All of a segment.
#[derive(Serialize, ToSchema)]
pub(super) struct Segment {
    segment: SegmentRow,
    /// The columns of the newest snapshot, in order.
    columns: Vec<String>,
    /// A mapping proposed from their names.
    proposal: Proposal,
    /// The first rows, with a value for every column; `null` for who may not see rows of people.
    sample: Option<Vec<Vec<String>>>,
}

/// A mapping proposed from the names of columns.
#[derive(Serialize, ToSchema)]
struct Proposal {
    email_column: Option<String>,
    /// Where it is not `CustomerId`.
    identity_column: Option<String>,
    attributes: Vec<ProposedAttribute>,
}

/// A field and the column that most likely holds it.
#[derive(Serialize, ToSchema)]
struct ProposedAttribute {
    field: String,
    column: String,
}

/// All exports, by whether they contain a segment.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportsOfSegment {
    containing: Vec<ExportBesideSegment>,
    others: Vec<ExportBesideSegment>,
    /// Of these it cannot be told.
    unreadable: Vec<UnreadableExport>,
}

/// An export beside a segment.
#[derive(Serialize, ToSchema)]
struct ExportBesideSegment {
    export: NamedExport,
    your_permissions: Permission,
    /// Its version, to be named in `If-Match` when the segment is added.
    version: String,
}

impl From<SegmentItem> for SegmentRow {
    fn from(item: SegmentItem) -> Self {
        Self {
            name: item.name.into(),
            members: item.members,
            snapshot: item.snapshot.map(Into::into),
            too_large: item.too_large,
            note: item.note,
        }
    }
}

impl From<SnapshotName> for NewestSnapshot {
    fn from(snapshot: SnapshotName) -> Self {
        Self { name: snapshot.name, last_modified: snapshot.last_modified }
    }
}

impl From<SegmentDetails> for Segment {
    fn from(details: SegmentDetails) -> Self {
        Self {
            segment: details.item.into(),
            columns: details.columns,
            proposal: details.proposal.into(),
            sample: match details.sample {
                SegmentSample::NotAllowed => None,
                SegmentSample::Rows(rows) => Some(rows.expose().clone()),
            },
        }
    }
}

impl From<MappingProposal> for Proposal {
    fn from(proposal: MappingProposal) -> Self {
        let attributes = proposal.attributes.into_iter();
        Self {
            email_column: proposal.email_column,
            identity_column: proposal.identity_column,
            attributes: attributes
                .map(|attribute| ProposedAttribute {
                    field: attribute.field.to_owned(),
                    column: attribute.column,
                })
                .collect(),
        }
    }
}

impl From<ExportsBySegment> for ExportsOfSegment {
    fn from(exports: ExportsBySegment) -> Self {
        Self {
            containing: exports.containing.into_iter().map(Into::into).collect(),
            others: exports.others.into_iter().map(Into::into).collect(),
            unreadable: exports.unreadable.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ExportOfSegment> for ExportBesideSegment {
    fn from(beside: ExportOfSegment) -> Self {
        Self {
            export: beside.export.into(),
            your_permissions: beside.your_permissions.into(),
            version: beside.tag.to_string(),
        }
    }
}
