//! All segments with their newest snapshots, looked up once for a page that lists them and works with some of them.

use std::collections::HashMap;

use domain::identifier::SegmentName;
use domain::in_one_line;
use engine::SegmentError;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use identity::Person;
use snapshots::{LocateError, PinnedSnapshot, SegmentsModel};

use super::details::{SegmentSample, sample};
use super::list::SegmentItem;
use super::look::AT_ONCE;
use crate::configuration::Configuration;
use crate::error::ConfigurationError;

/// The segments as they were at one moment.
#[derive(Debug)]
pub struct SegmentsAtHand {
    /// Their rows in the list, by name.
    pub items: Vec<SegmentItem>,
    snapshots: HashMap<SegmentName, PinnedSnapshot>,
    /// The person may see sample rows.
    rows_allowed: bool,
}

/// What a segment can fill the fields of a contact with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentColumns {
    /// The columns of its newest snapshot, in order; none without a snapshot that can be read.
    pub columns: Vec<String>,
    /// Its first rows.
    pub sample: SegmentSample,
}

impl Configuration {
    /// The segments by name, for everybody. Two round trips deep, where a segment's folder holds at most a thousand
    /// files.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn segments(&self, _person: &Person) -> Result<Vec<SegmentItem>, ConfigurationError> {
        let found = self.all_segments().await?;
        Ok(found.into_iter().map(|(item, _)| item).collect())
    }

    /// The segments by name, to choose some and to ask for their columns ([`Configuration::columns_at_hand`]). As deep as
    /// [`Configuration::segments`].
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn segments_at_hand(&self, person: &Person) -> Result<SegmentsAtHand, ConfigurationError> {
        let (found, rows_allowed) =
            future::try_join(self.all_segments(), self.may_see_samples_of(person)).await?;
        let mut at_hand = SegmentsAtHand { items: Vec::new(), snapshots: HashMap::new(), rows_allowed };
        for (item, snapshot) in found {
            if let Some(snapshot) = snapshot {
                at_hand.snapshots.insert(item.name.clone(), snapshot);
            }
            at_hand.items.push(item);
        }
        Ok(at_hand)
    }

    /// Columns and sample rows of some of the segments, in this order; a name that is none of theirs is left out. One
    /// round trip deep, and none for snapshots that were read lately.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub async fn columns_at_hand(
        &self,
        at_hand: &SegmentsAtHand,
        names: &[String],
    ) -> Result<Vec<SegmentColumns>, ConfigurationError> {
        let wanted = if at_hand.rows_allowed { self.parts.settings.sample_rows } else { 0 };
        let known = names.iter().filter_map(|name| {
            let item = at_hand.items.iter().find(|item| item.name.as_str() == name)?;
            Some(at_hand.snapshots.get(&item.name).cloned())
        });
        stream::iter(known.collect::<Vec<_>>())
            .map(|snapshot| async move {
                let read = match &snapshot {
                    Some(snapshot) => self.first_rows(snapshot, wanted).await?.ok(),
                    None => None,
                };
                let columns = read.as_ref().and_then(|read| read.columns.as_ref());
                let rows = read.as_ref().map(|read| read.sample.clone()).unwrap_or_default();
                Ok(SegmentColumns {
                    columns: columns.map(|columns| columns.names().to_vec()).unwrap_or_default(),
                    sample: sample(at_hand.rows_allowed, rows),
                })
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn all_segments(&self) -> Result<Vec<(SegmentItem, Option<PinnedSnapshot>)>, ConfigurationError> {
        let (names, model) = future::try_join(self.segment_names(), self.segments_model()).await?;
        let items = stream::iter(names).map(|name| self.found(name, &model));
        items.buffered(AT_ONCE).try_collect().await
    }

    /// A segment's row in the list, and its newest snapshot.
    async fn found(
        &self,
        name: SegmentName,
        model: &SegmentsModel,
    ) -> Result<(SegmentItem, Option<PinnedSnapshot>), ConfigurationError> {
        let located = async { Ok(self.try_locate_by(model, &name).await) };
        let (located, count) = future::try_join(located, self.known_count(&name)).await?;
        let limit = self.parts.settings.max_members;
        match located {
            Ok(located) => {
                let item = SegmentItem::of(name, Ok(&located), count.as_ref(), limit);
                Ok((item, located.newest))
            }
            Err(SegmentError::Locate(LocateError::Broken(broken))) => {
                Ok((SegmentItem::of(name, Err(broken.to_string()), count.as_ref(), limit), None))
            }
            Err(SegmentError::Memory(error)) if error.is_unreadable() => {
                tracing::error!(segment = %name, error = in_one_line(&error), "a segment cannot be looked at");
                let problem = format!("{error}. Tell the operator; other segments are not concerned");
                Ok((SegmentItem::of(name, Err(problem), count.as_ref(), limit), None))
            }
            Err(error) => Err(ConfigurationError::Unavailable(Box::new(error))),
        }
    }
}
