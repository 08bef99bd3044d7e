//! Exports: which segments go to which list, and how; as people list, configure, duplicate and remove them.

mod add_segment;
mod check;
mod columns;
mod create;
mod cursor;
mod destination;
mod details;
mod draft;
mod duplicate;
mod examine;
mod facts;
mod first_runs;
mod list;
mod names;
mod permitted;
mod propose;
mod query;
mod remove;
mod saved_before;
mod schedules;
mod standing;
mod update;

pub use create::SavedExport;
pub use cursor::{ExportCursor, NoCursor};
pub use details::ExportDetails;
pub use draft::{AttributeDraft, ExportDraft, ListChoice};
pub use examine::{DraftReview, Hint, ListSummary};
pub use list::ExportPage;
pub use propose::{MappingProposal, ProposedAttribute, propose_mapping};
pub use query::{ExportQuery, ExportSort, StatusFilter};
pub use schedules::BulkSchedule;
pub use standing::{ConnectionUse, ExportListItem, StatusNote};

pub use check::constant_problem;
pub(crate) use check::sentence;
pub(crate) use names::event;
pub(crate) use standing::parked_note;
