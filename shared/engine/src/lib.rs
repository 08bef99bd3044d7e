#![doc = include_str!("../README.md")]

mod account;
mod advance;
mod connector;
mod decide;
mod end;
mod engine;
mod error;
mod keys;
mod ledger_pointer;
mod observer;
mod occupation;
mod opt_outs;
mod refusals;
mod run;
mod session;
mod settings;
mod start;
mod steps;
mod streams;

pub use advance::{Advance, Caller};
pub use connector::{Connector, ConnectorError};
pub use end::{End, ParkReason, Status};
pub use engine::{Engine, EngineParts};
pub use error::AdvanceError;
pub use ledger_pointer::LedgerPointer;
pub use observer::{NoObserver, Observer};
pub use occupation::{Occupant, Occupation, RunSummary};
pub use run::{
    Cancellation, Chunk, ChunkFailure, ChunkState, Configuration, EarlierPart, Ended, FeedbackFiles,
    Finishing, Lease, Looking, NewLedger, Phase, Planning, Run, RunKey, Sending, StartRequest, Trigger,
    Waiting, Warning,
};
pub use settings::EngineSettings;
pub use start::{StartError, Started};
