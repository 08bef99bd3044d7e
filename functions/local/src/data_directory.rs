//! The folder in which one installation keeps everything, used by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::command_line::Service;
use crate::layout::Layout;

/// The newest layout that this release knows.
const SCHEMA_VERSION: u32 = 1;

const MARKER: &str = "segment-export.json";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirectoryError {
    /// It cannot be made or written to.
    #[error(
        "the data folder {path} cannot be used; check that it is a folder, can be written to, and that the disk is not full"
    )]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process works in it.
    #[error(
        "the data folder {path} is in use by another segment-export; wait until that one has ended, or choose another folder with --data"
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Simulated and real data never share a folder.
    #[error("the data folder {path} belongs to {found}; choose another folder with --data for {wanted}")]
    OtherService {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        found: &'static str,
        /// Whose it should have been.
        wanted: &'static str,
    },
    /// A newer release has written it.
    #[error(
        "the data folder {path} was written by a newer release (layout {found}, this one knows {SCHEMA_VERSION}); install the newer release again, nothing was changed"
    )]
    NewerSchema {
        /// The folder.
        path: PathBuf,
        /// Its layout.
        found: u32,
    },
    /// It holds something else.
    #[error(
        "the folder {path} is not empty and was not made by segment-export; choose a new or an empty folder with --data"
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// Its own description is unreadable.
    #[error("{path} is damaged; restore it from a backup, or choose another folder with --data")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in it.
        #[source]
        source: serde_json::Error,
    },
}

/// Where the exported segments come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentSource {
    /// Made by this program.
    Sample,
    /// A folder of the person's own.
    Folder(PathBuf),
}

/// What the folder is for; written once it is known, and never changed to another service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    schema_version: u32,
    constant_contact: ServiceName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    segments: Option<SegmentSource>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ServiceName {
    Simulator,
    Real,
}

impl ServiceName {
    const fn words(self) -> &'static str {
        match self {
            Self::Simulator => "the simulator",
            Self::Real => "the real Constant Contact",
        }
    }
}

impl From<Service> for ServiceName {
    fn from(service: Service) -> Self {
        match service {
            Service::Simulator => Self::Simulator,
            Service::Real => Self::Real,
        }
    }
}

/// An installation's folder, held against other processes until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    marker: Marker,
    _lock: File,
}

impl DataDirectory {
    /// Takes the folder, and makes it when it is not there.
    ///
    /// # Errors
    /// [`DataDirectoryError`]; nothing in the folder has been changed then.
    pub fn open(path: &Path, service: Service) -> Result<Self, DataDirectoryError> {
        let unusable = |source| DataDirectoryError::Unusable { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        if !path.join(MARKER).exists() && !is_unused(&path).map_err(unusable)? {
            return Err(DataDirectoryError::Foreign { path });
        }
        let lock = take_lock(&path.join("lock")).map_err(unusable)?;
        let Some(lock) = lock else { return Err(DataDirectoryError::InUse { path }) };
        let wanted = ServiceName::from(service);
        let marker = match read_marker(&path)? {
            Some(marker) if marker.schema_version > SCHEMA_VERSION => {
                return Err(DataDirectoryError::NewerSchema { path, found: marker.schema_version });
            }
            Some(marker) if marker.constant_contact != wanted => {
                let found = marker.constant_contact.words();
                return Err(DataDirectoryError::OtherService { path, found, wanted: wanted.words() });
            }
            Some(marker) => marker,
            None => {
                let marker =
                    Marker { schema_version: SCHEMA_VERSION, constant_contact: wanted, segments: None };
                write_marker(&path, &marker).map_err(unusable)?;
                marker
            }
        };
        Ok(Self { path, marker, _lock: lock })
    }

    /// The folder, as an absolute path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the segments came from last time; `None` before the first export.
    #[must_use]
    pub fn segments(&self) -> Option<&SegmentSource> {
        self.marker.segments.as_ref()
    }

    /// Remembers where the segments come from, for a start that does not say so.
    ///
    /// # Errors
    /// [`DataDirectoryError::Unusable`].
    pub fn remember_segments(&mut self, segments: SegmentSource) -> Result<(), DataDirectoryError> {
        if self.marker.segments.as_ref() != Some(&segments) {
            self.marker.segments = Some(segments);
            write_marker(&self.path, &self.marker)
                .map_err(|source| DataDirectoryError::Unusable { path: self.path.clone(), source })?;
        }
        Ok(())
    }

    /// Where the parts of it lie.
    #[must_use]
    pub fn layout(&self) -> Layout<'_> {
        Layout(&self.path)
    }
}

