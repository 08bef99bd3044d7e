//! Notifications as a list in the state bucket and lines in the log: what one machine has.

use std::convert::Infallible;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use store::{Change, Document, DocumentError, Documents, UpdateError};

use crate::notification::Notification;
use crate::notifier::{Notifier, NotifyError};

/// Where the list lies.
const LIST: &str = "notifications/list.json";

/// So many are kept.
const KEPT: usize = 200;

/// The latest notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Latest {
    /// The newest first.
    items: Vec<Notification>,
}

impl Document for Latest {
    const SCHEMA_VERSION: u32 = 1;
    const KIND: &'static str = "notifications";
}

/// A list in the state bucket.
#[derive(Debug, Clone)]
pub struct NotificationList {
    documents: Documents,
}

impl NotificationList {
    /// The list in `documents`.
    #[must_use]
    pub const fn new(documents: Documents) -> Self {
        Self { documents }
    }

    /// The latest notifications, the newest first, at most `limit`; 200 are kept. One read.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn latest(&self, limit: usize) -> Result<Vec<Notification>, DocumentError> {
        let found = self.documents.load::<Latest>(LIST).await?;
        let mut items = found.map(|found| found.content.items).unwrap_or_default();
        items.truncate(limit);
        Ok(items)
    }
}

#[async_trait]
impl Notifier for NotificationList {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        let added = self.documents.update::<Latest, bool, Infallible, _>(LIST, |current| {
            let mut latest = current.cloned().unwrap_or_default();
            if latest.items.iter().any(|known| known.id == notification.id) {
                return Ok(Change::Keep(false));
            }
            latest.items.insert(0, notification.clone());
            latest.items.truncate(KEPT);
            Ok(Change::Write(latest, true))
        });
        let added = match added.await {
            Ok(added) => added.outcome,
            Err(UpdateError::Document(error)) => return Err(NotifyError::Unavailable(Box::new(error))),
            Err(UpdateError::Refused(never)) => match never {},
        };
        if added {
            let Notification { kind, export, run, connection, code, message, .. } = notification;
            let export = export.as_ref().map(ToString::to_string);
            let run = run.as_ref().map(ToString::to_string);
            let connection = connection.as_ref().map(ToString::to_string);
            tracing::warn!(kind = kind.code(), export, run, connection, code, "{kind}: {message}");
        }
        Ok(())
    }
}
