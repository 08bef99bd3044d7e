//! Buckets that are a folder of plain files, which others may change as well.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::{Ambience, Backend, Condition, Fingerprint, Meta, Opened, Refusal, Temporary, synchronise};

/// Names our own unfinished files; hidden, so that they are no objects.
const TEMPORARY: &str = ".segment-export-";
/// Endings of what browsers, editors and copying programs have not finished.
const UNFINISHED: [&str; 7] = [".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", "~"];

pub(crate) struct Folder {
    root: PathBuf,
    ambience: Ambience,
    writing: Mutex<()>,
    /// The newest time of change that was given to a file, in nanoseconds since 1970.
    newest: AtomicU64,
}

impl Folder {
    /// Opens the folder, and removes what an earlier process left unfinished.
    pub(crate) fn open(folder: &Path, ambience: Ambience) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        for entry in fs::read_dir(&root)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { root, ambience, writing: Mutex::new(()), newest: AtomicU64::new(0) })
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        let possible = !key.is_empty() && key.split('/').all(is_shown) && !key.contains('\0');
        possible.then(|| self.root.join(key))
    }

    fn writable_path(&self, key: &str) -> Result<PathBuf, Refusal> {
        self.path(key).ok_or(Refusal::InvalidKey(
            "a key in a folder is a relative path without hidden parts and without the ending of an unfinished file",
        ))
    }

    /// The file behind a path; `None` when there is none, it is no file, or a link leads out of the folder.
    fn resolve(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
        match path.canonicalize() {
            Ok(real) if real.starts_with(&self.root) && real.is_file() => Ok(Some(real)),
            Ok(_) => Ok(None),
            Err(error) if matches!(error.kind(), NotFound | NotADirectory | InvalidFilename) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn current(&self, path: &Path) -> io::Result<Option<Meta>> {
        let Some(real) = self.resolve(path)? else { return Ok(None) };
        Ok(Some(Fingerprint::of(&fs::metadata(real)?).meta()))
    }

    /// A time of change that no file of this process has had: the file system reuses inodes at once, and its own
    /// times are the same for several milliseconds, which would give two versions the same tag.
    fn unique_time(&self) -> u64 {
        let now = u64::try_from(self.ambience.clock.now().as_nanosecond()).unwrap_or_default();
        let next = |newest: u64| Some(now.max(newest + 1));
        match self.newest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(newest) | Err(newest) => now.max(newest + 1),
        }
    }

    fn make_folders(&self, folder: &Path) -> Result<(), Refusal> {
        if !folder.exists() {
            fs::create_dir_all(folder)?;
            folder
                .ancestors()
                .skip(1)
                .take_while(|above| above.starts_with(&self.root))
                .try_for_each(synchronise)?;
        }
        if folder.canonicalize()?.starts_with(&self.root) {
            Ok(())
        } else {
            Err(Refusal::InvalidKey("the key leads through a link out of the folder"))
        }
    }

    fn collect(
        &self,
        folder: &Path,
        key: &str,
        prefix: &str,
        found: &mut BTreeMap<String, Meta>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !is_shown(&name) {
                continue;
            }
            let key = format!("{key}{name}");
            if entry.file_type()?.is_dir() {
                let below = format!("{key}/");
                if below.starts_with(prefix) || prefix.starts_with(&below) {
                    self.collect(&entry.path(), &below, prefix, found)?;
                }
            } else if key.starts_with(prefix)
                // Gone between the two looks: somebody removes files at this moment.
                && let Some(meta) = self.current(&entry.path())?
            {
                found.insert(key, meta);
            }
        }
        Ok(())
    }
}

fn is_shown(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

impl Backend for Folder {
    fn open(&self, key: &str) -> Result<Opened, Refusal> {
        let path = self.path(key).ok_or(Refusal::NotFound)?;
        let real = self.resolve(&path)?.ok_or(Refusal::NotFound)?;
        let file = match File::open(real) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Refusal::NotFound),
            Err(error) => return Err(error.into()),
        };
        let fingerprint = Fingerprint::of(&file.metadata()?);
        Ok(Opened { file, offset: 0, meta: fingerprint.meta(), unchanged: Some(fingerprint) })
    }

    fn begin(&self, key: &str) -> Result<Temporary, Refusal> {
        self.writable_path(key)?;
        let name = format!("{TEMPORARY}{}.tmp", self.ambience.random.uuid());
        Ok(Temporary::create(self.root.join(name), &self.ambience.space, 0o644)?)
    }

    fn commit(&self, key: &str, temporary: Temporary, condition: &Condition) -> Result<Meta, Refusal> {
        let target = self.writable_path(key)?;
        let moment = UNIX_EPOCH + Duration::from_nanos(self.unique_time());
        temporary.file().set_modified(moment)?;
        temporary.synchronise()?;
        let meta = Fingerprint::of(&temporary.file().metadata()?).meta();
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current(&target)?;
        condition.check(old.as_ref().map(|old| old.tag.as_str()))?;
        if target.is_dir() {
            return Err(Refusal::InvalidKey("a folder has this name; a file cannot have it as well"));
        }
        if let Some(folder) = target.parent() {
            self.make_folders(folder)?;
            temporary.place(&target)?;
            synchronise(folder)?;
        }
        if let Some(old) = old {
            self.ambience.space.release(old.size);
        }
        Ok(meta)
    }

    fn delete(&self, key: &str, condition: &Condition) -> Result<(), Refusal> {
        let Some(path) = self.path(key) else { return condition.check(None) };
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current(&path)?;
        condition.check(current.as_ref().map(|meta| meta.tag.as_str()))?;
        let Some(current) = current else { return Ok(()) };
        fs::remove_file(&path)?;
        self.ambience.space.release(current.size);
        path.parent().map_or(Ok(()), synchronise)?;
        Ok(())
    }

    fn visit(
        &self,
        prefix: &str,
        after: &str,
        visit: &mut dyn FnMut(&str, &Meta) -> bool,
    ) -> Result<(), Refusal> {
        let mut found = BTreeMap::new();
        self.collect(&self.root, "", prefix, &mut found)?;
        for (key, meta) in found.iter().filter(|(key, _)| after.is_empty() || key.as_str() > after) {
            if !visit(key, meta) {
                break;
            }
        }
        Ok(())
    }
}
