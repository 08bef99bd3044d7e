//! A file that is being written and that nobody sees yet.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Space;

/// Removed when dropped, unless it was put in its place.
pub(crate) struct Temporary {
    path: PathBuf,
    file: File,
    space: Arc<Space>,
    reserved: u64,
    placed: bool,
}

impl Temporary {
    pub(crate) fn create(path: PathBuf, space: &Arc<Space>, mode: u32) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        Ok(Self { path, file, space: Arc::clone(space), reserved: 0, placed: false })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.reserve(bytes.len() as u64)?;
        self.file.write_all(bytes)
    }

    /// Appends a whole file; the system copies it without passing it through this process where it can.
    pub(crate) fn append(&mut self, part: &mut File) -> io::Result<()> {
        self.reserve(part.metadata()?.len())?;
        io::copy(part, &mut self.file)?;
        Ok(())
    }

    fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        self.space.reserve(bytes)?;
        self.reserved += bytes;
        Ok(())
    }

    /// Writes everything through to the disk: before the rename, or a power failure leaves an empty file.
    pub(crate) fn synchronise(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Renames it to `target`. The directory still has to be synchronised.
    pub(crate) fn place(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.placed {
            self.space.release(self.reserved);
            if let Err(error) = fs::remove_file(&self.path) {
                tracing::warn!(path = ?self.path, %error, "a temporary file stays until the next start");
            }
        }
    }
}
