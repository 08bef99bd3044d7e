//! The bytes of one file: as they come, or decompressed.

use std::io::{self, Read};

use crate::gzip::Gunzip;
use crate::problem::Problem;

/// Why no more bytes come.
#[derive(Debug)]
pub(crate) enum InputError {
    /// They could not be fetched.
    Source(io::Error),
    /// They are wrong.
    Broken(Problem),
}

impl From<Problem> for InputError {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}

/// Fewer or more bytes arrived than the pinned object has.
#[derive(Debug, thiserror::Error)]
#[error("{received} of {expected} bytes arrived; trying again is safe")]
pub(crate) struct WrongLength {
    expected: u64,
    received: u64,
}

/// Marks an error as the source's own on its way through the decompressor.
#[derive(Debug, thiserror::Error)]
#[error("the file could not be fetched")]
struct SourceFailure(#[source] io::Error);

/// A file as it is stored. Checks its length, since a connection may end early without saying so.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    expected: u64,
    received: u64,
}

impl Source {
    pub(crate) fn new(reader: Box<dyn Read + Send>, expected: u64) -> Self {
        Self { reader, expected, received: 0 }
    }

    fn wrong_length(&self) -> io::Error {
        mark(io::Error::other(WrongLength { expected: self.expected, received: self.received }))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Ok(0) if !buffer.is_empty() && self.received < self.expected => {
                    return Err(self.wrong_length());
                }
                Ok(count) => {
                    self.received += count as u64;
                    return if self.received > self.expected { Err(self.wrong_length()) } else { Ok(count) };
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(mark(error)),
            }
        }
    }
}

fn mark(error: io::Error) -> io::Error {
    io::Error::other(SourceFailure(error))
}

/// The source's own error, if `error` is one that [`Source`] gave; otherwise `error` unchanged.
pub(crate) fn unmark(error: io::Error) -> Result<io::Error, io::Error> {
    error.downcast::<SourceFailure>().map(|SourceFailure(cause)| cause)
}

/// The content of a file.
pub(crate) enum Input {
    /// As it is stored.
    Plain(Source),
    /// Stored compressed.
    Gzip(Gunzip<Source>),
}

impl Input {
    /// Reads some bytes; 0 at the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, InputError> {
        match self {
            Self::Plain(source) => source
                .read(buffer)
                .map_err(|error| InputError::Source(unmark(error).unwrap_or_else(|other| other))),
            Self::Gzip(gunzip) => gunzip.read(buffer),
        }
    }

    /// Bytes given out so far.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Plain(source) => source.received,
            Self::Gzip(gunzip) => gunzip.produced(),
        }
    }
}
