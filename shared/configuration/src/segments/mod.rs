//! Segments: the only tables that can be exported.

mod count;
mod details;
mod exports;
mod list;
mod look;
mod sample;

pub use count::SegmentCount;
pub use details::{SegmentDetails, SegmentSample};
pub use exports::{ExportOfSegment, ExportsBySegment};
pub use list::{SegmentItem, SnapshotName};

pub(crate) use look::SegmentLook;
