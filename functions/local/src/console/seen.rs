//! Which files of segments have been seen, over restarts: what changes while nobody looks counts as new, too.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use domain::identifier::SegmentName;
use store::{ObjectInfo, list_all};

use super::ConsoleError;
use crate::data_directory::write_whole;
use crate::export::OUTCOMES;
use crate::installation::Installation;
use crate::workplace::Workplace;

/// Describes all segments at once where their layout is a dated one.
const DESCRIPTION: &str = "model.json";

/// The version of each file, by its key without what all keys begin with.
pub(super) type Files = BTreeMap<String, String>;

/// The files that have been seen.
#[derive(Debug)]
pub(super) struct Seen {
    path: PathBuf,
    files: Files,
}

impl Seen {
    /// What was written down; if nothing was, what there is now.
    pub(super) async fn load_or_note(
        installation: &Installation,
        workplace: &Workplace,
    ) -> Result<Self, ConsoleError> {
        let path = workplace.data.layout().seen_segments();
        // One that cannot be read is as good as none: at most a snapshot is exported once more, or not by itself.
        match std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
            Some(files) => Ok(Self { path, files }),
            None => Self::note(installation, workplace).await,
        }
    }

    /// Writes down what there is now.
    pub(super) async fn note(
        installation: &Installation,
        workplace: &Workplace,
    ) -> Result<Self, ConsoleError> {
        let path = workplace.data.layout().seen_segments();
        let prefix = workplace.prefix();
        let files = files(prefix, list_all(installation.segments.as_ref(), prefix).await?);
        let seen = Self { path, files };
        seen.write().map_err(|source| ConsoleError::Seen { path: seen.path.clone(), source })?;
        Ok(seen)
    }

    /// The segments whose files differ from the seen ones and have come to rest since `before`, with those files.
    pub(super) fn changed(&self, before: &Files, now: &Files) -> BTreeMap<SegmentName, Files> {
        let mut changed: BTreeMap<SegmentName, Files> = BTreeMap::new();
        let mut restless = BTreeSet::new();
        for (key, tag) in now.iter().filter(|(key, tag)| self.files.get(*key) != Some(*tag)) {
            let at_rest = before.get(key) == Some(tag);
            for segment in concerned(key, now) {
                if at_rest {
                    changed.entry(segment).or_default().insert(key.clone(), tag.clone());
                } else {
                    restless.insert(segment);
                }
            }
        }
        changed.retain(|segment, _| !restless.contains(segment));
        changed
    }

    /// These have been seen to. Forgets those that are not there any more.
    pub(super) fn mark(&mut self, files: Files, now: &Files) -> io::Result<()> {
        let count = self.files.len();
        self.files.retain(|key, _| now.contains_key(key));
        if files.is_empty() && self.files.len() == count {
            return Ok(());
        }
        self.files.extend(files);
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.files).map_err(io::Error::other)?;
        write_whole(&self.path, &text)
    }
}

/// The files of a listing, but not those that the product itself writes beside the segments.
pub(super) fn files(prefix: &str, objects: Vec<ObjectInfo>) -> Files {
    let own = format!("{OUTCOMES}/");
    let named = objects.into_iter().filter_map(|object| {
        let key = object.key.strip_prefix(prefix)?;
        let is_own = prefix.is_empty() && key.starts_with(&own);
        (!is_own).then(|| (key.to_owned(), object.tag.as_str().to_owned()))
    });
    named.collect()
}

/// The segments that a file belongs to.
fn concerned(key: &str, now: &Files) -> BTreeSet<SegmentName> {
    let segment = |key: &str| key.split_once('/').and_then(|(name, _)| SegmentName::new(name).ok());
    if key == DESCRIPTION {
        return now.keys().filter_map(|key| segment(key)).collect();
    }
    segment(key).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(key, tag)| ((*key).to_owned(), (*tag).to_owned())).collect()
    }

    fn names(changed: &BTreeMap<SegmentName, Files>) -> Vec<&str> {
        changed.keys().map(SegmentName::as_str).collect()
    }

    fn seen(files: &[(&str, &str)]) -> (tempfile::TempDir, Seen) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen.json");
        (folder, Seen { path, files: some(files) })
    }

    #[test]
    fn a_new_file_counts_once_it_has_come_to_rest() {
        let (_folder, mut seen) = seen(&[("a/1.csv", "1")]);
        let (growing, grown) =
            (some(&[("a/1.csv", "1"), ("a/2.csv", "1")]), some(&[("a/1.csv", "1"), ("a/2.csv", "2")]));
        assert!(seen.changed(&some(&[("a/1.csv", "1")]), &growing).is_empty());
        assert!(seen.changed(&growing, &grown).is_empty());
        let changed = seen.changed(&grown, &grown);
        assert_eq!(names(&changed), ["a"]);
        for files in changed.into_values() {
            seen.mark(files, &grown).unwrap();
        }
        assert!(seen.changed(&grown, &grown).is_empty());
        let written: Files = serde_json::from_slice(&std::fs::read(&seen.path).unwrap()).unwrap();
        assert_eq!(written, grown);
    }

    #[test]
    fn a_segment_waits_for_all_its_files_and_for_no_others() {
        let (_folder, seen) = seen(&[]);
        let before = some(&[("a/1/part-1.csv", "1"), ("b/1.csv", "1")]);
        let now =
            some(&[("a/1/part-1.csv", "1"), ("a/1/part-2.csv", "1"), ("b/1.csv", "1"), ("loose.csv", "1")]);
        assert_eq!(names(&seen.changed(&before, &now)), ["b"]);
        assert_eq!(names(&seen.changed(&now, &now)), ["a", "b"]);
    }

    #[test]
    fn the_description_of_dated_folders_concerns_every_segment() {
        let (_folder, seen) = seen(&[("a/1.csv", "1"), ("b/1.csv", "1")]);
        let now = some(&[("a/1.csv", "1"), ("b/1.csv", "1"), ("model.json", "1")]);
        assert_eq!(names(&seen.changed(&now, &now)), ["a", "b"]);
    }

    #[test]
    fn what_is_gone_is_forgotten_and_new_when_it_comes_back() {
        let (_folder, mut seen) = seen(&[("a/1.csv", "1")]);
        seen.mark(Files::new(), &Files::new()).unwrap();
        let again = some(&[("a/1.csv", "1")]);
        assert_eq!(names(&seen.changed(&again, &again)), ["a"]);
    }
}
