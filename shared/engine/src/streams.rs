//! Bridges between the planner's blocking threads and the asynchronous store.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use store::{Condition, ObjectStore, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How much is gathered before it is handed over.
const PIECE: usize = 512 * 1024;

/// Pieces that may wait.
const WAITING: usize = 2;

enum Message {
    Piece(Bytes),
    Finished,
}

/// Writes, blocking, to an object that becomes visible when it is finished. Dropped before that it leaves nothing.
pub(crate) struct ObjectWriter {
    sender: mpsc::Sender<Message>,
    buffer: Vec<u8>,
}

/// The object's fate: wait for it after the writer has been finished or dropped.
pub(crate) struct ObjectTask(JoinHandle<Result<bool, StoreError>>);

/// Starts an object at `key`; `before` lies in front of what is written, and the content of `prefix` behind it.
pub(crate) fn object_writer(
    store: Arc<dyn ObjectStore>,
    key: String,
    before: &'static [u8],
    prefix: Option<(Arc<dyn ObjectStore>, String)>,
) -> (ObjectWriter, ObjectTask) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let task = tokio::spawn(upload(store, key, before, prefix, receiver));
    (ObjectWriter { sender, buffer: Vec::new() }, ObjectTask(task))
}

async fn upload(
    store: Arc<dyn ObjectStore>,
    key: String,
    before: &'static [u8],
    prefix: Option<(Arc<dyn ObjectStore>, String)>,
    mut receiver: mpsc::Receiver<Message>,
) -> Result<bool, StoreError> {
    let mut upload = store.begin_upload(&key).await?;
    let copied = async || -> Result<bool, StoreError> {
        if !before.is_empty() {
            upload.write(Bytes::from_static(before)).await?;
        }
        if let Some((store, key)) = prefix {
            match store.open(&key, None, 0).await {
                Ok((_, mut stream)) => {
                    while let Some(bytes) = futures_util::StreamExt::next(&mut stream).await {
                        upload.write(bytes?).await?;
                    }
                }
                // Removed by a lifecycle rule while the run waited: what follows is still worth having.
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Piece(bytes) => upload.write(bytes).await?,
                Message::Finished => return Ok(true),
            }
        }
        Ok(false)
    };
    match copied().await {
        Ok(true) => upload.complete(Condition::None).await.map(|_| true),
        Ok(false) => {
            upload.abort().await;
            Ok(false)
        }
        Err(error) => {
            upload.abort().await;
            Err(error)
        }
    }
}

impl ObjectWriter {
    /// Hands over a piece without copying it.
    pub(crate) fn piece(&self, bytes: Vec<u8>) -> io::Result<()> {
        let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.sender.blocking_send(Message::Piece(bytes.into())).map_err(closed)
    }

    /// Everything has been written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.sender.blocking_send(Message::Finished).map_err(closed)
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let room = self.buffer.capacity();
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(room));
        self.piece(piece)
    }
}

impl ObjectTask {
    /// Whether the object is there now.
    pub(crate) async fn wait(self) -> Result<bool, StoreError> {
        match self.0.await {
            Ok(result) => result,
            Err(error) => Err(StoreError::other(error)),
        }
    }
}
