//! What starts runs without a person, and what keeps the product in order: called by the clock and by uploads.

mod due;
mod forget;
mod maintenance;
mod start;
mod tokens;
mod upload;

pub use maintenance::MaintenanceReport;
pub use start::{StartedByItself, TriggerReport};
