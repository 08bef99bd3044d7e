//! Listings, with folders and pages.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{CommonPrefix, ETag, ListObjectsV2Input, ListObjectsV2Output, Object};
use s3s::{S3Result, s3_error};

use super::convert::{blocking, signed, timestamp};
use crate::storage::{Backend, Meta};

/// Entries in a page at most, as in S3.
const PAGE: i32 = 1000;

#[derive(Default)]
struct Page {
    objects: Vec<Object>,
    folders: Vec<String>,
    /// The key or folder that was listed last.
    last: String,
    more: bool,
}

pub(super) async fn list(
    bucket: Arc<dyn Backend>,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = input.delimiter.clone().unwrap_or_default();
    let wanted = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let after = match &input.continuation_token {
        Some(token) => {
            position(token).ok_or_else(|| s3_error!(InvalidArgument, "unknown continuation token"))?
        }
        None => input.start_after.clone().unwrap_or_default(),
    };
    // A page that ended with a folder goes on behind everything in it.
    let skipped =
        (input.continuation_token.is_some() && !delimiter.is_empty() && after.ends_with(&delimiter))
            .then(|| after.clone());
    let listed_prefix = prefix.clone();
    let page = blocking(move || {
        let mut page = Page::default();
        let limit = usize::try_from(wanted).unwrap_or_default();
        bucket.visit(&listed_prefix, &after, &mut |key, meta| {
            if skipped.as_ref().is_some_and(|folder| key.starts_with(folder)) {
                return true;
            }
            page.add(key, meta, folder_of(key, &listed_prefix, &delimiter), limit)
        })?;
        Ok(page)
    })
    .await?;
    let count = i32::try_from(page.objects.len() + page.folders.len()).unwrap_or(i32::MAX);
    let folders = page.folders.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) });
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(prefix),
        delimiter: input.delimiter,
        start_after: input.start_after,
        continuation_token: input.continuation_token,
        max_keys: Some(wanted),
        key_count: Some(count),
        is_truncated: Some(page.more),
        next_continuation_token: page.more.then(|| URL_SAFE_NO_PAD.encode(&page.last)),
        common_prefixes: Some(folders.collect()),
        contents: Some(page.objects),
        ..ListObjectsV2Output::default()
    })
}

impl Page {
    /// Adds an object or its folder; answers whether there is room for another.
    fn add(&mut self, key: &str, meta: &Meta, folder: Option<&str>, limit: usize) -> bool {
        if folder.is_some() && self.folders.last().map(String::as_str) == folder {
            return true;
        }
        if self.objects.len() + self.folders.len() >= limit {
            self.more = limit > 0;
            return false;
        }
        folder.unwrap_or(key).clone_into(&mut self.last);
        if let Some(folder) = folder {
            self.folders.push(folder.to_owned());
        } else {
            self.objects.push(Object {
                key: Some(key.to_owned()),
                e_tag: Some(ETag::Strong(meta.tag.clone())),
                size: Some(signed(meta.size)),
                last_modified: Some(timestamp(meta.modified)),
                ..Object::default()
            });
        }
        true
    }
}

fn folder_of<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    if delimiter.is_empty() {
        return None;
    }
    let rest = key.strip_prefix(prefix)?;
    let end = prefix.len() + rest.find(delimiter)? + delimiter.len();
    key.get(..end)
}

fn position(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
