//! One segment: its columns, and a few of its rows for who may see them.

use std::sync::Arc;

use domain::Sensitive;
use domain::identifier::SegmentName;
use engine::SegmentError;
use futures_util::future;
use identity::Person;
use serde::Serialize;
use snapshots::{LocateError, Located};

use super::list::SegmentItem;
use super::sample::RowsRead;
use crate::access;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;
use crate::exports::{MappingProposal, propose_mapping};

/// The first rows of a segment. Send an answer that holds rows with `Cache-Control: no-store`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "rows", rename_all = "snake_case")]
pub enum SegmentSample {
    /// The person may not see rows of people.
    NotAllowed,
    /// The rows, each with a value for every column; long values are cut.
    Rows(Sensitive<Vec<Vec<String>>>),
}

/// All of a segment that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentDetails {
    /// Its row in the list.
    pub item: SegmentItem,
    /// The columns of its newest snapshot, in order; none without a snapshot that can be read.
    pub columns: Vec<String>,
    /// A mapping proposed from their names.
    pub proposal: MappingProposal,
    /// Its first rows.
    pub sample: SegmentSample,
}

impl Configuration {
    /// One segment, for everybody; its sample rows only for administrators, and for contributors once a connection is
    /// shared with them. Two round trips deep; a third where `model.json` has to be read to find the snapshot.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn segment(
        &self,
        person: &Person,
        name: &SegmentName,
    ) -> Result<SegmentDetails, ConfigurationError> {
        // Whether rows are shown turns out while they are read; whoever never sees any needs none to be read.
        let wanted = if access::may_see_samples(person, true) { self.parts.settings.sample_rows } else { 0 };
        let known = async { Ok(self.segment_names().await?) };
        let snapshot = self.snapshot_and_rows(name, wanted);
        let (known, snapshot, count, allowed) =
            future::try_join4(known, snapshot, self.known_count(name), self.may_see_samples_of(person))
                .await?;
        if !known.contains(name) {
            return Err(ConfigurationError::NotFound { what: "segment" });
        }
        let limit = self.parts.settings.max_members;
        let item = |located: Result<_, String>| SegmentItem::of(name.clone(), located, count.as_ref(), limit);
        let (located, read) = match snapshot {
            Ok(found) => found,
            Err(problem) => return Ok(without_rows(item(Err(problem)), allowed)),
        };
        let Some(read) = read else { return Ok(without_rows(item(Ok(&located)), allowed)) };
        let columns = read.columns.as_ref().map(|columns| columns.names().to_vec()).unwrap_or_default();
        Ok(SegmentDetails {
            item: item(Ok(&located)),
            proposal: propose_mapping(&columns),
            columns,
            sample: sample(allowed, read.sample.clone()),
        })
    }

    /// The newest snapshot with its columns and first rows; no rows without a snapshot; or why it cannot be read.
    async fn snapshot_and_rows(
        &self,
        name: &SegmentName,
        wanted: usize,
    ) -> Result<Result<(Located, Option<Arc<RowsRead>>), String>, ConfigurationError> {
        let located = match self.try_locate(name).await {
            Ok(located) => located,
            Err(SegmentError::Locate(LocateError::Broken(broken))) => return Ok(Err(broken.to_string())),
            Err(error) => return Err(ConfigurationError::Unavailable(Box::new(error))),
        };
        let Some(snapshot) = &located.newest else { return Ok(Ok((located, None))) };
        let read = self.first_rows(snapshot, wanted).await?;
        Ok(read.map(|read| (located, Some(read))))
    }

    /// Whether a person may see sample rows of segments at all.
    pub(super) async fn may_see_samples_of(&self, person: &Person) -> Result<bool, ConfigurationError> {
        // Only where the answer depends on it are the connections read.
        if access::may_see_samples(person, false) || !access::may_see_samples(person, true) {
            return Ok(access::may_see_samples(person, false));
        }
        let connections = self.all_connections().await?.readable;
        let shared = connections.iter().any(|connection| access::may_use(person, connection));
        Ok(access::may_see_samples(person, shared))
    }
}

pub(super) fn sample(allowed: bool, rows: Vec<Vec<String>>) -> SegmentSample {
    if allowed { SegmentSample::Rows(Sensitive::new(rows)) } else { SegmentSample::NotAllowed }
}

fn without_rows(item: SegmentItem, allowed: bool) -> SegmentDetails {
    let (columns, proposal) = (Vec::new(), MappingProposal::default());
    SegmentDetails { item, columns, proposal, sample: sample(allowed, Vec::new()) }
}
