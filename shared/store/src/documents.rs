//! Small JSON documents, written only by compare-and-swap.

mod envelope;
mod error;
mod unknown;
mod update;

pub use envelope::{Document, MalformedContent};
pub use error::{DocumentError, UpdateError};
pub use update::{Change, Updated};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{Clock, Random};

use crate::{Condition, ObjectStore, StoreError, Tag};

/// How often one write is tried when its answer is lost or the store is busy with another writer.
const ATTEMPTS: u32 = 4;

/// A document together with the version that was read or written: the only thing that [`Documents::replace`]
/// and [`Documents::delete`] accept, so that nothing is overwritten unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// Where the document lies.
    pub key: String,
    /// The version of `content`.
    pub tag: Tag,
    /// The document itself.
    pub content: T,
    /// As which it was read or written: a newer release may have put more into it than `content` holds.
    text: Text,
}

#[derive(Clone, PartialEq, Eq)]
struct Text(Bytes);

impl fmt::Debug for Text {
    /// Never shows the content.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

/// The documents of one bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Documents {
    store: Arc<dyn ObjectStore>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Documents {
    /// Documents in `store`; the clock paces retries, the randomness gives write ids and jitter.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { store, clock, random }
    }

    /// The bucket below, for what is not a document.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Reads a document; `None` when there is none. Documents of an older schema version are upgraded in memory.
    ///
    /// # Errors
    /// [`DocumentError::NewerSchema`], [`DocumentError::Malformed`], or those of the store.
    pub async fn load<T: Document>(&self, key: &str) -> Result<Option<Versioned<T>>, DocumentError> {
        let object = match self.store.get(key).await {
            Ok(object) => object,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let content = envelope::decode::<T>(key, &object.bytes)?;
        let text = Text(object.bytes);
        Ok(Some(Versioned { key: key.to_owned(), tag: object.info.tag, content, text }))
    }

    /// Writes a document that must not exist yet.
    ///
    /// # Errors
    /// [`DocumentError::AlreadyExists`] when somebody else was first, or those of the store.
    pub async fn create<T: Document>(&self, key: &str, content: T) -> Result<Versioned<T>, DocumentError> {
        let (tag, text) = self.write(key, &content, None, Condition::Absent).await?;
        Ok(Versioned { key: key.to_owned(), tag, content, text })
    }

    /// Writes the next version of a document that was read or written before. Fields that this release does not know are
    /// kept as they are.
    ///
    /// # Errors
    /// [`DocumentError::Conflict`] when somebody else wrote it since, [`DocumentError::Gone`] when it was deleted,
    /// or those of the store.
    pub async fn replace<T: Document>(
        &self,
        current: &Versioned<T>,
        content: T,
    ) -> Result<Versioned<T>, DocumentError> {
        let condition = Condition::Matches(current.tag.clone());
        let (tag, text) = self.write(&current.key, &content, Some(&current.text), condition).await?;
        Ok(Versioned { key: current.key.clone(), tag, content, text })
    }

    /// Deletes a document if it is still the version that was read. One that is gone already is a success: a
    /// deletion whose answer was lost looks the same.
    ///
    /// # Errors
    /// [`DocumentError::Conflict`] when somebody else wrote it since, or those of the store.
    pub async fn delete<T: Document>(&self, current: &Versioned<T>) -> Result<(), DocumentError> {
        match self.store.delete(&current.key, Condition::Matches(current.tag.clone())).await {
            Ok(()) | Err(StoreError::Gone { .. }) => Ok(()),
            Err(StoreError::Conflict { .. }) => Err(DocumentError::conflict::<T>(&current.key)),
            Err(error) => Err(error.into()),
        }
    }

    /// One conditional write, certain in the end whether it happened: after a lost answer and after a failed
    /// condition the document is read back, and our own write id in it means success.
    async fn write<T: Document>(
        &self,
        key: &str,
        content: &T,
        before: Option<&Text>,
        condition: Condition,
    ) -> Result<(Tag, Text), DocumentError> {
        let write_id = self.random.uuid().to_string();
        let body = envelope::encode(key, &write_id, content, before.map(|before| before.0.as_ref()))?;
        let mut attempt = 1;
        loop {
            let failure = match self.store.put(key, body.clone(), condition.clone()).await {
                Ok(tag) => return Ok((tag, Text(body))),
                Err(StoreError::Gone { .. }) => return Err(DocumentError::gone::<T>(key)),
                Err(
                    failure @ (StoreError::AlreadyExists { .. }
                    | StoreError::Conflict { .. }
                    | StoreError::Unavailable { .. }),
                ) => failure,
                Err(error) => return Err(error.into()),
            };
            match self.read_back::<T>(key, &write_id, &condition).await? {
                ReadBack::Ours(tag) => return Ok((tag, Text(body))),
                ReadBack::Lost(error) => return Err(error),
                ReadBack::Untouched if attempt == ATTEMPTS => {
                    return Err(match failure {
                        StoreError::Unavailable { .. } => failure.into(),
                        _ => DocumentError::conflict::<T>(key),
                    });
                }
                ReadBack::Untouched => self.pause(attempt).await,
            }
            attempt += 1;
        }
    }

    async fn read_back<T: Document>(
        &self,
        key: &str,
        write_id: &str,
        condition: &Condition,
    ) -> Result<ReadBack, DocumentError> {
        let object = match self.store.get(key).await {
            Ok(object) => object,
            Err(StoreError::NotFound { .. }) if matches!(condition, Condition::Matches(_)) => {
                return Ok(ReadBack::Lost(DocumentError::gone::<T>(key)));
            }
            Err(StoreError::NotFound { .. }) => return Ok(ReadBack::Untouched),
            Err(error) => return Err(error.into()),
        };
        if envelope::write_id(&object.bytes).is_some_and(|found| found == write_id) {
            return Ok(ReadBack::Ours(object.info.tag));
        }
        Ok(match condition {
            Condition::Matches(tag) if *tag == object.info.tag => ReadBack::Untouched,
            Condition::Matches(_) => ReadBack::Lost(DocumentError::conflict::<T>(key)),
            Condition::Absent | Condition::None => ReadBack::Lost(DocumentError::already_exists::<T>(key)),
        })
    }

    /// Waits before attempt number `attempt` + 1: up to 20 ms, doubling up to a second, with full jitter.
    async fn pause(&self, attempt: u32) {
        let longest =
            Duration::from_millis(20).saturating_mul(1 << attempt.min(6)).min(Duration::from_secs(1));
        let wait = longest.mul_f64(self.random.fraction());
        let until = self.clock.now().checked_add(wait).unwrap_or_else(|_| self.clock.now());
        self.clock.sleep_until(until).await;
    }
}

/// What lies under a key after a write that was not confirmed.
enum ReadBack {
    /// Our own write did happen; this is its version.
    Ours(Tag),
    /// What the write was meant for is still there: it may be tried again.
    Untouched,
    /// Somebody else's doing.
    Lost(DocumentError),
}
