//! Sample segments: made from a seed, the same for the same numbers, on any machine.

mod names;
mod people;
mod state;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::state::SampleState;
use crate::data_directory::write_whole;

/// The parts of a changed share that leave, get another last name, and join.
const LEAVERS: f64 = 0.1;
const RENAMED: f64 = 0.8;
const JOINERS: f64 = 0.1;

/// Rows of a sample whose size nobody asked for.
pub const DEFAULT_PROFILES: u64 = 20_000;

const SCHEMA_VERSION: u32 = 1;
const SEED: u64 = 1;

/// What the sample should be before an export.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleRequest {
    /// Rows; `None` takes the sample that is there, or [`DEFAULT_PROFILES`].
    pub profiles: Option<u64>,
    /// The share to change; not done again while no export has read the change before.
    pub change: Option<f64>,
}

/// What the sample is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleReport {
    /// The segments, in the order in which they are to be exported.
    pub segments: Vec<String>,
    /// Rows that the sample started with.
    pub profiles: u64,
    /// What was written now; `None` when everything was there already.
    pub written: Option<WrittenSample>,
}

/// Snapshots that were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenSample {
    /// Rows in all segments.
    pub rows: u64,
    /// Bytes in all segments.
    pub bytes: u64,
    /// Whether it changes a sample that was there already.
    pub changed: bool,
    /// People among the newcomers who have opted out beforehand.
    pub opted_out: u64,
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// It cannot be written.
    #[error(
        "the sample could not be written to {path}; check that there is space on the disk and that the folder can be written to"
    )]
    Unwritable {
        /// The data directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is one of another size.
    #[error(
        "the data folder holds a sample of {found} profiles; leave --profiles out to go on with it, or choose another folder with --data"
    )]
    OtherSize {
        /// Its size.
        found: u64,
    },
    /// Its recipe is unreadable.
    #[error("{path} is damaged or of a newer release; choose another folder with --data")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The simulator did not take the people who have opted out.
    #[error("the simulator did not take the sample's opt-outs; start again")]
    OptOuts(#[source] simulator::ControlError),
}

/// The sample of one data directory.
#[derive(Debug)]
pub struct Sample {
    recipe: PathBuf,
    segments: PathBuf,
}

impl Sample {
    /// The sample whose recipe lies in `data` and whose segments lie in `segments`.
    #[must_use]
    pub fn new(data: &Path, segments: PathBuf) -> Self {
        Self { recipe: data.join("sample.json"), segments }
    }

    /// Makes the sample what `request` says, unless it is that. `opt_out` is given the addresses of newcomers who have
    /// opted out, before the sample counts as made; it may be given the same ones again.
    ///
    /// # Errors
    /// [`SampleError`]; the next call goes on from there.
    pub fn prepare(
        &self,
        request: &SampleRequest,
        opt_out: impl FnOnce(Vec<String>) -> Result<(), SampleError>,
    ) -> Result<SampleReport, SampleError> {
        let state = match self.load()? {
            None => SampleState {
                schema_version: SCHEMA_VERSION,
                seed: SEED,
                profiles: request.profiles.unwrap_or(DEFAULT_PROFILES),
                changes: Vec::new(),
                written: false,
                exported: false,
            },
            Some(state) if request.profiles.is_some_and(|profiles| profiles != state.profiles) => {
                return Err(SampleError::OtherSize { found: state.profiles });
            }
            Some(state) => state,
        };
        let state = changed(state, request.change);
        let written = if state.written { None } else { Some(self.write(&state, opt_out)?) };
        let segments = write::SEGMENTS.map(str::to_owned).to_vec();
        Ok(SampleReport { segments, profiles: state.profiles, written })
    }

    /// An export has read the snapshots: from now on a further change may be made.
    ///
    /// # Errors
    /// [`SampleError`].
    pub fn exported(&self) -> Result<(), SampleError> {
        match self.load()? {
            Some(state) if !state.exported => self.save(&SampleState { exported: true, ..state }),
            _ => Ok(()),
        }
    }

    fn write(
        &self,
        state: &SampleState,
        opt_out: impl FnOnce(Vec<String>) -> Result<(), SampleError>,
    ) -> Result<WrittenSample, SampleError> {
        // First the intent, so that a process that is killed meanwhile leaves nothing half made.
        self.save(state)?;
        let written =
            write::write_generation(&self.segments, state).map_err(|source| self.unwritable(source))?;
        let opted_out = written.opted_out.len() as u64;
        opt_out(written.opted_out)?;
        self.save(&SampleState { written: true, ..state.clone() })?;
        let changed = !state.changes.is_empty();
        Ok(WrittenSample { rows: written.rows, bytes: written.bytes, changed, opted_out })
    }

    fn load(&self) -> Result<Option<SampleState>, SampleError> {
        let text = match std::fs::read(&self.recipe) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.unwritable(source)),
        };
        match serde_json::from_slice::<SampleState>(&text) {
            Ok(state) if state.schema_version <= SCHEMA_VERSION => Ok(Some(state)),
            _ => Err(SampleError::Damaged { path: self.recipe.clone() }),
        }
    }

    fn save(&self, state: &SampleState) -> Result<(), SampleError> {
        let text = serde_json::to_vec_pretty(state).map_err(io::Error::other);
        text.and_then(|text| write_whole(&self.recipe, &text)).map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> SampleError {
        let path = self.recipe.parent().unwrap_or(&self.recipe).to_owned();
        SampleError::Unwritable { path, source }
    }
}

/// The recipe with one more change, unless the last one still waits to be written or exported.
fn changed(mut state: SampleState, change: Option<f64>) -> SampleState {
    let waiting = !state.changes.is_empty() && !state.exported;
    if let Some(share) = change.filter(|share| *share > 0.0 && !waiting) {
        state.changes.push(share);
        state.written = false;
        state.exported = false;
    }
    state
}

#[cfg(test)]
mod tests;
