#![doc = include_str!("../README.md")]

pub mod access;
mod application;
mod audit;
mod client;
mod configuration;
mod connection_state;
mod connections;
mod consent;
mod documents;
mod driver;
mod error;
mod exports;
mod problems;
mod quota_view;
mod refresh;
mod request_key;
mod runs;
mod segments;
mod triggers;
mod unreadable;
mod versioned;

pub use application::ApplicationState;
pub use audit::{AuditEntry, AuditPage, AuditSubject, SubjectKind};
pub use configuration::{Configuration, ConfigurationParts, ConfigurationSettings};
pub use connection_state::ConnectionState;
pub use connections::{
    AUTHORIZATION_LIFETIME, AuthorizationAnswer, AuthorizationOutcome, AuthorizedAccount, CALLBACK_PATH,
    ConnectionAdministration, ConnectionChange, ConnectionDetails, ConnectionList, ConnectionListItem,
    ConnectionName, ConnectionTest, ContactCountsView, CustomFieldItem, KIND, ListItem, NewConnection,
    RemovedConnection, SeenExport, TestOutcome, list_id_of,
};
pub use consent::{CONSENT_VERSION, ConsentText};
pub use driver::{DriverError, RunDriver};
pub use error::{ConfigurationError, ExportName};
pub use exports::{
    AttributeDraft, BulkSchedule, ConnectionUse, DraftReview, ExportCursor, ExportDetails, ExportDraft,
    ExportListItem, ExportPage, ExportQuery, ExportSort, Hint, ListChoice, ListSummary, MappingProposal,
    NoCursor, ProposedAttribute, SavedExport, StatusFilter, StatusNote, constant_problem, propose_mapping,
};
pub use problems::FieldProblem;
pub use quota_view::QuotaView;
pub use refresh::{RefreshChange, RefreshView};
pub use runs::{
    Approval, CanceledRun, Download, DownloadContent, LINK_LIFETIME, LeftOut, QueuedRun, RunAll, RunDetails,
    RunItem, RunList, RunPermissions, RunWarning, StartedExport,
};
pub use segments::{
    ExportOfSegment, ExportsBySegment, SegmentColumns, SegmentCount, SegmentDetails, SegmentItem,
    SegmentSample, SegmentsAtHand, SnapshotName,
};
pub use triggers::{Health, MaintenanceReport, StartedByItself, TriggerReport};
pub use unreadable::{Unreadable, UnreadableConnection, UnreadableExport};
pub use versioned::Versioned;
