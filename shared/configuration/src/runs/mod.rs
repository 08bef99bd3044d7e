//! Runs of exports: starting and stopping them, and what came of them.

mod approval;
mod approve;
mod cancel;
mod details;
mod download;
mod history;
mod item;
mod run_all;
mod start;

pub use approval::Approval;
pub use cancel::CanceledRun;
pub use details::{RunDetails, RunPermissions};
pub use download::{Download, DownloadContent, LINK_LIFETIME};
pub use history::{QueuedRun, RunList};
pub use item::{RunItem, RunWarning};
pub use run_all::{LeftOut, RunAll, StartedExport};
