//! Where a plan's output goes.

use std::io;

use crate::chunk::FinishedChunk;

/// Receives what a plan produces, in order. Called on the planner's thread: it may block.
pub trait PlanSink {
    /// A chunk is finished.
    ///
    /// # Errors
    /// Whatever keeps the chunk from being stored; the plan ends.
    fn chunk(&mut self, chunk: FinishedChunk) -> io::Result<()>;

    /// More lines of the outcome file, for rows that are decided by the plan.
    ///
    /// # Errors
    /// As for chunks.
    fn outcomes(&mut self, lines: Vec<u8>) -> io::Result<()>;

    /// More lines of the report of rejected rows.
    ///
    /// # Errors
    /// As for chunks.
    fn rejected(&mut self, lines: Vec<u8>) -> io::Result<()>;
}

/// How much is gathered before it is handed on.
const BUFFER: usize = 512 * 1024;

/// Gathers lines of both files.
#[derive(Debug, Default)]
pub(crate) struct Feedback {
    outcomes: Vec<u8>,
    rejected: Vec<u8>,
}

impl Feedback {
    /// To append lines of the outcome file.
    pub(crate) const fn outcomes(&mut self) -> &mut Vec<u8> {
        &mut self.outcomes
    }

    /// To append lines of the report.
    pub(crate) const fn rejected(&mut self) -> &mut Vec<u8> {
        &mut self.rejected
    }

    /// Hands on what has become large.
    pub(crate) fn hand_on(&mut self, sink: &mut impl PlanSink) -> io::Result<()> {
        if self.outcomes.len() >= BUFFER {
            sink.outcomes(std::mem::replace(&mut self.outcomes, Vec::with_capacity(BUFFER + 4096)))?;
        }
        if self.rejected.len() >= BUFFER {
            sink.rejected(std::mem::replace(&mut self.rejected, Vec::with_capacity(BUFFER + 4096)))?;
        }
        Ok(())
    }

    /// Hands on everything.
    pub(crate) fn flush(&mut self, sink: &mut impl PlanSink) -> io::Result<()> {
        if !self.outcomes.is_empty() {
            sink.outcomes(std::mem::take(&mut self.outcomes))?;
        }
        if !self.rejected.is_empty() {
            sink.rejected(std::mem::take(&mut self.rejected))?;
        }
        Ok(())
    }
}
