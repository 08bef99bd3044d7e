//! Content on its way in and out, in blocks.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use s3s::dto::StreamingBlob;
use s3s::{Body, S3Error, S3ErrorCode, S3Result};
use tokio::sync::mpsc;

use super::convert::blocking;
use crate::storage::{Fingerprint, Opened, Refusal, Temporary};

/// Bytes that are read at a time.
const READ: u64 = 256 * 1024;
/// Bytes that are gathered before they are written.
const WRITTEN: usize = 1024 * 1024;

/// Writes a request's body into the file.
pub(super) async fn receive(mut temporary: Temporary, body: Option<StreamingBlob>) -> S3Result<Temporary> {
    let Some(mut body) = body else { return Ok(temporary) };
    let mut finished = false;
    while !finished {
        let (mut gathered, mut length) = (Vec::new(), 0);
        while length < WRITTEN && !finished {
            match body.next().await {
                Some(Ok(piece)) => {
                    length += piece.len();
                    gathered.push(piece);
                }
                Some(Err(error)) => return Err(S3Error::with_source(S3ErrorCode::IncompleteBody, error)),
                None => finished = true,
            }
        }
        temporary = blocking(move || {
            gathered.iter().try_for_each(|piece| temporary.write(piece))?;
            Ok(temporary)
        })
        .await?;
    }
    Ok(temporary)
}

/// A part of an object as a response's body. The first block is read at once, so that a small object is answered
/// in one go.
pub(super) async fn send(opened: Opened, range: Range<u64>) -> S3Result<StreamingBlob> {
    let length = range.end - range.start;
    let (first, mut reader) = blocking(move || {
        let mut reader = Reader::new(opened, range)?;
        Ok((reader.block()?, reader))
    })
    .await?;
    let first = first.unwrap_or_default();
    if first.len() as u64 == length {
        return Ok(Body::from(first).into());
    }
    let (sender, receiver) = mpsc::channel(2);
    // The thread ends with the object or with the connection, whichever comes first.
    tokio::task::spawn_blocking(move || {
        let mut next = Some(Ok(first));
        while let Some(block) = next {
            let broken = block.is_err();
            if sender.blocking_send(block).is_err() || broken {
                break;
            }
            next = reader.block().transpose();
        }
    });
    Ok(StreamingBlob::wrap(Blocks(receiver)))
}

struct Blocks(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Blocks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

struct Reader {
    file: std::fs::File,
    left: u64,
    unchanged: Option<Fingerprint>,
}

impl Reader {
    fn new(opened: Opened, range: Range<u64>) -> Result<Self, Refusal> {
        let mut file = opened.file;
        file.seek(SeekFrom::Start(opened.offset + range.start))?;
        Ok(Self { file, left: range.end - range.start, unchanged: opened.unchanged })
    }

    /// The next block, or an error when the file is not any more what it was when it was opened: then the
    /// connection breaks, and the reader on the other side starts again.
    fn block(&mut self) -> io::Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let length = self.left.min(READ);
        let mut block = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        (&mut self.file).take(length).read_to_end(&mut block)?;
        let changed = match self.unchanged {
            Some(expected) => Fingerprint::of(&self.file.metadata()?) != expected,
            None => false,
        };
        if changed || block.len() as u64 != length {
            return Err(io::Error::other("the file was changed while it was read"));
        }
        self.left -= length;
        Ok(Some(block.into()))
    }
}
