//! What every [`crate::ObjectStore`] must do, as tests that any implementation can be put through.
//!
//! Each function states one promise, panics when it is broken, and uses keys below a folder of its own, so that
//! they can share a bucket. [`plain`] holds for a folder of plain files too; [`everything`] also needs keys that
//! no file system would take.

#![expect(clippy::expect_used, reason = "a failed assertion is the point of a test")]

mod conditions;
mod keys;
mod objects;
mod races;
mod uploads;

pub use conditions::{conditional_deletes, conditional_writes};
pub use keys::{any_key, folders, listing, unusual_characters};
pub use objects::{missing_objects, pinned_reads, ranges, whole_objects};
pub use races::{
    compare_and_swap_loses_nothing, delete_and_write_exclude_each_other, one_creator_wins, one_upload_wins,
    pinned_reads_never_mix,
};
pub use uploads::{aborted_uploads, conditional_uploads, large_uploads, small_uploads};

use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;

use crate::{ByteStream, ObjectStore, StoreError};

/// The store under test, shared by the tasks of the racing tests.
pub type Shared = Arc<dyn ObjectStore>;

/// Every promise, on an empty bucket.
pub async fn everything(store: &Shared) {
    plain(store).await;
    any_key(store).await;
}

/// Every promise that a folder of plain files can keep, on an empty bucket.
pub async fn plain(store: &Shared) {
    whole_objects(store).await;
    missing_objects(store).await;
    ranges(store).await;
    pinned_reads(store).await;
    conditional_writes(store).await;
    conditional_deletes(store).await;
    listing(store).await;
    folders(store).await;
    unusual_characters(store).await;
    small_uploads(store).await;
    large_uploads(store).await;
    conditional_uploads(store).await;
    aborted_uploads(store).await;
    one_creator_wins(store).await;
    compare_and_swap_loses_nothing(store).await;
    delete_and_write_exclude_each_other(store).await;
    one_upload_wins(store).await;
    pinned_reads_never_mix(store).await;
}

/// `length` bytes that differ from place to place and from seed to seed.
fn sample(length: usize, seed: u8) -> Bytes {
    (0..length).map(|place| (place / 7 + place / 4096).to_le_bytes()[0] ^ seed).collect()
}

async fn collect(stream: ByteStream) -> Result<Bytes, StoreError> {
    let pieces: Vec<Bytes> = stream.try_collect().await?;
    Ok(pieces.concat().into())
}

/// Keys below `prefix`, without it.
async fn names(store: &Shared, prefix: &str) -> Vec<String> {
    let objects = crate::list_all(store.as_ref(), prefix).await.expect("a listing");
    objects.into_iter().map(|object| object.key.trim_start_matches(prefix).to_owned()).collect()
}
