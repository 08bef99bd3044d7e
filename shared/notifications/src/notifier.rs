//! Where notifications go.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::{Classified, FailureClass};

use crate::notification::Notification;

/// Hands notifications to whoever passes them on to people.
#[async_trait]
pub trait Notifier: Debug + Send + Sync {
    /// Hands one on; it is safe there when this returns. The same one may come again, under the same id.
    ///
    /// # Errors
    /// [`NotifyError`]; it is tried again later.
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError>;
}

/// A notification could not be handed on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// The function may not put events on the bus.
    #[error(
        "a notification was denied; give the function's role the permission events:PutEvents on the event bus"
    )]
    AccessDenied,
    /// The bus did not take it.
    #[error("the event bus refused a notification: {0}")]
    Refused(String),
    /// No usable answer.
    #[error("notifications cannot be handed on now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Classified for NotifyError {
    fn class(&self) -> FailureClass {
        match self {
            Self::AccessDenied => FailureClass::NeedsPerson,
            Self::Refused(_) => FailureClass::Permanent,
            Self::Unavailable(_) => FailureClass::Retry,
        }
    }
}
