//! One segment: its columns, and a few of its rows for who may see them.

use domain::Sensitive;
use domain::identifier::SegmentName;
use futures_util::future;
use identity::Person;
use serde::Serialize;
use snapshots::{LocateError, ReadError};

use super::list::SegmentItem;
use super::sample::read_rows;
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
    /// shared with them.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn segment(
        &self,
        person: &Person,
        name: &SegmentName,
    ) -> Result<SegmentDetails, ConfigurationError> {
        let known = async { Ok(self.segment_names().await?) };
        let located = async { Ok(self.try_locate(name).await) };
        let (known, located, count, allowed) =
            future::try_join4(known, located, self.known_count(name), self.may_see_samples_of(person))
                .await?;
        if !known.contains(name) {
            return Err(ConfigurationError::NotFound { what: "segment" });
        }
        let limit = self.parts.settings.max_members;
        let item = |located: Result<_, String>| SegmentItem::of(name.clone(), located, count.as_ref(), limit);
        let located = match located {
            Ok(located) => located,
            Err(LocateError::Broken(broken)) => {
                return Ok(without_rows(item(Err(broken.to_string())), allowed));
            }
            Err(error) => return Err(ConfigurationError::Unavailable(Box::new(error))),
        };
        let Some(snapshot) = located.newest.clone() else {
            return Ok(without_rows(item(Ok(&located)), allowed));
        };
        let wanted = if allowed { self.parts.settings.sample_rows } else { 0 };
        let read = match read_rows(&self.parts.segments, snapshot, Some(wanted)).await? {
            Ok(read) => read,
            Err(ReadError::Broken(broken)) => {
                return Ok(without_rows(item(Err(broken.to_string())), allowed));
            }
            Err(error) => return Err(super::look::unreadable(error)),
        };
        let columns = read.columns.map(|columns| columns.names().to_vec()).unwrap_or_default();
        Ok(SegmentDetails {
            item: item(Ok(&located)),
            proposal: propose_mapping(&columns),
            columns,
            sample: sample(allowed, read.sample),
        })
    }

    /// Whether a person may see sample rows of segments at all.
    async fn may_see_samples_of(&self, person: &Person) -> Result<bool, ConfigurationError> {
        // Only where the answer depends on it are the connections read.
        if access::may_see_samples(person, false) || !access::may_see_samples(person, true) {
            return Ok(access::may_see_samples(person, false));
        }
        let connections = self.all_connections().await?;
        let shared = connections.iter().any(|connection| access::may_use(person, &connection.content));
        Ok(access::may_see_samples(person, shared))
    }
}

fn sample(allowed: bool, rows: Vec<Vec<String>>) -> SegmentSample {
    if allowed { SegmentSample::Rows(Sensitive::new(rows)) } else { SegmentSample::NotAllowed }
}

fn without_rows(item: SegmentItem, allowed: bool) -> SegmentDetails {
    let (columns, proposal) = (Vec::new(), MappingProposal::default());
    SegmentDetails { item, columns, proposal, sample: sample(allowed, Vec::new()) }
}
