//! The product as the Lambda functions behind API Gateway have it: settings from the environment, parts on AWS.

mod serve;
mod settings;
mod wiring;

pub use serve::serve;
pub use settings::{Settings, SettingsError};
pub use wiring::{ConnectError, connect};
