//! Whether a full disk is why something did not work.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The most that an export writes at once: the body of an import, of which Constant Contact takes 4 MB. A disk that
/// has no room for one more is as good as full.
const ROOM: usize = 4_000_000;

/// Hidden, so that among segments it is taken for none.
const TRIAL: &str = ".segment-export-trial";

/// Whether a file of some size finds no room in `folder`; tried, because that is the one answer that counts quotas,
/// reserves and every kind of disk. Any other reason not to write there is no full disk.
#[must_use]
pub fn is_full(folder: &Path) -> bool {
    let path = folder.join(TRIAL);
    let outcome = write(&path);
    // It may not even have been made.
    let _ = fs::remove_file(&path);
    outcome.is_err_and(|error| is_no_space(&error))
}

/// Whether the system has no space for what was to be written.
#[must_use]
pub fn is_no_space(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(&vec![0; ROOM])?;
    // Some disks notice only now.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_full(folder.path()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_full(&folder.path().join("nowhere")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_without_room_is_full() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", folder.path().join(TRIAL)).unwrap();
        assert!(is_full(folder.path()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
