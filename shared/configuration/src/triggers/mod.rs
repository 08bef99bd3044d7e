//! What starts runs without a person, and what keeps the product in order: called by the clock and by uploads.

mod due;
mod forget;
mod health;
mod maintenance;
mod start;
mod tokens;
mod upload;

pub use health::Health;
pub use maintenance::MaintenanceReport;
pub use start::{StartedByItself, TriggerReport};
