//! The S3 protocol's operations on the buckets of this machine.

mod body;
mod convert;
mod list;
mod uploads;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, ETag, ETagCondition, GetObjectInput, GetObjectOutput,
    HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput,
    ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, PutObjectInput, PutObjectOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use self::convert::{blocking, read_conditions, signed, timestamp, write_condition};
pub(crate) use self::uploads::Uploads;
use crate::storage::{Backend, Opened};

/// Answers requests whose signature has been checked.
pub(crate) struct Service {
    buckets: BTreeMap<String, Arc<dyn Backend>>,
    uploads: Uploads,
}

impl Service {
    pub(crate) fn new(buckets: BTreeMap<String, Arc<dyn Backend>>, uploads: Uploads) -> Self {
        Self { buckets, uploads }
    }

    fn bucket(&self, name: &str) -> S3Result<Arc<dyn Backend>> {
        self.buckets
            .get(name)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchBucket, "there is no bucket of this name"))
    }

    async fn opened(
        &self,
        bucket: &str,
        key: String,
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> S3Result<Opened> {
        let bucket = self.bucket(bucket)?;
        let opened = blocking(move || bucket.open(&key)).await?;
        read_conditions(&opened.meta, if_match.as_ref(), if_none_match.as_ref())?;
        Ok(opened)
    }
}

#[async_trait]
impl S3 for Service {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let opened = self.opened(&input.bucket, input.key, input.if_match, input.if_none_match).await?;
        let meta = opened.meta.clone();
        let range = input.range.map(|range| range.check(meta.size)).transpose()?;
        let content_range =
            range.as_ref().map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, meta.size));
        let range = range.unwrap_or(0..meta.size);
        let length = range.end - range.start;
        Ok(S3Response::new(GetObjectOutput {
            body: Some(body::send(opened, range).await?),
            content_length: Some(signed(length)),
            content_range,
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(ETag::Strong(meta.tag)),
            last_modified: Some(timestamp(meta.modified)),
            // What a link says of the file that it leads to.
            content_disposition: input.response_content_disposition,
            content_type: input.response_content_type,
            cache_control: input.response_cache_control,
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let meta = self.opened(&input.bucket, input.key, input.if_match, input.if_none_match).await?.meta;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(signed(meta.size)),
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(ETag::Strong(meta.tag)),
            last_modified: Some(timestamp(meta.modified)),
            ..HeadObjectOutput::default()
        }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let condition = write_condition(input.if_match, input.if_none_match)?;
        let (bucket, key) = (self.bucket(&input.bucket)?, input.key);
        let beginning = (Arc::clone(&bucket), key.clone());
        let temporary = blocking(move || beginning.0.begin(&beginning.1)).await?;
        let temporary = body::receive(temporary, input.body).await?;
        let meta = blocking(move || bucket.commit(&key, temporary, &condition)).await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(ETag::Strong(meta.tag)),
            ..PutObjectOutput::default()
        }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        let condition = write_condition(input.if_match, None)?;
        let bucket = self.bucket(&input.bucket)?;
        blocking(move || bucket.delete(&input.key, &condition)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let bucket = self.bucket(&request.input.bucket)?;
        list::list(bucket, request.input).await.map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = request.input;
        self.bucket(&input.bucket)?;
        let upload_id = self.uploads.create(&input.bucket, &input.key).await?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        let upload = self.uploads.find(&input.upload_id, &input.bucket, &input.key)?;
        let tag = self.uploads.write_part(upload, input.part_number, input.body).await?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(tag)),
            ..UploadPartOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let condition = write_condition(input.if_match, input.if_none_match)?;
        let bucket = self.bucket(&input.bucket)?;
        let upload = self.uploads.find(&input.upload_id, &input.bucket, &input.key)?;
        let parts = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let key = input.key.clone();
        let meta = self.uploads.complete(upload, bucket, key, parts, condition).await?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(meta.tag)),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let input = request.input;
        let upload = self.uploads.find(&input.upload_id, &input.bucket, &input.key)?;
        self.uploads.remove(upload).await?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.bucket(&request.input.bucket)?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn list_buckets(
        &self,
        _request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let named =
            |name: &String| s3s::dto::Bucket { name: Some(name.clone()), ..s3s::dto::Bucket::default() };
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(self.buckets.keys().map(named).collect()),
            ..ListBucketsOutput::default()
        }))
    }
}
