//! Finding the newest complete snapshot of a segment, and pinning it.

use std::sync::Arc;

use domain::identifier::SegmentName;
use domain::{Classified, FailureClass};
use futures_util::future;
use jiff::Timestamp;
use store::{ListPage, ObjectStore, StoreError};

use crate::dated::{self, SegmentsModel};
use crate::error::BrokenFile;
use crate::name::{compare_names, is_hidden};
use crate::problem::Problem;
use crate::survey::{Candidate, Survey};
use crate::{CsvLayout, PinnedPart, PinnedSnapshot, SnapshotSettings};

/// Objects asked for at once: the most that S3 gives.
const PAGE: u16 = 1000;

/// What there is of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The newest complete snapshot. `None` means `segment_missing`: the run is skipped; it never means that the
    /// segment is empty.
    pub newest: Option<PinnedSnapshot>,
    /// A newer snapshot that is not complete yet: worth waiting for, up to the limit for dependencies.
    pub uploading: Option<Uploading>,
    /// Some snapshot of the segment has a marker now: remember it, and say so at the next call as `known_marker`.
    pub marker_seen: bool,
}

/// A snapshot that is not complete yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploading {
    /// Its folder's name.
    pub snapshot: String,
    /// When the last of its objects so far was written.
    pub last_modified: Timestamp,
    /// When it counts as complete if nothing more is written; `None` when it needs a marker.
    pub quiet_at: Option<Timestamp>,
}

/// Why no snapshot could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The store failed.
    #[error("the snapshots of segment {segment:?} could not be listed")]
    Store {
        /// The segment.
        segment: SegmentName,
        /// The store's own words.
        #[source]
        source: StoreError,
    },
    /// The newest complete snapshot cannot be read. An older one is never taken in its place.
    #[error(transparent)]
    Broken(#[from] BrokenFile),
}

impl Classified for LocateError {
    fn class(&self) -> FailureClass {
        match self {
            Self::Store { source, .. } => source.class(),
            Self::Broken(_) => FailureClass::Permanent,
        }
    }
}

/// The segments that have a folder below `segments_prefix` (which ends with a slash), in the order of their names.
/// Whether one has a complete snapshot is for [`newest_complete`] to say. Hidden folders and those whose names
/// cannot be a segment's are left out.
///
/// # Errors
/// Those of [`ObjectStore::list_folders`].
pub async fn segments(
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
) -> Result<Vec<SegmentName>, StoreError> {
    let folders = store.list_folders(segments_prefix).await?;
    let names = folders.iter().filter_map(|folder| folder.strip_prefix(segments_prefix)?.strip_suffix('/'));
    let mut segments: Vec<SegmentName> =
        names.filter(|name| !is_hidden(name)).filter_map(|name| SegmentName::new(name).ok()).collect();
    // The store orders whole keys: there the slash after a name sorts behind a space.
    segments.sort_unstable();
    Ok(segments)
}

/// Chooses and pins the newest complete snapshot of `segment` as of `now`.
///
/// When a `model.json` lies directly below `segments_prefix` and names the segment, the segment has the dated layout:
/// the partitions it lists are the snapshot, complete once all of them are there.
///
/// `known_marker` says that some snapshot of the segment once had a marker: from then on a folder of parts needs
/// one. A marker that the listing shows counts just so.
///
/// # Errors
/// [`LocateError::Broken`] when the newest complete snapshot is of a kind that cannot be read, or parts lie where they
/// could be mistaken for whole snapshots; else the store's failures.
pub async fn newest_complete(
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
    segment: &SegmentName,
    now: Timestamp,
    settings: &SnapshotSettings,
    known_marker: bool,
) -> Result<Located, LocateError> {
    // Side by side: few segments have the dated layout, and then a listing too many costs no time.
    let folder = folder(segments_prefix, segment);
    let first = store.list(&folder, None, PAGE);
    let (model, first) = future::join(SegmentsModel::read(store, segments_prefix), first).await;
    let failed = |source| LocateError::Store { segment: segment.clone(), source };
    if let Some(written) = model.map_err(failed)?.of(segments_prefix, segment)? {
        return dated::newest_described(store, segments_prefix, segment, written).await.map_err(failed);
    }
    newest_listed(store, &folder, segment, first, now, settings, known_marker).await
}

