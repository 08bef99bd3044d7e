//! Large objects in parts.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream as SdkStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use tokio::task::JoinSet;

use super::failure::Asked;
use super::{S3Store, headers, tag};
use crate::{Condition, ObjectStore, StoreError, Tag, Upload};

/// Bytes in a part. S3 takes parts from 5 MiB on and 10,000 of them: objects of up to 78 GiB.
const PART: usize = 8 * 1024 * 1024;
/// Parts on their way at a time: one waits for its answer while the next is sent; bounds the memory.
const IN_FLIGHT: usize = 2;

pub(super) struct S3Upload {
    store: S3Store,
    key: String,
    gathered: BytesMut,
    /// Known once the first part is full; an object smaller than that is one plain put.
    upload_id: Option<String>,
    last_part: i32,
    sending: JoinSet<Result<CompletedPart, StoreError>>,
    sent: Vec<CompletedPart>,
}

impl S3Upload {
    pub(super) fn new(store: S3Store, key: &str) -> Self {
        Self {
            store,
            key: key.to_owned(),
            gathered: BytesMut::new(),
            upload_id: None,
            last_part: 0,
            sending: JoinSet::new(),
            sent: Vec::new(),
        }
    }

    async fn begun(&mut self) -> Result<String, StoreError> {
        if let Some(id) = &self.upload_id {
            return Ok(id.clone());
        }
        let answer = self
            .store
            .client
            .create_multipart_upload()
            .bucket(&self.store.bucket)
            .key(&self.key)
            .send()
            .await;
        let output =
            answer.map_err(|error| self.store.asked("beginning to write", &self.key).explain(error))?;
        let id = output.upload_id.ok_or_else(|| StoreError::other("the answer names no upload id"))?;
        self.upload_id = Some(id.clone());
        Ok(id)
    }

    async fn send(&mut self, part: Bytes) -> Result<(), StoreError> {
        let id = self.begun().await?;
        while self.sending.len() >= IN_FLIGHT {
            self.receive().await?;
        }
        self.last_part += 1;
        let (store, key, number) = (self.store.clone(), self.key.clone(), self.last_part);
        self.sending.spawn(async move {
            let output = store
                .client
                .upload_part()
                .bucket(&store.bucket)
                .key(&key)
                .upload_id(id)
                .part_number(number)
                .body(SdkStream::from(part))
                .customize()
                .disable_payload_signing()
                .send()
                .await
                .map_err(|error| store.asked("writing a part of", &key).explain(error))?;
            Ok(CompletedPart::builder().set_e_tag(output.e_tag).part_number(number).build())
        });
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), StoreError> {
        if let Some(finished) = self.sending.join_next().await {
            self.sent.push(finished.map_err(StoreError::other)??);
        }
        Ok(())
    }

    async fn finish(&mut self, condition: &Condition) -> Result<Tag, StoreError> {
        if !self.gathered.is_empty() {
            let rest = self.gathered.split().freeze();
            self.send(rest).await?;
        }
        while !self.sending.is_empty() {
            self.receive().await?;
        }
        self.sent.sort_by_key(CompletedPart::part_number);
        let parts =
            CompletedMultipartUpload::builder().set_parts(Some(std::mem::take(&mut self.sent))).build();
        let (absent, matches) = headers(condition);
        let output = self
            .store
            .client
            .complete_multipart_upload()
            .bucket(&self.store.bucket)
            .key(&self.key)
            .set_upload_id(self.upload_id.clone())
            .multipart_upload(parts)
            .set_if_none_match(absent)
            .set_if_match(matches)
            .send()
            .await
            .map_err(|error| {
                Asked { condition, ..self.store.asked("finishing to write", &self.key) }.explain(error)
            })?;
        tag(output.e_tag())
    }

    async fn discard(&mut self) {
        // Parts on their way would be stored again after the abort.
        self.sending.shutdown().await;
        let Some(id) = self.upload_id.take() else { return };
        let (client, bucket) = (&self.store.client, &self.store.bucket);
        let answer = client.abort_multipart_upload().bucket(bucket).key(&self.key).upload_id(id).send().await;
        if answer.is_err() {
            tracing::info!(key = self.key, "an abandoned upload is left to the bucket's lifecycle rule");
        }
    }
}

#[async_trait]
impl Upload for S3Upload {
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), StoreError> {
        while self.gathered.len() + bytes.len() >= PART {
            let part = if self.gathered.is_empty() {
                // Long enough by itself: no copy.
                bytes.split_to(PART)
            } else {
                let missing = PART - self.gathered.len();
                self.gathered.extend_from_slice(&bytes.split_to(missing));
                self.gathered.split().freeze()
            };
            self.send(part).await?;
        }
        self.gathered.extend_from_slice(&bytes);
        Ok(())
    }

    async fn complete(mut self: Box<Self>, condition: Condition) -> Result<Tag, StoreError> {
        if self.upload_id.is_none() {
            let body = self.gathered.split().freeze();
            return self.store.put(&self.key, body, condition).await;
        }
        let result = self.finish(&condition).await;
        if result.is_err() {
            self.discard().await;
        }
        result
    }

    async fn abort(mut self: Box<Self>) {
        self.discard().await;
    }
}
