//! A look at the segments before a run: are they there, which columns do they have, whose addresses are they?

use std::sync::Arc;

use domain::Clock;
use domain::identifier::SegmentName;
use domain::mapping::{Mapping, Source};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use planner::{Address, is_example};
use snapshots::{
    ColumnError, Columns, HeaderRefused, LocateError, PinnedSnapshot, ReadError, Row, RowHandler,
    SnapshotSettings, newest_complete, read_pinned, segments,
};
use store::{ObjectStore, StoreError};
use tokio::runtime::Handle;

/// Why the segments cannot be exported as they are.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// They cannot be listed.
    #[error("the segments could not be listed")]
    Store(#[from] StoreError),
    /// No such segment.
    #[error("there is no segment {name:?}; there are {available}")]
    UnknownSegment {
        /// What was asked for.
        name: String,
        /// All of them.
        available: String,
    },
    /// No segment at all.
    #[error(
        "what is there has no snapshot; put a .csv file with a header row into its folder, one folder for each segment"
    )]
    NoSegments,
    /// Nothing to read.
    #[error(
        "segment {segment:?} has no snapshot; put a .csv file with a header row into its folder, or leave the segment out with --segment"
    )]
    NoSnapshot {
        /// The segment.
        segment: SegmentName,
    },
    /// Not complete yet.
    #[error("the snapshot {snapshot:?} of segment {segment:?} is not complete: {}", completion(*.quiet_at))]
    Incomplete {
        /// The segment.
        segment: SegmentName,
        /// Its folder.
        snapshot: String,
        /// When it counts as complete by itself.
        quiet_at: Option<Timestamp>,
    },
    /// The newest snapshot cannot be chosen.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// The newest snapshot cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError<Stop>),
    /// A mapped column is not there.
    #[error("segment {segment:?}: {source}")]
    Column {
        /// The segment.
        segment: SegmentName,
        /// Which column.
        source: ColumnError,
    },
    /// Invented people in a real account.
    #[error(
        "{file}, row {row}, holds an address under example.com, .org or .net: such people do not exist and are never sent to the real Constant Contact; take them out of the segment"
    )]
    ExampleAddress {
        /// The file.
        file: String,
        /// The row.
        row: u64,
    },
    /// The reading thread has ended.
    #[error("the segments could not be read; start again")]
    Interrupted,
}

fn completion(quiet_at: Option<Timestamp>) -> String {
    match quiet_at {
        Some(moment) => format!(
            "add an empty file _SUCCESS to it once all its parts are there, or wait until {}",
            moment.to_zoned(TimeZone::system()).strftime("%H:%M")
        ),
        None => "add an empty file _SUCCESS to it once all its parts are there".to_owned(),
    }
}

/// One segment as it would be exported now.
#[derive(Debug)]
pub(super) struct Inspected {
    /// Its name.
    pub segment: SegmentName,
    /// The columns of its newest snapshot.
    pub columns: Columns,
    snapshot: PinnedSnapshot,
}

/// Reads the headers of the chosen segments, or of all.
#[derive(Debug, Clone)]
pub(super) struct Inspector {
    /// The bucket with the segments.
    pub store: Arc<dyn ObjectStore>,
    /// Where they lie in it.
    pub prefix: String,
    /// Decides what is complete.
    pub clock: Arc<dyn Clock>,
}

impl Inspector {
    /// The segments with these names, in this order; all of them when no name is given.
    ///
    /// # Errors
    /// [`InspectError`].
    pub(super) async fn inspect(&self, chosen: &[String]) -> Result<Vec<Inspected>, InspectError> {
        let mut inspected = Vec::new();
        for segment in self.chosen(chosen).await? {
            let snapshot = self.locate(&segment).await?;
            let columns = self.columns(&snapshot).await?;
            inspected.push(Inspected { segment, columns, snapshot });
        }
        Ok(inspected)
    }

    async fn chosen(&self, names: &[String]) -> Result<Vec<SegmentName>, InspectError> {
        let mut available = segments(&self.store, &self.prefix).await?;
        available.retain(|segment| !(self.prefix.is_empty() && segment.as_str() == super::OUTCOMES));
        if available.is_empty() {
            return Err(InspectError::NoSegments);
        }
        if names.is_empty() {
            return Ok(available);
        }
        let mut chosen: Vec<SegmentName> = Vec::new();
        for name in names {
            let found = available.iter().find(|segment| segment.as_str() == name).ok_or_else(|| {
                let available: Vec<&str> = available.iter().map(SegmentName::as_str).collect();
                InspectError::UnknownSegment { name: name.clone(), available: available.join(", ") }
            })?;
            if !chosen.contains(found) {
                chosen.push(found.clone());
            }
        }
        Ok(chosen)
    }

