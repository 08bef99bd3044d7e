//! The dated layout: each run of the writer in a folder `YYYY/MM/DD/HHMM`, described by one `model.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::identifier::SegmentName;
use jiff::Timestamp;
use store::{ObjectInfo, ObjectStore, StoreError, list_all};

use crate::error::BrokenFile;
use crate::locate::{LocateError, Located, Uploading};
use crate::model::{Described, describe, is_dated};
use crate::name::{Format, compare_names, format};
use crate::problem::Problem;
use crate::{PinnedPart, PinnedSnapshot};

/// The model's name, directly below the prefix of the segments' folders.
const MODEL: &str = "model.json";

/// What the model says of a segment, and when that was written.
pub(crate) struct Model {
    described: Described,
    written: Timestamp,
}

/// Reads the model; `None` when there is none or it does not name the segment.
pub(crate) async fn model(
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
    segment: &SegmentName,
) -> Result<Option<Model>, LocateError> {
    let file = format!("{segments_prefix}{MODEL}");
    let broken = |file, problem| LocateError::from(BrokenFile { file, row: None, problem });
    let object = match store.get(&file).await {
        Ok(object) => object,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(source) => return Err(LocateError::Store { segment: segment.clone(), source }),
    };
    let described =
        describe(&object.bytes, segment).map_err(|reason| broken(file, Problem::UnusableModel { reason }))?;
    let Some(described) = described else { return Ok(None) };
    if let Some((folder, file)) = described.files.iter().find(|(_, file)| format(file).is_none()) {
        let file = format!("{segments_prefix}{segment}/{folder}/{file}");
        return Err(broken(file, Problem::Unsupported));
    }
    Ok(Some(Model { described, written: object.info.last_modified }))
}

/// Pins what the model lists, once all of it is there. A folder of a later time than any it lists is being written.
pub(crate) async fn newest_described(
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
    segment: &SegmentName,
    model: Model,
) -> Result<Located, StoreError> {
    let root = format!("{segments_prefix}{segment}/");
    let Model { described: Described { layout, files }, written } = model;
    let folders: BTreeSet<&str> = files.iter().map(|(folder, _)| folder.as_str()).collect();
    let mut listed = BTreeMap::new();
    for folder in &folders {
        let objects = list_all(store.as_ref(), &format!("{root}{folder}/")).await?;
        listed.extend(objects.into_iter().map(|object| (object.key.clone(), object)));
    }
    let keys: BTreeSet<String> =
        files.iter().map(|(folder, file)| format!("{root}{folder}/{file}")).collect();
    let wanted = keys.len();
    let found: Vec<ObjectInfo> = keys.iter().filter_map(|key| listed.remove(key)).collect();
    let snapshot = folders.last().copied().unwrap_or_default().to_owned();
    let last_modified =
        found.iter().map(|object| object.last_modified).chain([written]).max().unwrap_or(written);
    let later = later_folder(store, &root, &snapshot).await?;
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
