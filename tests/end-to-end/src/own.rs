//! A person's own segments and the data folder to which they are exported.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::account::Account;
use crate::running::Ended;
use crate::start::Start;

/// A data folder and a folder of segments, both gone when it is dropped.
#[derive(Debug)]
pub struct Own {
    data: TempDir,
    segments: TempDir,
}

impl Own {
    /// Both empty.
    ///
    /// # Panics
    /// When there is no temporary folder.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes folders, which nobody expects of a default")]
    pub fn new() -> Self {
        let folder = || tempfile::tempdir().expect("a temporary folder");
        Self { data: folder(), segments: folder() }
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The folder of segments.
    ///
    /// # Panics
    /// When its path is not Unicode.
    #[must_use]
    pub fn segments(&self) -> &str {
        self.segments.path().to_str().expect("a path in Unicode")
    }

    /// Writes a file of a segment.
    ///
    /// # Panics
    /// When that fails.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.segments.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a segment's folder");
        fs::write(&path, content).expect("a segment's file");
        path
    }

    /// A start that names the segments.
    #[must_use]
    pub fn export(&self, arguments: &[&str]) -> Ended {
        Start::on(self.data(), &[&["--segments", self.segments()], arguments].concat()).end()
    }

    /// A start that relies on what the data folder remembers.
    #[must_use]
    pub fn again(&self, arguments: &[&str]) -> Ended {
        Start::on(self.data(), arguments).end()
    }

    /// What the account holds.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::of_export(self.data())
    }
}