    async fn locate(&self, segment: &SegmentName) -> Result<PinnedSnapshot, InspectError> {
        let settings = SnapshotSettings::default();
        let located =
            newest_complete(&self.store, &self.prefix, segment, self.clock.now(), &settings, false).await?;
        match (located.newest, located.uploading) {
            (Some(snapshot), _) => Ok(snapshot),
            (None, Some(uploading)) => Err(InspectError::Incomplete {
                segment: segment.clone(),
                snapshot: uploading.snapshot,
                quiet_at: uploading.quiet_at,
            }),
            (None, None) => Err(InspectError::NoSnapshot { segment: segment.clone() }),
        }
    }

    async fn columns(&self, snapshot: &PinnedSnapshot) -> Result<Columns, InspectError> {
        let (outcome, header) = self.read(snapshot, Header::default()).await?;
        match (header.columns, outcome) {
            // A header is all that was wanted.
            (Some(columns), _) => Ok(columns),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(InspectError::Interrupted),
        }
    }

    /// Refuses people who do not exist: reads every address of the segments.
    ///
    /// # Errors
    /// [`InspectError::ExampleAddress`] for the first one; those of reading.
    pub(super) async fn refuse_examples(
        &self,
        inspected: &[Inspected],
        mapping: &Mapping,
    ) -> Result<(), InspectError> {
        for Inspected { snapshot, .. } in inspected {
            let column = mapping.email_column().to_owned();
            let (outcome, addresses) =
                self.read(snapshot, Addresses { column, ..Addresses::default() }).await?;
            if let Some((part, row)) = addresses.found {
                let file = snapshot.parts.get(part).map(|part| part.key.clone()).unwrap_or_default();
                return Err(InspectError::ExampleAddress { file, row });
            }
            outcome?;
        }
        Ok(())
    }

    /// Reads a snapshot on a thread that may block, and gives the handler back.
    async fn read<H: RowHandler<Error = Stop> + Send + 'static>(
        &self,
        snapshot: &PinnedSnapshot,
        mut handler: H,
    ) -> Result<(Result<(), ReadError<Stop>>, H), InspectError> {
        let (store, snapshot) = (Arc::clone(&self.store), snapshot.clone());
        let runtime = Handle::current();
        let reading = tokio::task::spawn_blocking(move || {
            let settings = SnapshotSettings::default();
            let outcome = read_pinned(&store, &snapshot, &runtime, &settings, &mut handler);
            (outcome.map(|_| ()), handler)
        });
        reading.await.map_err(|_| InspectError::Interrupted)
    }
}

/// Every mapped column is in every segment.
///
/// # Errors
/// [`InspectError::Column`] for the first that is not.
pub(super) fn check_columns(inspected: &[Inspected], mapping: &Mapping) -> Result<(), InspectError> {
    let attributes = mapping.attributes().iter().filter_map(|attribute| match &attribute.source {
        Source::Column(column) => Some(column.as_str()),
        Source::Constant(_) => None,
    });
    let wanted: Vec<&str> =
        std::iter::once(mapping.email_column()).chain(mapping.identity_column()).chain(attributes).collect();
    for Inspected { segment, columns, .. } in inspected {
        for column in &wanted {
            if let Err(source) = columns.find(column) {
                return Err(InspectError::Column { segment: segment.clone(), source });
            }
        }
    }
    Ok(())
}

/// Enough has been read.
#[derive(Debug, thiserror::Error)]
#[error("the rest need not be read")]
pub struct Stop;

/// Takes the header and stops.
#[derive(Default)]
struct Header {
    columns: Option<Columns>,
}

impl RowHandler for Header {
    type Error = Stop;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<Stop>> {
        self.columns = Some(columns.clone());
        Err(HeaderRefused::Handler(Stop))
    }

    fn row(&mut self, _row: &Row<'_>) -> Result<(), Stop> {
        Err(Stop)
    }
}

/// Looks for the first address under a domain that belongs to nobody: before anybody is asked for anything. Runs refuse
/// such people themselves, too.
#[derive(Default)]
struct Addresses {
    column: String,
    position: usize,
    address: Address,
    found: Option<(usize, u64)>,
}

impl RowHandler for Addresses {
    type Error = Stop;

    fn columns(&mut self, columns: &Columns) -> Result<(), HeaderRefused<Stop>> {
        self.position = columns.find(&self.column)?;
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), Stop> {
        if self.address.parse(row.field(self.position)).is_ok() && is_example(self.address.key()) {
            self.found = Some((row.part(), row.number()));
            return Err(Stop);
        }
        Ok(())
    }
}
