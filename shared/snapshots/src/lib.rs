#![doc = include_str!("../README.md")]

mod channel;
mod columns;
mod csv;
mod dated;
mod error;
mod gzip;
mod input;
mod layout;
mod locate;
mod model;
mod name;
mod pinned;
mod problem;
mod read;
mod row;
mod settings;
mod survey;

pub use channel::{ChannelReader, channel_reader, read_pinned};
pub use columns::{ColumnError, Columns};
pub use dated::SegmentsModel;
pub use error::{BROKEN_FILE, BrokenFile, ReadError};
pub use layout::CsvLayout;
pub use locate::{LocateError, Located, Uploading, newest_complete, newest_complete_by, segments};
pub use name::{Format, compare_names};
pub use pinned::{PinnedPart, PinnedSnapshot};
pub use problem::Problem;
pub use read::{HeaderRefused, RowHandler, SnapshotTotals, read_snapshot};
pub use row::Row;
pub use settings::SnapshotSettings;
