//! Who works on runs once they are started: a loop of AWS Step Functions, or one in this process.

use std::fmt::Debug;

use async_trait::async_trait;
use engine::RunKey;

/// Sets a run going. Implemented by whoever hosts the product.
#[async_trait]
pub trait RunDriver: Debug + Send + Sync {
    /// Advances the run from now on, until it ends or needs a person. Asking again for a run that is driven already
    /// does nothing; asking for one that has ended does no harm.
    ///
    /// # Errors
    /// [`DriverError`]; the run is unharmed, and maintenance drives it once it is overdue.
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError>;
}

/// A run could not be set going.
#[derive(Debug, thiserror::Error)]
#[error("the run could not be set going; it is tried again by itself within a few minutes")]
pub struct DriverError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