/// The same with the model that lies below `segments_prefix`, which was read before: for several segments at once.
///
/// # Errors
/// As for [`newest_complete`].
pub async fn newest_complete_by(
    model: &SegmentsModel,
    store: &Arc<dyn ObjectStore>,
    segments_prefix: &str,
    segment: &SegmentName,
    now: Timestamp,
    settings: &SnapshotSettings,
) -> Result<Located, LocateError> {
    let failed = |source| LocateError::Store { segment: segment.clone(), source };
    if let Some(written) = model.of(segments_prefix, segment)? {
        return dated::newest_described(store, segments_prefix, segment, written).await.map_err(failed);
    }
    let folder = folder(segments_prefix, segment);
    let first = store.list(&folder, None, PAGE).await;
    newest_listed(store, &folder, segment, first, now, settings, false).await
}

fn folder(segments_prefix: &str, segment: &SegmentName) -> String {
    format!("{segments_prefix}{segment}/")
}

/// Chooses by what the folder holds, of which `first` is the first page.
async fn newest_listed(
    store: &Arc<dyn ObjectStore>,
    folder: &str,
    segment: &SegmentName,
    first: Result<ListPage, StoreError>,
    now: Timestamp,
    settings: &SnapshotSettings,
    known_marker: bool,
) -> Result<Located, LocateError> {
    let failed = |source| LocateError::Store { segment: segment.clone(), source };
    let mut survey = Survey::new(now, settings.quiet_period);
    let mut page = first.map_err(failed)?;
    loop {
        let last = page.objects.last().map(|object| object.key.clone());
        for object in page.objects {
            if let Some(path) = object.key.strip_prefix(folder).map(str::to_owned) {
                survey.add(&path, object);
            }
        }
        let Some(last) = last.filter(|_| page.more) else { break };
        page = store.list(folder, Some(&last), PAGE).await.map_err(failed)?;
    }
    let findings = survey.finish();
    if let Some(file) = findings.loose_marker {
        return Err(broken(file, Problem::LooseParts));
    }
    let marker_seen = findings.marker_seen;
    let needs_marker = known_marker || marker_seen;
    let (complete, uploading) = findings.choose(needs_marker);
    Ok(Located {
        newest: complete.map(|candidate| pin(folder, segment, candidate)).transpose()?,
        uploading: uploading.map(|candidate| Uploading {
            quiet_at: if needs_marker {
                None
            } else {
                candidate.last_modified.checked_add(settings.quiet_period).ok()
            },
            snapshot: candidate.name,
            last_modified: candidate.last_modified,
        }),
        marker_seen,
    })
}

fn broken(file: String, problem: Problem) -> LocateError {
    BrokenFile { file, row: None, problem }.into()
}

fn pin(folder: &str, segment: &SegmentName, candidate: Candidate) -> Result<PinnedSnapshot, LocateError> {
    let whole = || format!("{folder}{}", candidate.name);
    if let Some((key, problem)) = candidate.problem {
        return Err(broken(key, problem));
    }
    let Some(format) = candidate.format() else { return Err(broken(whole(), Problem::NoParts)) };
    let mut parts: Vec<PinnedPart> = candidate
        .parts
        .into_iter()
        .map(|object| PinnedPart { key: object.key, tag: object.tag, size: object.size })
        .collect();
    parts.sort_by(|left, right| compare_names(&left.key, &right.key));
    Ok(PinnedSnapshot {
        segment: segment.clone(),
        snapshot: candidate.name,
        last_modified: candidate.last_modified,
        format,
        layout: CsvLayout::default(),
        parts,
        had_marker: candidate.marked,
    })
}
