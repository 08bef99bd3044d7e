//! Segments: the only tables that can be exported.

mod at_hand;
mod count;
mod details;
mod exports;
mod lately;
mod list;
mod look;
mod sample;

pub use at_hand::{SegmentColumns, SegmentsAtHand};
pub use count::SegmentCount;
pub use details::{SegmentDetails, SegmentSample};
pub use exports::{ExportOfSegment, ExportsBySegment};
pub use list::{SegmentItem, SnapshotName};

pub(crate) use lately::ReadLately;
pub(crate) use look::SegmentLook;
