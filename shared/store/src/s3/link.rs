//! Links: requests that are signed in advance.

use aws_sdk_s3::presigning::PresigningConfig;
use domain::Sensitive;
use url::Url;

use super::S3Store;
use crate::{LinkTerms, StoreError};

/// A `GetObject` request as an address (AWS Signature Version 4, query parameters). Nothing is sent. It is valid for as
/// long as `terms` say, and no longer than the credentials that it is signed with. What the answer says of the file is
/// part of what is signed.
pub(super) async fn presigned(
    store: &S3Store,
    key: &str,
    terms: &LinkTerms,
) -> Result<Sensitive<Url>, StoreError> {
    let lifetime = PresigningConfig::expires_in(terms.lifetime).map_err(StoreError::other)?;
    let request = store
        .client
        .get_object()
        .bucket(&store.bucket)
        .key(key)
        .response_content_disposition(format!("attachment; filename=\"{}\"", terms.file_name))
        .response_content_type(terms.content_type)
        .response_cache_control("no-store")
        .presigned(lifetime)
        .await
        .map_err(|error| store.asked("signing a link to", key).explain(error))?;
    Url::parse(request.uri()).map(Sensitive::new).map_err(StoreError::other)
}
