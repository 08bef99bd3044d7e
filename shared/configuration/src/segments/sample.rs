//! Reading the rows of a snapshot: the columns, the first few rows, or only their number.

use std::sync::Arc;

use snapshots::{
    Columns, HeaderRefused, PinnedSnapshot, ReadError, Row, RowHandler, SnapshotSettings, read_pinned,
};
use store::ObjectStore;
use tokio::runtime::Handle;

use crate::error::ConfigurationError;

/// Longer values are cut in a sample: it shows what a column holds.
const LONGEST_VALUE: usize = 100;

/// Ends the reading once there is enough.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("enough was read")]
pub(super) struct Enough;

/// What was read of a snapshot.
#[derive(Default)]
pub(super) struct RowsRead {
    pub(super) columns: Option<Columns>,
    pub(super) sample: Vec<Vec<String>>,
    /// All rows, when all were read.
    pub(super) rows: u64,
}

struct Reader {
    /// How many rows are wanted; `None`: none of them, but their number.
    wanted: Option<usize>,
    read: RowsRead,
}

impl RowHandler for Reader {
    type Error = Enough;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<Enough>> {
        self.read.columns = Some(columns.clone());
        if self.wanted == Some(0) { Err(HeaderRefused::Handler(Enough)) } else { Ok(()) }
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Enough> {
        let Some(wanted) = self.wanted else { return Ok(()) };
        let columns = self.read.columns.as_ref().map_or(0, |columns| columns.names().len());
        self.read.sample.push((0..columns).map(|column| shown(row.field(column))).collect());
        if self.read.sample.len() >= wanted { Err(Enough) } else { Ok(()) }
    }
}

fn shown(value: &[u8]) -> String {
    String::from_utf8_lossy(value).trim().chars().take(LONGEST_VALUE).collect()
}

/// Reads the columns and the first `wanted` rows of a snapshot, and no more of it than that; or, for `None`, all of it
/// for the number of its rows.
pub(super) async fn read_rows(
    segments: &Arc<dyn ObjectStore>,
    snapshot: PinnedSnapshot,
    wanted: Option<usize>,
) -> Result<Result<RowsRead, ReadError<Enough>>, ConfigurationError> {
    let (segments, runtime) = (Arc::clone(segments), Handle::current());
    let reading = tokio::task::spawn_blocking(move || {
        let mut reader = Reader { wanted, read: RowsRead::default() };
        match read_pinned(&segments, &snapshot, &runtime, &SnapshotSettings::default(), &mut reader) {
            Ok(totals) => Ok(RowsRead { rows: totals.rows, ..reader.read }),
            Err(ReadError::Handler(Enough)) => Ok(reader.read),
            Err(error) => Err(error),
        }
    });
    reading.await.map_err(|error| ConfigurationError::Unavailable(Box::new(error)))
}
