//! Reading a long object through broken connections.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{ByteStream, ObjectStore, StoreError, Tag};

/// How often one reading may be taken up again. Connections that break more often than this while one object is
/// read are an outage that the caller should see.
const RESUMPTIONS: u32 = 8;

/// Streams the whole of version `pinned` of `key`, and continues with a range request at the same version when
/// the connection breaks: for snapshots and ledgers, whose reading takes longer than a connection may live.
///
/// The stream yields [`StoreError::Changed`] when the object is another version by then, and the last failure
/// when it broke more than eight times; the bytes before an error are always those of `pinned`.
#[must_use]
pub fn open_resuming(store: Arc<dyn ObjectStore>, key: impl Into<String>, pinned: Tag) -> ByteStream {
    let reading = Reading { store, key: key.into(), pinned, position: 0, left: RESUMPTIONS, current: None };
    stream::unfold(Some(reading), |reading| async move {
        let mut reading = reading?;
        match reading.next().await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some(reading))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

struct Reading {
    store: Arc<dyn ObjectStore>,
    key: String,
    pinned: Tag,
    position: u64,
    left: u32,
    current: Option<(u64, ByteStream)>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        loop {
            let (size, mut stream) = match self.current.take() {
                Some(current) => current,
                None => {
                    let opened = self.store.open(&self.key, Some(&self.pinned), self.position).await;
                    match opened {
                        Ok((info, stream)) => (info.size, stream),
                        Err(error) => {
                            self.take_up_again(error)?;
                            continue;
                        }
                    }
                }
            };
            match stream.next().await {
                Some(Ok(bytes)) => {
                    self.position += bytes.len() as u64;
                    self.current = Some((size, stream));
                    return Ok(Some(bytes));
                }
                None if self.position >= size => return Ok(None),
                None => self
                    .take_up_again(StoreError::unavailable("the content ended before its announced size"))?,
                Some(Err(error)) => self.take_up_again(error)?,
            }
        }
    }

    /// Lets a passing failure go unless there were too many of them.
    fn take_up_again(&mut self, error: StoreError) -> Result<(), StoreError> {
        if self.left == 0 || !matches!(error, StoreError::Unavailable { .. }) {
            return Err(error);
        }
        self.left -= 1;
        tracing::debug!(key = self.key, position = self.position, "reading an object broke; resuming");
        Ok(())
    }
}
