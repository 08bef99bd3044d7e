//! Between the protocol's words and those of the storage.

use std::io::ErrorKind;
use std::time::SystemTime;

use axum::http::StatusCode;
use jiff::Timestamp;
use s3s::dto::ETagCondition;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::storage::{Condition, Meta, Refusal};

/// Runs what blocks beside the asynchronous threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> S3Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(explain),
        Err(error) => Err(S3Error::internal_error(error)),
    }
}

/// The protocol's error for a refusal of the storage.
pub(super) fn explain(refusal: Refusal) -> S3Error {
    match refusal {
        Refusal::NotFound => s3_error!(NoSuchKey, "there is no object of this key"),
        Refusal::Condition => s3_error!(PreconditionFailed, "the condition does not hold"),
        Refusal::InvalidKey(why) => s3_error!(InvalidArgument, "{why}"),
        Refusal::Io(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            let code = S3ErrorCode::Custom("InsufficientStorage".into());
            let mut full = S3Error::with_message(code, "no space is left on the disk");
            // 507 is what the SDKs do not retry by themselves; S3 itself knows no such state.
            full.set_status_code(StatusCode::INSUFFICIENT_STORAGE);
            full
        }
        Refusal::Io(error) => {
            tracing::warn!(%error, "the file system refused an operation of the embedded S3");
            s3_error!(InternalError, "the file system refused: {error}")
        }
    }
}

/// What `If-Match` and `If-None-Match` demand of a write or a delete. S3 knows only `*` for the latter.
pub(super) fn write_condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::None),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::Any), None) => Ok(Condition::Exists),
        (Some(ETagCondition::ETag(tag)), None) => Ok(Condition::Matches(tag.into_value())),
        _ => Err(s3_error!(NotImplemented, "If-None-Match takes only *, and not together with If-Match")),
    }
}

/// What they demand of a read.
pub(super) fn read_conditions(
    meta: &Meta,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let is_this = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == meta.tag,
    };
    if if_match.is_some_and(|condition| !is_this(condition)) {
        return Err(s3_error!(PreconditionFailed, "the object is another version"));
    }
    if if_none_match.is_some_and(is_this) {
        return Err(s3_error!(NotModified));
    }
    Ok(())
}

/// The protocol's numbers are signed.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The protocol's time.
pub(super) fn timestamp(moment: Timestamp) -> s3s::dto::Timestamp {
    SystemTime::from(moment).into()
}
