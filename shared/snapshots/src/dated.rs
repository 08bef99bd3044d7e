//! The dated layout: each run of the writer in a folder `YYYY/MM/DD/HHMM`, described by one `model.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::identifier::SegmentName;
use futures_util::future;
use jiff::Timestamp;
use store::{ObjectInfo, ObjectStore, StoreError, list_all};

use crate::error::BrokenFile;
use crate::locate::{LocateError, Located, Uploading};
use crate::model::{Described, Model, is_dated, parse};
use crate::name::{Format, compare_names, format};
use crate::problem::Problem;
use crate::{PinnedPart, PinnedSnapshot};

/// The model's name, directly below the prefix of the segments' folders.
const MODEL: &str = "model.json";

/// The `model.json` below a prefix of segments, or that there is none. It describes all segments of the dated layout at
/// once: whoever looks at several segments reads it once, and gives it to [`crate::newest_complete_by`].
#[derive(Debug)]
pub struct SegmentsModel(Option<Found>);

#[derive(Debug)]
struct Found {
    model: Result<Model, &'static str>,
    written: Timestamp,
}

/// What the model says of a segment, and when that was written.
pub(crate) struct Written {
    described: Described,
    written: Timestamp,
}

impl SegmentsModel {
    /// Reads it: one request.
    ///
    /// # Errors
    /// Those of [`ObjectStore::get`]. A model that cannot be understood is told for each segment.
    pub async fn read(store: &Arc<dyn ObjectStore>, segments_prefix: &str) -> Result<Self, StoreError> {
        match store.get(&format!("{segments_prefix}{MODEL}")).await {
            Ok(object) => {
                let (model, written) = (parse(&object.bytes), object.info.last_modified);
                Ok(Self(Some(Found { model, written })))
            }
            Err(StoreError::NotFound { .. }) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }

    /// What it says of a segment; `None` when there is none or it does not name it.
    pub(crate) fn of(
        &self,
        segments_prefix: &str,
        segment: &SegmentName,
    ) -> Result<Option<Written>, LocateError> {
        let Some(Found { model, written }) = &self.0 else { return Ok(None) };
        let broken = |file, problem| LocateError::from(BrokenFile { file, row: None, problem });
        let described = model.as_ref().map_err(|reason| *reason).and_then(|model| model.describe(segment));
        let described = described.map_err(|reason| {
            broken(format!("{segments_prefix}{MODEL}"), Problem::UnusableModel { reason })
        })?;
        let Some(described) = described else { return Ok(None) };
        if let Some((folder, file)) = described.files.iter().find(|(_, file)| format(file).is_none()) {
            let file = format!("{segments_prefix}{segment}/{folder}/{file}");
            return Err(broken(file, Problem::Unsupported));
        }
        Ok(Some(Written { described, written: *written }))
    }
}

/// Pins what the model lists, once all of it is there. A folder of a later time than any it lists is being written.
pub(crate) async fn newest_described(
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
    segment: &SegmentName,
    model: Written,
) -> Result<Located, StoreError> {
    let root = format!("{segments_prefix}{segment}/");
    let Written { described: Described { layout, files }, written } = model;
    let folders: BTreeSet<&str> = files.iter().map(|(folder, _)| folder.as_str()).collect();
    let snapshot = folders.last().copied().unwrap_or_default().to_owned();
    let lists = folders.iter().map(|folder| {
        let prefix = format!("{root}{folder}/");
        async move { list_all(store.as_ref(), &prefix).await }
    });
    let lists = future::try_join_all(lists);
    let (lists, later) = future::try_join(lists, later_folder(store, &root, &snapshot)).await?;
    let objects = lists.into_iter().flatten();
    let mut listed: BTreeMap<String, ObjectInfo> =
        objects.map(|object| (object.key.clone(), object)).collect();
    let keys: BTreeSet<String> =
        files.iter().map(|(folder, file)| format!("{root}{folder}/{file}")).collect();
    let wanted = keys.len();
    let found: Vec<ObjectInfo> = keys.iter().filter_map(|key| listed.remove(key)).collect();
    let last_modified =
        found.iter().map(|object| object.last_modified).chain([written]).max().unwrap_or(written);
    let complete = found.len() == wanted;
    let incomplete =
        (!complete).then(|| Uploading { snapshot: snapshot.clone(), last_modified, quiet_at: None });
    let newest = complete.then(|| {
        let mut parts: Vec<PinnedPart> = found
            .into_iter()
            .map(|object| PinnedPart { key: object.key, tag: object.tag, size: object.size })
            .collect();
        parts.sort_by(|left, right| compare_names(&left.key, &right.key));
        let (segment, format) = (segment.clone(), Format::Csv);
        PinnedSnapshot { segment, snapshot, last_modified, format, layout, parts, had_marker: true }
    });
    Ok(Located { newest, uploading: later.or(incomplete), marker_seen: true })
}

/// The latest run's folder after `folder`, if one was begun.
async fn later_folder(
    store: &Arc<dyn ObjectStore>,
    root: &str,
    folder: &str,
) -> Result<Option<Uploading>, StoreError> {
    let mut latest: Option<Uploading> = None;
    // Behind everything in `folder`: the byte after the slash.
    let mut after = format!("{root}{folder}0");
    loop {
        let page = store.list(root, Some(&after), 1000).await?;
        for object in &page.objects {
            let path = object.key.strip_prefix(root).unwrap_or_default();
            let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| is_dated(folder)) else {
                continue;
            };
            let known = latest.take().filter(|latest| latest.snapshot == folder);
            let last_modified =
                known.map_or(object.last_modified, |known| known.last_modified.max(object.last_modified));
            latest = Some(Uploading { snapshot: folder.to_owned(), last_modified, quiet_at: None });
        }
        match page.objects.last() {
            Some(last) if page.more => after.clone_from(&last.key),
            _ => return Ok(latest),
        }
    }
}
