//! What follows for the rows of a chunk from who is on the list.

use ledger::AddressHash;
use planner::{OptOuts, Refusal};

use crate::refusals::{Refusals, RefusedRow};

/// One row that may have been refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) index: u32,
    pub(super) hash: AddressHash,
    pub(super) addition: bool,
    pub(super) on_list: bool,
}

/// What is open of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) refused: u32,
    pub(super) cannot_add: u32,
    /// What an unnamed refused row counts as.
    pub(super) refusal: Refusal,
}

impl Default for Open {
    fn default() -> Self {
        Self { refused: 0, cannot_add: 0, refusal: Refusal::Error }
    }
}

/// Names whoever has opted out by now: they are who could not be added. Should more have opted out than were
/// counted, it does not matter which of them are taken: none of them is sent anything again. Answers the others.
fn conclude_opt_outs<'a>(
    refusals: &mut Refusals,
    open: &mut Open,
    rows: &[&'a Candidate],
    opt_outs: &OptOuts,
) -> Vec<&'a Candidate> {
    let (opted_out, others): (Vec<&Candidate>, Vec<&Candidate>) =
        rows.iter().partition(|row| opt_outs.contains(row.hash));
    for row in opted_out {
        if open.cannot_add > 0 {
            open.cannot_add -= 1;
            refusals.name(row.index, Refusal::CannotAdd);
        }
    }
    others
}

/// Names what can be named of a chunk's refused rows without knowing who is on the list.
pub(super) fn conclude_without_list(
    refusals: &mut Refusals,
    mut open: Open,
    rows: &[&Candidate],
    opt_outs: &OptOuts,
) {
    let others = conclude_opt_outs(refusals, &mut open, rows, opt_outs);
    refusals.leave_open(&open, others.iter().map(|row| row.index).collect());
}

/// Names what can be named of a chunk's refused rows: they are not on the list.
pub(super) fn conclude(refusals: &mut Refusals, mut open: Open, rows: &[&Candidate], opt_outs: &OptOuts) {
    let others = conclude_opt_outs(refusals, &mut open, rows, opt_outs);
    let (present, absent): (Vec<&Candidate>, Vec<&Candidate>) = others.iter().partition(|row| row.on_list);
    if absent.len() > open.rows() {
        // More people are missing from the list than were refused: somebody took some off meanwhile. Which of
        // them were refused cannot be told.
        refusals.leave_open(&open, absent.iter().map(|row| row.index).collect());
        return;
    }
    for row in &absent {
        if open.refused > 0 {
            open.refused -= 1;
            refusals.name(row.index, open.refusal);
        } else {
            open.cannot_add -= 1;
            refusals.name(row.index, Refusal::CannotAdd);
        }
    }
    // Whoever is left is on the list, so they were there before: people whose update was refused; where those are too few,
    // also some whom somebody else had put there.
    if open.cannot_add == 0 && present.len() == open.rows() {
        for row in &present {
            refusals.name(row.index, open.refusal);
        }
        return;
    }
    let index = |row: &&Candidate| row.index;
    let updates: Vec<u32> = present.iter().filter(|row| !row.addition).map(index).collect();
    let enough = updates.len() >= open.rows();
    refusals.leave_open(&open, if enough { updates } else { present.iter().map(index).collect() });
}

impl Open {
    fn rows(&self) -> usize {
        usize::try_from(self.refused.saturating_add(self.cannot_add)).unwrap_or(usize::MAX)
    }
}

impl Refusals {
    fn name(&mut self, index: u32, refusal: Refusal) {
        let place = self.refused.partition_point(|row| row.index < index);
        self.refused.insert(place, RefusedRow { index, refusal, text: String::new() });
    }

    /// `rows` may be those that are not named.
    fn leave_open(&mut self, open: &Open, rows: Vec<u32>) {
        self.unidentified = open.refused;
        self.unidentified_opt_outs = open.cannot_add;
        self.unconfirmed = if open.rows() > 0 { rows } else { Vec::new() };
    }
}