/// Takes the lock that `path` stands for; `None` when another process has it.
///
/// # Errors
/// The file cannot be made.
pub fn take_lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Replaces a small file so that it is never seen half written.
///
/// # Errors
/// Those of the file system.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    io::Write::write_all(&mut file, content)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

/// Empty, or left by a process that was killed before it wrote the marker.
fn is_unused(path: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if name != "lock" && name != Path::new(MARKER).with_extension("new").as_os_str() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read_marker(path: &Path) -> Result<Option<Marker>, DataDirectoryError> {
    #[derive(Deserialize)]
    struct Version {
        schema_version: u32,
    }
    let file = path.join(MARKER);
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(DataDirectoryError::Unusable { path: path.to_owned(), source }),
    };
    let damaged = |source| DataDirectoryError::Damaged { path: file.clone(), source };
    // The version first: the rest of a newer one may look different.
    let version: Version = serde_json::from_slice(&text).map_err(damaged)?;
    if version.schema_version > SCHEMA_VERSION {
        return Err(DataDirectoryError::NewerSchema { path: path.to_owned(), found: version.schema_version });
    }
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

fn write_marker(path: &Path, marker: &Marker) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(marker).map_err(io::Error::other)?;
    write_whole(&path.join(MARKER), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulated_and_real_data_never_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataDirectory::open(folder.path(), Service::Simulator).unwrap());
        let refusal = DataDirectory::open(folder.path(), Service::Real).unwrap_err().to_string();
        assert!(refusal.contains("belongs to the simulator"), "{refusal}");
        drop(DataDirectory::open(folder.path(), Service::Simulator).unwrap());
    }

    #[test]
    fn a_second_process_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(folder.path(), Service::Simulator).unwrap();
        let refusal = DataDirectory::open(folder.path(), Service::Simulator).unwrap_err();
        assert!(matches!(refusal, DataDirectoryError::InUse { .. }), "{refusal}");
        drop(first);
        assert!(DataDirectory::open(folder.path(), Service::Simulator).is_ok());
    }

    #[test]
    fn a_newer_layout_is_left_unharmed() {
        let folder = tempfile::tempdir().unwrap();
        let newer = r#"{"schema_version":2,"constant_contact":"elsewhere","more":[]}"#;
        fs::write(folder.path().join(MARKER), newer).unwrap();
        let refusal = DataDirectory::open(folder.path(), Service::Simulator).unwrap_err();
        assert!(matches!(refusal, DataDirectoryError::NewerSchema { found: 2, .. }), "{refusal}");
        assert_eq!(fs::read_to_string(folder.path().join(MARKER)).unwrap(), newer);
    }

    #[test]
    fn a_folder_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "Dear Sir").unwrap();
        let refusal = DataDirectory::open(folder.path(), Service::Simulator).unwrap_err();
        assert!(matches!(refusal, DataDirectoryError::Foreign { .. }), "{refusal}");
        assert!(!folder.path().join("lock").exists());
    }

    #[test]
    fn the_source_of_segments_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = DataDirectory::open(folder.path(), Service::Simulator).unwrap();
        assert_eq!(first.segments(), None);
        first.remember_segments(SegmentSource::Folder("/some/where".into())).unwrap();
        drop(first);
        let second = DataDirectory::open(folder.path(), Service::Simulator).unwrap();
        assert_eq!(second.segments(), Some(&SegmentSource::Folder("/some/where".into())));
    }
}
