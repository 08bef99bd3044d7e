//! Sending contacts and taking them off lists.

use bytes::Bytes;
use domain::identifier::ListId;
use serde::Serialize;
use uuid::Uuid;

use crate::activities::{Activity, WITHOUT_ID, WireActivity};
use crate::client::Client;
use crate::error::{ImportError, ServiceError};
use crate::gate::RequestKind;

/// A body of this many bytes or more is never sent: the service takes the first 4 MB and drops the rest without a
/// word (documented). The smaller reading of "4 MB".
pub const MAXIMUM_IMPORT_BODY: usize = 4_000_000;

/// The guide allows 40,000 rows; the service makes a table with a header line of them, so one less is safe.
pub const MAXIMUM_IMPORT_ROWS: usize = 39_999;

/// The most contacts that one removal may name (contract).
pub const MAXIMUM_REMOVALS: usize = 500;

/// The most lists that one request may name (contract).
const MAXIMUM_LISTS: usize = 50;

#[derive(Serialize)]
struct Removal<'a> {
    source: RemovalSource<'a>,
    list_ids: &'a [ListId],
}

#[derive(Serialize)]
struct RemovalSource<'a> {
    contact_ids: &'a [Uuid],
}

impl Client {
    /// Sends one finished import: the bytes of a JSON object with `import_data` and `list_ids`, without copying
    /// them.
    ///
    /// Journal the intent first. The request is repeated only after answers that prove it was not taken.
    ///
    /// # Errors
    /// [`ImportError::NotTaken`] when it may be sent again once the reason has passed, [`ImportError::Unclear`]
    /// when it may have been taken.
    pub async fn import_contacts(&self, body: Bytes) -> Result<Activity, ImportError> {
        if body.len() >= MAXIMUM_IMPORT_BODY {
            let error = ServiceError::TooLarge { given: body.len(), unit: "bytes" };
            return Err(ImportError::NotTaken(error));
        }
        let timeout = self.transport.settings.timeouts.import;
        let template = "/activities/contacts_json_import";
        let request = self.post_request(template, RequestKind::Import, body, timeout);
        let activity: WireActivity = self.transport.json(&self.caller, request).await?;
        activity.into_activity().ok_or(ImportError::Unclear(WITHOUT_ID))
    }

    /// Takes contacts off lists; they stay in the account. At most 500 contacts and 50 lists. Removing somebody
    /// who is not on the list does nothing, so an unclear removal may be sent again.
    ///
    /// # Errors
    /// [`ServiceError`]; `TooLarge` above the limits, without a request.
    pub async fn remove_list_memberships(
        &self,
        contact_ids: &[Uuid],
        list_ids: &[ListId],
    ) -> Result<Activity, ServiceError> {
        if contact_ids.len() > MAXIMUM_REMOVALS {
            return Err(ServiceError::TooLarge { given: contact_ids.len(), unit: "contacts" });
        }
        if list_ids.len() > MAXIMUM_LISTS {
            return Err(ServiceError::TooLarge { given: list_ids.len(), unit: "lists" });
        }
        let removal = Removal { source: RemovalSource { contact_ids }, list_ids };
        let activity: WireActivity =
            self.post("/activities/remove_list_memberships", RequestKind::Removal, &removal).await?;
        activity.into_activity().ok_or(WITHOUT_ID)
    }
}
