//! A sink that keeps what a plan hands on.

use std::io;

use planner::{FinishedChunk, PlanSink};

/// What a plan has handed on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Collected {
    pub(crate) chunks: Vec<FinishedChunk>,
    pub(crate) outcomes: Vec<u8>,
    pub(crate) rejected: Vec<u8>,
}

impl PlanSink for Collected {
    fn chunk(&mut self, chunk: FinishedChunk) -> io::Result<()> {
        self.chunks.push(chunk);
        Ok(())
    }

    fn outcomes(&mut self, lines: Vec<u8>) -> io::Result<()> {
        self.outcomes.extend(lines);
        Ok(())
    }

    fn rejected(&mut self, lines: Vec<u8>) -> io::Result<()> {
        self.rejected.extend(lines);
        Ok(())
    }
}
