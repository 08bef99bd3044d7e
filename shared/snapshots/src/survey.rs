//! From a segment's listing to its newest snapshot: which files belong together, and which of them are complete.
//!
//! Nothing is asked of the store here. The listing is taken object by object and only the best candidates are kept,
//! so that years of old snapshots cost no memory.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use store::ObjectInfo;

use crate::name::{FileKind, Format, compare_names, is_hidden};
use crate::problem::Problem;

/// A snapshot that could be the newest.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) last_modified: Timestamp,
    pub(crate) marked: bool,
    pub(crate) parts: Vec<ObjectInfo>,
    /// Why it cannot be read, with the key of the object that shows it.
    pub(crate) problem: Option<(String, Problem)>,
    formats: Vec<Format>,
}

impl Candidate {
    fn new(name: &str, last_modified: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            last_modified,
            marked: false,
            parts: Vec::new(),
            problem: None,
            formats: Vec::new(),
        }
    }

    fn add_problem(&mut self, key: &str, problem: Problem) {
        self.problem.get_or_insert_with(|| (key.to_owned(), problem));
    }

    fn add_part(&mut self, object: ObjectInfo, format: Format) {
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
        if self.formats.len() > 1 {
            self.add_problem(&object.key, Problem::MixedFormats);
        }
        self.parts.push(object);
    }

    /// By the time of the last change; of two changed in the same second (S3 keeps no more) by name.
    fn compare(&self, other: &Self) -> Ordering {
        self.last_modified.cmp(&other.last_modified).then_with(|| compare_names(&self.name, &other.name))
    }

    /// The format, once nothing is wrong with the snapshot.
    pub(crate) fn format(&self) -> Option<Format> {
        self.formats.first().copied()
    }
}

/// What a listing came to.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Complete whatever is known of the segment: a single file, or a folder with a marker.
    certain: Option<Candidate>,
    /// Complete by the quiet period: counts only in a segment that never had a marker.
    quiet: Option<Candidate>,
    /// A folder without a marker whose quiet period is not over.
    fresh: Option<Candidate>,
    /// Some snapshot has a marker.
    pub(crate) marker_seen: bool,
    /// A marker in the segment's own folder, where no snapshot of parts can be told from another.
    pub(crate) loose_marker: Option<String>,
}

impl Findings {
    /// The newest complete snapshot, and the newest one that is not complete yet if that is newer still.
    pub(crate) fn choose(self, needs_marker: bool) -> (Option<Candidate>, Option<Candidate>) {
        let (complete, uploading) = if needs_marker {
            (self.certain, newer(self.quiet, self.fresh))
        } else {
            (newer(self.certain, self.quiet), self.fresh)
        };
        let uploading = uploading
            .filter(|uploading| complete.as_ref().is_none_or(|complete| uploading.compare(complete).is_gt()));
        (complete, uploading)
    }
}

fn newer(one: Option<Candidate>, other: Option<Candidate>) -> Option<Candidate> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if one.compare(&other).is_lt() { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Takes a listing in the order of its keys, in which the objects of one folder follow each other.
pub(crate) struct Survey {
    quiet_until: Timestamp,
    current: Option<Candidate>,
    findings: Findings,
}

impl Survey {
    /// A folder whose last change lies `quiet_period` before `now`, or longer, is quiet.
    pub(crate) fn new(now: Timestamp, quiet_period: SignedDuration) -> Self {
        let quiet_until = now.checked_sub(quiet_period).unwrap_or(Timestamp::MIN);
        Self { quiet_until, current: None, findings: Findings::default() }
    }

    /// Takes the object whose key goes on with `path` after the segment's folder.
    pub(crate) fn add(&mut self, path: &str, object: ObjectInfo) {
        match path.split_once('/') {
            Some((folder, _)) if is_hidden(folder) => {}
            Some((folder, file)) => self.add_in_folder(folder, file, object),
            None => self.add_single(path, object),
        }
    }

    pub(crate) fn finish(mut self) -> Findings {
        self.close();
        self.findings
    }

    fn add_single(&mut self, name: &str, object: ObjectInfo) {
        let mut candidate = Candidate::new(name, object.last_modified);
        match FileKind::of(name) {
            FileKind::Hidden | FileKind::Unknown => return,
            FileKind::Marker => {
                self.findings.loose_marker = Some(object.key);
                return;
            }
            FileKind::Unsupported => candidate.add_problem(&object.key, Problem::Unsupported),
            FileKind::Data(format) => {
                // One of several parts must never pass for a whole segment.
                if name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("part-")) {
                    candidate.add_problem(&object.key, Problem::LooseParts);
                }
                candidate.add_part(object, format);
            }
        }
        let best = self.findings.certain.take();
        self.findings.certain = newer(best, Some(candidate));
    }

    fn add_in_folder(&mut self, folder: &str, file: &str, object: ObjectInfo) {
        if self.current.as_ref().is_none_or(|current| current.name != folder) {
            self.close();
            self.current = Some(Candidate::new(folder, object.last_modified));
        }
        let Some(current) = &mut self.current else { return };
        // Hidden files count for nothing but show that somebody is still writing.
        current.last_modified = current.last_modified.max(object.last_modified);
        if let Some((within, _)) = file.split_once('/') {
            let placeholder = file.ends_with('/');
            if !is_hidden(within) && !placeholder {
                current.add_problem(&object.key, Problem::NestedFolder);
            }
            return;
        }
        match FileKind::of(file) {
            FileKind::Hidden => {}
            FileKind::Marker => current.marked = true,
            // Among parts a file of no known kind is rather a part that would be lost than a stray note.
            FileKind::Unsupported | FileKind::Unknown => {
                current.add_problem(&object.key, Problem::Unsupported)
            }
            FileKind::Data(format) => current.add_part(object, format),
        }
    }

    /// Judges the folder that was taken last.
    fn close(&mut self) {
        let Some(candidate) = self.current.take() else { return };
        let findings = &mut self.findings;
        findings.marker_seen |= candidate.marked;
        if candidate.parts.is_empty() && candidate.problem.is_none() && !candidate.marked {
            return;
        }
        let place = if candidate.marked {
            &mut findings.certain
        } else if candidate.last_modified <= self.quiet_until {
            &mut findings.quiet
        } else {
            &mut findings.fresh
        };
        *place = newer(place.take(), Some(candidate));
    }
}
