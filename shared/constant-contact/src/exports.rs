//! Contact exports of the service: the members of lists as one CSV file.

use bytes::Bytes;
use domain::identifier::ListId;
use futures_util::stream::{BoxStream, StreamExt, try_unfold};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::activities::{Activity, WITHOUT_ID, WireActivity};
use crate::client::Client;
use crate::error::ServiceError;
use crate::exchange::Request;
use crate::gate::RequestKind;

/// Names the result of a contact export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactExportId(String);

impl ContactExportId {
    /// From the address of the result, `/v3/contact_exports/{id}` (observed).
    pub(crate) fn from_href(href: &str) -> Option<Self> {
        let (_, id) = href.rsplit_once("/contact_exports/")?;
        let safe = !id.is_empty()
            && id.len() <= 100
            && id.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
        safe.then(|| Self(id.to_owned()))
    }
}

/// What to export.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ContactExport {
    /// Members of any of these lists, at most 50.
    pub list_ids: Vec<ListId>,
    /// The contract's names of the columns; empty for the service's own choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// `active`, `unsubscribed` or `removed` (older text of the contract).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

impl Client {
    /// Starts an export. [`Activity::export`] names the result, which is there once the activity is completed.
    ///
    /// # Errors
    /// [`ServiceError`]. Starting it twice does no harm.
    pub async fn start_contact_export(&self, export: &ContactExport) -> Result<Activity, ServiceError> {
        let activity: WireActivity =
            self.post("/activities/contact_exports", RequestKind::Export, export).await?;
        activity.into_activity().ok_or(WITHOUT_ID)
    }

    /// The result of a completed export, piece by piece: CSV with headings for people, without contact ids.
    ///
    /// # Errors
    /// [`ServiceError`], before the first piece or between two; then begin again.
    pub async fn contact_export(
        &self,
        id: &ContactExportId,
    ) -> Result<BoxStream<'static, Result<Bytes, ServiceError>>, ServiceError> {
        let request = Request {
            method: Method::GET,
            url: self.transport.url(&format!("/contact_exports/{}", id.0)),
            template: "/contact_exports/{file_export_id}",
            kind: RequestKind::Read,
            body: None,
            timeout: self.transport.settings.timeouts.download,
        };
        let response = self.transport.download(&self.caller, request).await?;
        let pieces = try_unfold(response, |mut response| async move {
            match response.chunk().await {
                Ok(piece) => Ok(piece.map(|piece| (piece, response))),
                Err(error) => Err(ServiceError::Unavailable(Some(error.without_url()))),
            }
        });
        Ok(pieces.boxed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_named_by_the_last_part_of_its_address() {
        let id = ContactExportId::from_href("/v3/contact_exports/b18bb9dd-0f8d-11ef-8b0c-fa163e7b2a25");
        assert!(id.is_some());
        for href in
            ["/v3/contact_exports/", "/v3/contact_exports/../x", "/v3/other/1", "/v3/contact_exports/a?b"]
        {
            assert_eq!(ContactExportId::from_href(href), None, "{href}");
        }
    }
}
