//! The log files in the data directory: for whoever has to find out what happened.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// What is written when nobody says otherwise: our own words, and from others only what is unexpected.
const USUAL: &str = "info,aws=warn,hyper=warn,reqwest=warn,rustls=warn,s3s=warn,h2=warn";

/// A log of this size is begun anew at the next start.
const LARGEST: u64 = 20 * 1024 * 1024;

/// Starts to log to `path`. A log that cannot be written is no reason not to export.
pub fn start(path: &Path, filter: Option<&str>) {
    let Some(file) = open(path) else { return };
    let filter =
        filter.and_then(|filter| EnvFilter::try_new(filter).ok()).unwrap_or_else(|| EnvFilter::new(USUAL));
    // Fails only when a log was started before, which then goes on.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // It would tell the terminal of each record that a full disk does not take.
        .log_internal_errors(false)
        .with_writer(Mutex::new(file))
        .try_init();
}

fn open(path: &Path) -> Option<File> {
    let large = std::fs::metadata(path).is_ok_and(|found| found.len() > LARGEST);
    OpenOptions::new().create(true).append(!large).truncate(large).write(true).open(path).ok()
}
