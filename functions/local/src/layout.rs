//! Where the parts of a data directory lie.

use std::path::{Path, PathBuf};

/// Where the parts of a data directory lie; the services process knows no more of it than this.
#[derive(Debug, Clone)]
pub struct Layout<'a>(pub &'a Path);

impl Layout<'_> {
    /// The bucket that stands for the customer's own when the sample is exported.
    #[must_use]
    pub fn sample_bucket(&self) -> PathBuf {
        self.0.join("sample-bucket")
    }

    /// Reports of rejected rows, one for each run.
    #[must_use]
    pub fn reports(&self) -> PathBuf {
        self.0.join("reports")
    }

    /// State of the embedded S3 and Secrets Manager.
    #[must_use]
    pub fn aws(&self) -> PathBuf {
        self.0.join("aws")
    }

    /// State of the simulator.
    #[must_use]
    pub fn simulator(&self) -> PathBuf {
        self.0.join("simulator")
    }

    /// Held by the services process while it lives, which may be a little longer than the one that started it.
    #[must_use]
    pub fn services_lock(&self) -> PathBuf {
        self.0.join("services.lock")
    }

    /// The key that signs the tokens of the made-up people.
    #[must_use]
    pub fn issuer_key(&self) -> PathBuf {
        self.0.join("issuer-key")
    }

    /// Where the console answers that was served last.
    #[must_use]
    pub fn console(&self) -> PathBuf {
        self.0.join("console.json")
    }

    /// Which files of segments have been seen.
    #[must_use]
    pub fn seen_segments(&self) -> PathBuf {
        self.0.join("seen-segments.json")
    }

    /// Log of the exporting process.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("log.txt")
    }

    /// Log of the services process.
    #[must_use]
    pub fn services_log(&self) -> PathBuf {
        self.0.join("services-log.txt")
    }
}
