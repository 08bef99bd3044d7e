//! The one place in which S3's refusals become errors by meaning.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::{Condition, StoreError};

/// What was asked: the same status means different things to different questions.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) operation: &'static str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) condition: &'a Condition,
    pub(super) pinned: bool,
}

/// The cause below a [`StoreError`]: which request failed, and how.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    #[error("{operation} {key:?} in bucket {bucket:?}: the answer was {status} {code}: {message}")]
    Refused {
        operation: &'static str,
        bucket: String,
        key: String,
        status: u16,
        code: String,
        message: String,
    },
    #[error("{operation} {key:?} in bucket {bucket:?} got no usable answer")]
    Unanswered {
        operation: &'static str,
        bucket: String,
        key: String,
        #[source]
        source: crate::BoxError,
    },
}

/// The HTTP status of a refusal, if there was an answer at all.
pub(super) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

impl Asked<'_> {
    /// The SDK does not model most of these, so that they are told apart by status and code.
    pub(super) fn explain<E>(self, error: SdkError<E, HttpResponse>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let key = || self.key.to_owned();
        let status = status(&error).unwrap_or_default();
        let code = match &error {
            SdkError::ServiceError(refusal) => refusal.err().code().unwrap_or_default(),
            _ => "",
        };
        match (status, code) {
            (404, "NoSuchBucket") => StoreError::other(self.cause(error)),
            // The upload may have been completed by a request whose answer was lost.
            (404, "NoSuchUpload") => StoreError::unavailable(self.cause(error)),
            (404, _) if matches!(self.condition, Condition::Matches(_)) => StoreError::Gone { key: key() },
            (404, _) => StoreError::NotFound { key: key() },
            (412, _) if self.pinned => StoreError::Changed { key: key() },
            (412, _) if *self.condition == Condition::Absent => StoreError::AlreadyExists { key: key() },
            (412, _) | (409, "ConditionalRequestConflict" | "OperationAborted") => {
                StoreError::Conflict { key: key() }
            }
            (507, _) => StoreError::NoSpace { key: key() },
            // A wrong clock is not a missing permission, although S3 answers 403 to both.
            (403, "RequestTimeTooSkewed") => StoreError::other(self.cause(error)),
            (403, _) => StoreError::AccessDenied { bucket: self.bucket.to_owned() },
            (408 | 429 | 500.., _) | (400, "RequestTimeout" | "ExpiredToken") => {
                StoreError::unavailable(self.cause(error))
            }
            (0 | 200..300, _) => self.explain_silence(error),
            _ => StoreError::other(self.cause(error)),
        }
    }

    /// No answer, or one that cannot be understood.
    fn explain_silence<E>(self, error: SdkError<E, HttpResponse>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let permanent = match &error {
            SdkError::ConstructionFailure(_) => true,
            SdkError::DispatchFailure(failure) => failure.is_user(),
            _ => false,
        };
        if permanent {
            StoreError::other(self.cause(error))
        } else {
            StoreError::unavailable(self.cause(error))
        }
    }

    fn cause<E>(self, error: SdkError<E, HttpResponse>) -> RequestError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let (operation, bucket, key) = (self.operation, self.bucket.to_owned(), self.key.to_owned());
        match error {
            SdkError::ServiceError(refusal) => RequestError::Refused {
                operation,
                bucket,
                key,
                status: refusal.raw().status().as_u16(),
                code: refusal.err().code().unwrap_or("(no code)").to_owned(),
                message: refusal.err().message().unwrap_or("(no message)").to_owned(),
            },
            other => RequestError::Unanswered {
                operation,
                bucket,
                key,
                // Without the response itself, whose `Debug` would show headers and body.
                source: other.into_source().unwrap_or_else(|_| "the answer could not be understood".into()),
            },
        }
    }
}
