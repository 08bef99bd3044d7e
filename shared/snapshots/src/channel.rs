//! The bridge from the store's asynchronous streams to the blocking reader.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use store::{ByteStream, ObjectStore, StoreError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::read::read_with_layout;
use crate::{PinnedPart, PinnedSnapshot, ReadError, RowHandler, SnapshotSettings, SnapshotTotals};

/// Pieces are handed over together once they hold this much: waking a thread for each would cost more than reading.
const BATCH_BYTES: usize = 256 * 1024;
/// Batches that may wait; with the one being gathered and the one being read this bounds the memory of a stream.
const BATCHES: usize = 2;
/// Parts whose streams are started before their turn, so that many small parts do not each cost a round trip.
const AHEAD: usize = 1;

enum Message {
    Batch(Vec<Bytes>),
    Failed(StoreError),
    /// Without this the stream did not end by itself, and what came is not the whole.
    Ended,
}

/// Reads, blocking, what an asynchronous stream brings. Dropping it ends the stream.
pub struct ChannelReader {
    messages: mpsc::Receiver<Message>,
    waiting: VecDeque<Bytes>,
    ended: bool,
}

/// Starts to read `stream` on `runtime` and gives it out as a blocking reader.
///
/// A failure of the store comes out of `read` as an [`io::Error`] that holds the [`StoreError`]. If the stream's task
/// is ended from outside (the runtime shuts down), that too is an error, never an early end. Reading blocks the
/// thread and panics on one that drives asynchronous tasks: use `spawn_blocking` or a thread of its own.
#[must_use]
pub fn channel_reader(stream: ByteStream, runtime: &Handle) -> ChannelReader {
    let (sender, messages) = mpsc::channel(BATCHES);
    runtime.spawn(forward(stream, sender));
    ChannelReader { messages, waiting: VecDeque::new(), ended: false }
}

async fn forward(mut stream: ByteStream, sender: mpsc::Sender<Message>) {
    loop {
        let (batch, last) = tokio::select! {
            biased;
            () = sender.closed() => return,
            gathered = gather(&mut stream) => gathered,
        };
        // A send fails only when nobody reads any more.
        if !batch.is_empty() && sender.send(Message::Batch(batch)).await.is_err() {
            return;
        }
        if let Some(last) = last {
            let _nobody_reads = sender.send(last).await;
            return;
        }
    }
}

async fn gather(stream: &mut ByteStream) -> (Vec<Bytes>, Option<Message>) {
    let mut batch = Vec::new();
    let mut gathered = 0;
    while gathered < BATCH_BYTES {
        match stream.next().await {
            Some(Ok(bytes)) => {
                gathered += bytes.len();
                batch.push(bytes);
            }
            Some(Err(error)) => return (batch, Some(Message::Failed(error))),
            None => return (batch, Some(Message::Ended)),
        }
    }
    (batch, None)
}

impl Read for ChannelReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(bytes) = self.waiting.front_mut() {
                if bytes.is_empty() {
                    self.waiting.pop_front();
                    continue;
                }
                let count = bytes.len().min(buffer.len());
                if let Some(target) = buffer.get_mut(..count) {
                    bytes.copy_to_slice(target);
                }
                return Ok(count);
            }
            if self.ended {
                return Ok(0);
            }
            match self.messages.blocking_recv() {
                Some(Message::Batch(batch)) => self.waiting.extend(batch),
                Some(Message::Ended) => self.ended = true,
                Some(Message::Failed(error)) => return Err(io::Error::other(error)),
                None => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }
}

/// Reads a pinned snapshot from the store, each part in exactly the version that was pinned; broken connections are
/// resumed and the next part is fetched a little ahead. Blocks as [`crate::read_snapshot`] does, and is called like
/// it: on a thread that drives no asynchronous tasks. `runtime` fetches.
///
/// # Errors
/// Those of [`crate::read_snapshot`].
pub fn read_pinned<H: RowHandler>(
    store: &Arc<dyn ObjectStore>,
    snapshot: &PinnedSnapshot,
    runtime: &Handle,
    settings: &SnapshotSettings,
    handler: &mut H,
) -> Result<SnapshotTotals, ReadError<H::Error>> {
    let parts = open_parts(store, &snapshot.parts, runtime);
    read_with_layout(&snapshot.layout, parts, settings, handler)
}

fn open_parts(
    store: &Arc<dyn ObjectStore>,
    parts: &[PinnedPart],
    runtime: &Handle,
) -> impl Iterator<Item = (PinnedPart, Box<dyn Read + Send>)> {
    let mut coming = parts.iter().cloned();
    let mut started = VecDeque::new();
    std::iter::from_fn(move || {
        while started.len() <= AHEAD
            && let Some(part) = coming.next()
        {
            let stream = store::open_resuming(Arc::clone(store), part.key.clone(), part.tag.clone());
            let reader: Box<dyn Read + Send> = Box::new(channel_reader(stream, runtime));
            started.push_back((part, reader));
        }
        started.pop_front()
    })
}
