//! Amazon S3, and whatever else speaks its protocol.

mod failure;
mod link;
mod settings;
mod upload;

pub use settings::{S3Settings, client, connect};

use std::fmt::{self, Debug};

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream as SdkStream, DateTime};
use bytes::Bytes;
use domain::Sensitive;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use url::Url;

use self::failure::{Asked, status};
use self::upload::S3Upload;
use crate::{
    ByteStream, Condition, LinkTerms, ListPage, Object, ObjectInfo, ObjectStore, StoreError, Tag, Upload,
};

/// S3 answers at most this many entries of a listing.
const PAGE: u16 = 1000;

/// One bucket of Amazon S3 or of a server with the same protocol.
///
/// Bodies are sent with `UNSIGNED-PAYLOAD`: hashing every byte for the signature would cost more than all other
/// work on a chunk. The request line and the headers stay signed; the body's integrity is TLS's, and on one
/// machine nothing lies between the two ends of a loopback connection.
#[derive(Clone)]
pub struct S3Store {
    client: Client,
    bucket: String,
    gives_links: bool,
}

impl Debug for S3Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("S3Store").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl S3Store {
    /// The bucket through this client; see [`client`] for one with the settings this store relies on. Clients are
    /// cheap to clone and share their connections, so that several buckets should share one.
    #[must_use]
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into(), gives_links: false }
    }

    /// The same bucket, which also gives links ([`ObjectStore::link`]): for one that people's browsers can reach.
    #[must_use]
    pub fn giving_links(mut self) -> Self {
        self.gives_links = true;
        self
    }

    fn asked<'a>(&'a self, operation: &'static str, key: &'a str) -> Asked<'a> {
        Asked { operation, bucket: &self.bucket, key, condition: &Condition::None, pinned: false }
    }

    async fn open_output(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<Option<(ObjectInfo, SdkStream)>, StoreError> {
        // No range for the whole object: S3 answers 416 to "bytes=0-" of an empty one.
        let range = (from > 0).then(|| format!("bytes={from}-"));
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_if_match(pinned.map(|tag| tag.as_str().to_owned()))
            .set_range(range)
            .send()
            .await;
        let output = match answer {
            Ok(output) => output,
            Err(error) if status(&error) == Some(416) => return Ok(None),
            Err(error) => {
                return Err(Asked { pinned: pinned.is_some(), ..self.asked("reading", key) }.explain(error));
            }
        };
        // The whole size stands behind the slash of "bytes 5-9/10".
        let size = output
            .content_range()
            .and_then(|range| range.rsplit_once('/'))
            .and_then(|(_, size)| size.parse().ok())
            .or_else(|| output.content_length().and_then(|size| u64::try_from(size).ok()));
        let info = info(key, output.e_tag(), size, output.last_modified())?;
        Ok(Some((info, output.body)))
    }
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn get(&self, key: &str) -> Result<Object, StoreError> {
        let opened = self.open_output(key, None, 0).await?;
        let (info, body) = opened.ok_or_else(|| StoreError::NotFound { key: key.to_owned() })?;
        let bytes = body.collect().await.map_err(StoreError::unavailable)?.into_bytes();
        Ok(Object { info, bytes })
    }

    async fn open(
        &self,
        key: &str,
        pinned: Option<&Tag>,
        from: u64,
    ) -> Result<(ObjectInfo, ByteStream), StoreError> {
        let Some((info, body)) = self.open_output(key, pinned, from).await? else {
            // Nothing is left from there on; the version must still be the pinned one.
            let info = self.head(key).await?;
            if pinned.is_some_and(|tag| *tag != info.tag) {
                return Err(StoreError::Changed { key: key.to_owned() });
            }
            return Ok((info, stream::empty().boxed()));
        };
        let pieces = stream::unfold(Some(body), |body| async move {
            let mut body = body?;
            match body.next().await? {
                Ok(bytes) => Some((Ok(bytes), Some(body))),
                Err(error) => Some((Err(StoreError::unavailable(error)), None)),
            }
        });
        Ok((info, pieces.boxed()))
    }

    async fn head(&self, key: &str) -> Result<ObjectInfo, StoreError> {
        let output = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| self.asked("looking at", key).explain(error))?;
        let size = output.content_length().and_then(|size| u64::try_from(size).ok());
        info(key, output.e_tag(), size, output.last_modified())
    }

    async fn put(&self, key: &str, body: Bytes, condition: Condition) -> Result<Tag, StoreError> {
        let (absent, matches) = headers(&condition);
        let output = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .set_if_none_match(absent)
            .set_if_match(matches)
            .body(SdkStream::from(body))
            .customize()
            .disable_payload_signing()
            .send()
            .await
            .map_err(|error| Asked { condition: &condition, ..self.asked("writing", key) }.explain(error))?;
        tag(output.e_tag())
    }

    async fn begin_upload(&self, key: &str) -> Result<Box<dyn Upload>, StoreError> {
        Ok(Box::new(S3Upload::new(self.clone(), key)))
    }

    async fn delete(&self, key: &str, condition: Condition) -> Result<(), StoreError> {
        let (absent, matches) = headers(&condition);
        if absent.is_some() {
            return Err(StoreError::other("an object cannot be deleted on the condition that it is absent"));
        }
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .set_if_match(matches)
            .send()
            .await
            .map_err(|error| Asked { condition: &condition, ..self.asked("deleting", key) }.explain(error))?;
        Ok(())
    }

    async fn list(
        &self,
        prefix: &str,
        start_after: Option<&str>,
        limit: u16,
    ) -> Result<ListPage, StoreError> {
        let mut objects = Vec::new();
        let mut continuation = None;
        loop {
            let wanted = usize::from(limit).saturating_sub(objects.len()).min(usize::from(PAGE));
            let output = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_start_after(start_after.map(str::to_owned))
                .set_continuation_token(continuation.take())
                .max_keys(i32::try_from(wanted).unwrap_or(i32::MAX))
                .send()
                .await
                .map_err(|error| self.asked("listing", prefix).explain(error))?;
            for object in output.contents() {
                let size = object.size().and_then(|size| u64::try_from(size).ok());
                objects.push(info(
                    object.key().unwrap_or_default(),
                    object.e_tag(),
                    size,
                    object.last_modified(),
                )?);
            }
            let more = output.is_truncated().unwrap_or_default();
            continuation = output.next_continuation_token;
            if !more || objects.len() >= usize::from(limit) || continuation.is_none() {
                return Ok(ListPage { objects, more });
            }
        }
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut folders = Vec::new();
        let mut continuation = None;
        loop {
            let output = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .delimiter("/")
                .set_continuation_token(continuation.take())
                .send()
                .await
                .map_err(|error| self.asked("listing", prefix).explain(error))?;
            let found = output.common_prefixes().iter().filter_map(|folder| folder.prefix());
            folders.extend(found.map(str::to_owned));
            continuation = output.next_continuation_token;
            if continuation.is_none() {
                return Ok(folders);
            }
        }
    }

    async fn link(&self, key: &str, terms: &LinkTerms) -> Result<Option<Sensitive<Url>>, StoreError> {
        if !self.gives_links {
            return Ok(None);
        }
        link::presigned(self, key, terms).await.map(Some)
    }
}

fn headers(condition: &Condition) -> (Option<String>, Option<String>) {
    match condition {
        Condition::None => (None, None),
        Condition::Absent => (Some("*".to_owned()), None),
        Condition::Matches(tag) => (None, Some(tag.as_str().to_owned())),
    }
}

fn tag(tag: Option<&str>) -> Result<Tag, StoreError> {
    tag.map(Tag::new).ok_or_else(|| StoreError::other("the answer names no ETag"))
}

fn info(
    key: &str,
    e_tag: Option<&str>,
    size: Option<u64>,
    last_modified: Option<&DateTime>,
) -> Result<ObjectInfo, StoreError> {
    let last_modified = last_modified
        .and_then(|moment| Timestamp::from_second(moment.secs()).ok())
        .ok_or_else(|| StoreError::other("the answer names no time of the last change"))?;
    let size = size.ok_or_else(|| StoreError::other("the answer names no size"))?;
    Ok(ObjectInfo { key: key.to_owned(), tag: tag(e_tag)?, size, last_modified })
}
