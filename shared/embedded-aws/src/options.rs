//! What to serve, and why it could not be.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use domain::{Clock, Random, Sensitive, SystemClock, SystemRandom};

/// What to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where managed buckets and secrets are kept; created when missing, with access for the owner only.
    pub directory: PathBuf,
    /// Where to listen; port 0 takes a free one. Use loopback addresses only: the connection is not encrypted.
    pub address: SocketAddr,
    /// What requests must be signed with.
    pub credentials: Credentials,
    /// The buckets that exist.
    pub buckets: Vec<Bucket>,
    /// Refuses writes once all objects together would take more bytes than this, as a full disk would.
    pub capacity_bytes: Option<u64>,
    /// Dates objects and secrets.
    pub clock: Arc<dyn Clock>,
    /// Gives ETags and upload ids.
    pub random: Arc<dyn Random>,
}

impl Options {
    /// No buckets yet, a free port on the loopback address, and the system's time and randomness.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, credentials: Credentials) -> Self {
        Self {
            directory: directory.into(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            credentials,
            buckets: Vec::new(),
            capacity_bytes: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// The same with one more bucket.
    #[must_use]
    pub fn with_bucket(mut self, name: impl Into<String>, kind: BucketKind) -> Self {
        self.buckets.push(Bucket { name: name.into(), kind });
        self
    }
}

/// What the SDKs on the other side sign with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Names the key; not secret.
    pub access_key_id: String,
    /// Signs the requests.
    pub secret_access_key: Sensitive<String>,
}

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name, by S3's rules: 3 to 63 lower-case letters, digits, dots and hyphens.
    pub name: String,
    /// How its objects are kept.
    pub kind: BucketKind,
}

/// How a bucket's objects are kept.
#[derive(Debug, Clone)]
pub enum BucketKind {
    /// In the directory of [`Options`]; any key, atomic in every respect: for state.
    Managed,
    /// As plain files of this existing folder, which others may change as well: for a person's own files.
    Folder(PathBuf),
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another program listens there, or the address is not this machine's.
    #[error("cannot listen on {address}; choose another port or stop the program that uses it")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Another process serves the same directory.
    #[error("directory {directory:?} is in use by another process; stop that one first")]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory cannot be created, read or written.
    #[error("directory {directory:?} cannot be used; check that it is writable and not full")]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The folder of a [`BucketKind::Folder`] is not there or not a folder.
    #[error("folder {folder:?} of bucket {bucket:?} cannot be read; check its path and permissions")]
    Folder {
        /// The bucket.
        bucket: String,
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}
