//! Buckets on a disk: what both kinds have in common. Everything here blocks; call it off the async threads.

mod folder;
mod managed;
mod space;
mod temporary;

pub(crate) use folder::Folder;
pub(crate) use managed::Managed;
pub(crate) use space::Space;
pub(crate) use temporary::Temporary;

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Random};
use jiff::Timestamp;

/// Time, randomness and space, shared by all buckets.
#[derive(Clone)]
pub(crate) struct Ambience {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) space: Arc<Space>,
}

/// What is known of an object without its content.
#[derive(Debug, Clone)]
pub(crate) struct Meta {
    /// The ETag without quotation marks.
    pub(crate) tag: String,
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
}

/// One version of an object, open for reading.
pub(crate) struct Opened {
    pub(crate) file: File,
    /// Where the content begins in the file.
    pub(crate) offset: u64,
    pub(crate) meta: Meta,
    /// What the file must still look like after each read, when others may write into it.
    pub(crate) unchanged: Option<Fingerprint>,
}

/// What must hold for a write or a delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    None,
    Absent,
    Exists,
    Matches(String),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no such object")]
    NotFound,
    #[error("the condition does not hold")]
    Condition,
    #[error("{0}")]
    InvalidKey(&'static str),
    #[error("the file system refused")]
    Io(#[from] io::Error),
}

/// One bucket. Conditions are decided and carried out under one lock.
pub(crate) trait Backend: Send + Sync {
    /// Opens the present version of an object.
    fn open(&self, key: &str) -> Result<Opened, Refusal>;

    /// A file for the next version, which nobody sees yet.
    fn begin(&self, key: &str) -> Result<Temporary, Refusal>;

    /// Makes it the present version, durably, if the condition holds.
    fn commit(&self, key: &str, temporary: Temporary, condition: &Condition) -> Result<Meta, Refusal>;

    /// Removes an object, durably, if the condition holds.
    fn delete(&self, key: &str, condition: &Condition) -> Result<(), Refusal>;

    /// Shows the objects whose key begins with `prefix` and is greater than `after`, in byte order, until `visit`
    /// answers false.
    fn visit(
        &self,
        prefix: &str,
        after: &str,
        visit: &mut dyn FnMut(&str, &Meta) -> bool,
    ) -> Result<(), Refusal>;
}

impl Condition {
    /// Whether it holds for an object of which `current` is the tag.
    fn check(&self, current: Option<&str>) -> Result<(), Refusal> {
        match (self, current) {
            (Self::None, _) | (Self::Absent, None) | (Self::Exists, Some(_)) => Ok(()),
            (Self::Exists | Self::Matches(_), None) => Err(Refusal::NotFound),
            (Self::Absent, Some(_)) => Err(Refusal::Condition),
            (Self::Matches(tag), Some(current)) if tag == current => Ok(()),
            (Self::Matches(_), Some(_)) => Err(Refusal::Condition),
        }
    }
}

/// What the file system says of one version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    inode: u64,
    seconds: i64,
    nanoseconds: i64,
    size: u64,
}

impl Fingerprint {
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
            size: metadata.size(),
        }
    }

    fn meta(self) -> Meta {
        let nanoseconds = i32::try_from(self.nanoseconds).unwrap_or_default();
        Meta {
            tag: format!("{:x}-{:x}-{:x}-{:x}", self.inode, self.seconds, self.nanoseconds, self.size),
            size: self.size,
            modified: Timestamp::new(self.seconds, nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

/// Makes a rename or removal in `directory` survive a power failure.
pub(crate) fn synchronise(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
