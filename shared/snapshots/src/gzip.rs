//! Gzip with a cap: several members one after another, zeros as padding, and an end to bombs.

use std::io::{self, BufRead, BufReader, Read};
use std::mem;

use flate2::bufread::GzDecoder;

use crate::input::{InputError, unmark};
use crate::problem::Problem;

const BUFFER: usize = 64 * 1024;
const FIRST_MAGIC_BYTE: u8 = 0x1F;

/// Decompresses at most `limit` bytes.
pub(crate) struct Gunzip<R> {
    state: State<R>,
    members: u64,
    produced: u64,
    limit: u64,
}

enum State<R> {
    /// Before a member, the padding or the end.
    Between(BufReader<R>),
    /// Within a member.
    Member(Box<GzDecoder<BufReader<R>>>),
    Ended,
}

impl<R: Read> Gunzip<R> {
    pub(crate) fn new(source: R, limit: u64) -> Self {
        Self {
            state: State::Between(BufReader::with_capacity(BUFFER, source)),
            members: 0,
            produced: 0,
            limit,
        }
    }

    /// Bytes given out so far.
    pub(crate) fn produced(&self) -> u64 {
        self.produced
    }

    /// Reads some bytes; 0 at the end of the last member. A file of 0 bytes is empty, not broken: writers leave
    /// such parts.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, InputError> {
        loop {
            match mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(0),
                State::Between(source) => self.state = self.next_member(source)?,
                State::Member(mut decoder) => {
                    let count = decoder.read(buffer).map_err(|error| self.judge(error, &decoder))?;
                    if count == 0 && !buffer.is_empty() {
                        self.members += 1;
                        self.state = State::Between(decoder.into_inner());
                        continue;
                    }
                    self.state = State::Member(decoder);
                    self.produced += count as u64;
                    if self.produced > self.limit {
                        return Err(Problem::TooLarge { limit: self.limit }.into());
                    }
                    return Ok(count);
                }
            }
        }
    }

    fn next_member(&self, mut source: BufReader<R>) -> Result<State<R>, InputError> {
        match source.fill_buf().map_err(source_error)?.first() {
            None => Ok(State::Ended),
            Some(&FIRST_MAGIC_BYTE) => Ok(State::Member(Box::new(GzDecoder::new(source)))),
            Some(0) if self.members > 0 => padding(source),
            Some(_) => Err(self.not_a_member().into()),
        }
    }

    fn not_a_member(&self) -> Problem {
        if self.members == 0 { Problem::NotGzip } else { Problem::TrailingBytes }
    }

    /// What an error of the decoder says about the file.
    fn judge(&self, error: io::Error, decoder: &GzDecoder<BufReader<R>>) -> InputError {
        match unmark(error) {
            Ok(cause) => InputError::Source(cause),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Problem::TruncatedGzip.into(),
            Err(_) if decoder.header().is_none() => self.not_a_member().into(),
            Err(_) => Problem::DamagedGzip.into(),
        }
    }
}

fn padding<R: Read>(mut source: BufReader<R>) -> Result<State<R>, InputError> {
    loop {
        let bytes = source.fill_buf().map_err(source_error)?;
        if bytes.is_empty() {
            return Ok(State::Ended);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(Problem::TrailingBytes.into());
        }
        let count = bytes.len();
        source.consume(count);
    }
}

fn source_error(error: io::Error) -> InputError {
    InputError::Source(unmark(error).unwrap_or_else(|other| other))
}
