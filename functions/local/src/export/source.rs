//! Where the exported segments come from: the sample, or a folder of the person's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::command_line::{InstallationOptions, Service};
use crate::data_directory::{DataDirectory, SegmentSource};

/// Why it is not clear what to export.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The sample never leaves the machine.
    #[error(
        "sample people are never sent to the real Constant Contact; name the folder of your segments with --segments"
    )]
    SampleToReal,
    /// The folder is not there.
    #[error("the folder of segments {path} cannot be read; check its path and permissions")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file instead of a folder.
    #[error("{path} is a file; --segments names the folder that holds a folder for each segment, such as DIR in DIR/customers/{}", .path.file_name().unwrap_or_default().to_string_lossy())]
    File {
        /// The file.
        path: PathBuf,
    },
    /// Nothing in it.
    #[error(
        "the folder {path} holds no segment; make a folder for each segment in it and put the segment's newest snapshot there, such as {path}/customers/2026-11-22.csv"
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Files where folders belong.
    #[error(
        "the folder {path} holds files ({file} ...) but no folder for a segment; move each file into a folder that is named like its segment, such as {path}/customers/{file}"
    )]
    FilesOnly {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        file: String,
    },
    /// The data directory is a sample's.
    #[error("the data folder {data} holds a sample; choose another folder with --data for your own segments")]
    SampleThere {
        /// The data directory.
        data: PathBuf,
    },
    /// The data directory is not a sample's.
    #[error(
        "the data folder {data} exports the segments of {segments}; choose another folder with --data for a sample"
    )]
    FolderThere {
        /// The data directory.
        data: PathBuf,
        /// Its segments.
        segments: PathBuf,
    },
}

/// Decides between what the options say and what the data directory remembers. `sample_wanted`: an option asks for
/// something that only a sample can be.
///
/// # Errors
/// [`SourceError`].
pub(crate) fn segment_source(
    options: &InstallationOptions,
    sample_wanted: bool,
    data: &DataDirectory,
) -> Result<SegmentSource, SourceError> {
    let directory = || data.path().to_owned();
    let source = match (&options.segments, data.segments()) {
        (Some(_), Some(SegmentSource::Sample)) => return Err(SourceError::SampleThere { data: directory() }),
        (Some(folder), _) => SegmentSource::Folder(checked(folder)?),
        (None, Some(SegmentSource::Folder(segments))) if sample_wanted => {
            return Err(SourceError::FolderThere { data: directory(), segments: segments.clone() });
        }
        (None, Some(SegmentSource::Folder(folder))) => SegmentSource::Folder(checked(folder)?),
        (None, Some(SegmentSource::Sample) | None) => SegmentSource::Sample,
    };
    if source == SegmentSource::Sample && options.constant_contact == Service::Real {
        return Err(SourceError::SampleToReal);
    }
    Ok(source)
}

/// Whether the options name a folder that can be one of segments; for an early answer.
///
/// # Errors
/// [`SourceError`].
pub(crate) fn check_folder(options: &InstallationOptions) -> Result<(), SourceError> {
    options.segments.as_deref().map_or(Ok(()), |folder| checked(folder).map(|_| ()))
}

/// The folder as an absolute path, once it is certain that there is something in it.
fn checked(folder: &Path) -> Result<PathBuf, SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: folder.to_owned(), source };
    let path = folder.canonicalize().map_err(unreadable)?;
    if path.is_file() {
        return Err(SourceError::File { path });
    }
    let mut file = None;
    for entry in path.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) || name == super::OUTCOMES {
            continue;
        }
        if entry.path().is_dir() {
            return Ok(path);
        }
        file.get_or_insert(name);
    }
    Err(match file {
        Some(file) => SourceError::FilesOnly { path, file },
        None => SourceError::Empty { path },
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_without_segments_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| checked(path).unwrap_err().to_string();
        assert!(said(folder.path()).contains("holds no segment"));
        assert!(said(&folder.path().join("nowhere")).contains("cannot be read"));
        let file = folder.path().join("people.csv");
        fs::write(&file, "EMail\n").unwrap();
        assert!(said(&file).ends_with("such as DIR in DIR/customers/people.csv"));
        assert!(said(folder.path()).contains("(people.csv ...)"));
        fs::create_dir(folder.path().join("outcomes")).unwrap();
        assert!(said(folder.path()).contains("(people.csv ...)"), "our own folder is no segment");
        fs::create_dir(folder.path().join("customers")).unwrap();
        assert!(checked(folder.path()).is_ok());
    }
}
